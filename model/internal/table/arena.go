package table

import (
	"encoding/binary"
)

// TextID names a text in the pool; 0 is the empty text.
type TextID uint32

const textBlock = 1 << 16 // bytes; the lower half of a TextID is the offset in its block

// Arena is an append-only arena of strings. A text is stored as its length
// (uvarint) and its bytes, and never spans two blocks.
type Arena struct {
	Blocks [][]byte
}

// Add stores s. It does not look for an equal text: the caller interns what
// occurs often (DN parents), and the rest is mostly unique.
func (t *Arena) Add(s string) TextID {
	if s == "" {
		return 0
	}
	need := len(s) + binary.MaxVarintLen32
	last := len(t.Blocks) - 1
	if last < 0 || len(t.Blocks[last])+need > cap(t.Blocks[last]) {
		b := make([]byte, 0, max(textBlock, need+1))
		if last < 0 {
			b = append(b, 0) // so that no text has number 0
		}
		t.Blocks = append(t.Blocks, b)
		last++
	}
	b := t.Blocks[last]
	id := TextID(last<<16 | len(b))
	b = binary.AppendUvarint(b, uint64(len(s)))
	t.Blocks[last] = append(b, s...)
	return id
}

// Publish returns the arena as it is now. The bytes below each block's length
// are never written again, so they are shared.
func (t *Arena) Publish() ArenaView {
	return ArenaView{Blocks: append([][]byte(nil), t.Blocks...)}
}

// Bytes returns a text as a window that must not be written.
func (t *Arena) Bytes(id TextID) []byte { return ArenaView{Blocks: t.Blocks}.Bytes(id) }

// ArenaView is an arena as of one publication.
type ArenaView struct{ Blocks [][]byte }

// Bytes returns the text as a window that must not be written.
func (v ArenaView) Bytes(id TextID) []byte {
	if id == 0 {
		return nil
	}
	b := v.Blocks[id>>16][id&0xffff:]
	n, k := binary.Uvarint(b)
	return b[k : k+int(n)]
}

// Text returns a copy of a text.
func (v ArenaView) Text(id TextID) string { return string(v.Bytes(id)) }
