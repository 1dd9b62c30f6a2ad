package model

import "encoding/binary"

// textID names a text in the pool; 0 is the empty text.
type textID uint32

const textBlock = 1 << 16 // bytes; the lower half of a textID is the offset in its block

// texts is an append-only arena of strings. A text is stored as its length
// (uvarint) and its bytes, and never spans two blocks.
type texts struct {
	blocks [][]byte
}

// add stores s. It does not look for an equal text: the caller interns what
// occurs often (DN parents), and the rest is mostly unique.
func (t *texts) add(s string) textID {
	if s == "" {
		return 0
	}
	need := len(s) + binary.MaxVarintLen32
	last := len(t.blocks) - 1
	if last < 0 || len(t.blocks[last])+need > cap(t.blocks[last]) {
		b := make([]byte, 0, max(textBlock, need+1))
		if last < 0 {
			b = append(b, 0) // so that no text has number 0
		}
		t.blocks = append(t.blocks, b)
		last++
	}
	b := t.blocks[last]
	id := textID(last<<16 | len(b))
	b = binary.AppendUvarint(b, uint64(len(s)))
	t.blocks[last] = append(b, s...)
	return id
}

// publish returns the arena as it is now. The bytes below each block's length
// are never written again, so they are shared.
func (t *texts) publish() textView {
	return textView{blocks: append([][]byte(nil), t.blocks...)}
}

func (t *texts) bytes(id textID) []byte { return textView{blocks: t.blocks}.bytes(id) }

type textView struct{ blocks [][]byte }

// bytes returns the text as a window that must not be written.
func (v textView) bytes(id textID) []byte {
	if id == 0 {
		return nil
	}
	b := v.blocks[id>>16][id&0xffff:]
	n, k := binary.Uvarint(b)
	return b[k : k+int(n)]
}

func (v textView) text(id textID) string { return string(v.bytes(id)) }
