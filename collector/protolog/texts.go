package protolog

import (
	"hash/maphash"
	"math"
	"strings"
	"unicode/utf8"

	"mbxperm/model"
)

// texts keeps each text once, whatever its case, as it was first written, and
// numbers them from 1 up. 0 is the empty text.
type texts struct {
	byHash map[uint64]uint32 // of the text in lower case
	list   []keptText
	lower  []byte
}

type keptText struct {
	text    string
	mailbox uint32 // that it names behind an account; notLooked where nobody has asked
}

const notLooked = math.MaxUint32

func newTexts() *texts {
	return &texts{byHash: map[uint64]uint32{}, list: make([]keptText, 1)}
}

// number is the number of a text, or of as much of it as anybody reads. What is
// no UTF-8 is made so.
func (t *texts) number(b []byte) uint32 {
	if len(b) == 0 {
		return 0
	}
	b = clip(b)
	ascii := true
	t.lower = append(t.lower[:0], b...)
	for i, c := range t.lower {
		if 'A' <= c && c <= 'Z' {
			t.lower[i] = c | 0x20
		}
		ascii = ascii && c < utf8.RuneSelf
	}
	if !ascii { // as whoever compares these texts later does it
		t.lower = append(t.lower[:0], strings.ToLower(text(b))...)
	}
	hash := maphash.Bytes(seed, t.lower)
	if n, ok := t.byHash[hash]; ok {
		return n
	}
	n := uint32(len(t.list))
	t.byHash[hash] = n
	t.list = append(t.list, keptText{text(b), notLooked})
	return n
}

func (t *texts) of(n uint32) string { return t.list[n].text }

// mailbox is the number of somebody else's mailbox that a text names behind an
// account; 0 where it names none.
func (t *texts) mailbox(n uint32) uint32 {
	if m := t.list[n].mailbox; m != notLooked {
		return m
	}
	_, mailbox := model.LogonNames(t.list[n].text)
	m := t.number([]byte(mailbox))
	t.list[n].mailbox = m
	return m
}
