package model

import (
	"slices"
	"strings"
)

// word is one condition of a filter: a text that must occur, or must not.
type word struct {
	text  string // lower case
	not   bool
	plain bool // ASCII, so that bytes can be folded one by one
	sid   bool // may be a part of a SID's text
	comma bool // may span several RDNs
}

func words(filter string) (out []word) {
	for _, f := range strings.Fields(strings.ToLower(filter)) {
		w := word{text: f}
		if rest, ok := strings.CutPrefix(f, "!"); ok {
			w = word{text: rest, not: true}
		}
		w.plain = strings.IndexFunc(w.text, func(r rune) bool { return r > 0x7f }) < 0
		w.sid = strings.Trim(w.text, "s-0123456789abcdefx") == ""
		w.comma = strings.Contains(w.text, ",")
		if w.text != "" {
			out = append(out, w)
		}
	}
	return out
}

// in reports whether the word occurs in a text, without regard to case.
func (w *word) in(text []byte) bool {
	if !w.plain {
		return strings.Contains(strings.ToLower(string(text)), w.text)
	}
	first := w.text[0]
	for i := 0; i+len(w.text) <= len(text); i++ {
		if foldASCII(text[i]) == first && equalFoldASCII(text[i:i+len(w.text)], w.text) {
			return true
		}
	}
	return false
}

// matchTexts reports whether every word occurs in one of the texts, and no
// excluded one does.
func matchTexts(words []word, texts ...string) bool {
	for i := range words {
		w := &words[i]
		if slices.ContainsFunc(texts, func(t string) bool { return w.in([]byte(t)) }) == w.not {
			return false
		}
	}
	return true
}

// filter applies the words of a query to objects without making texts of them:
// a DN's parent is looked at once for all objects below it, a type once for all
// of its kind, and a SID only for a word that can be a part of one.
type filter struct {
	s       *Snapshot
	words   []word
	parents []map[dnID]bool // by word
	types   []map[string]bool
}

func newFilter(s *Snapshot, text string) filter {
	f := filter{s: s, words: words(text)}
	for range f.words {
		f.parents = append(f.parents, map[dnID]bool{})
		f.types = append(f.types, map[string]bool{})
	}
	return f
}

func (f *filter) object(o *object) bool {
	for i := range f.words {
		if f.has(i, o) == f.words[i].not {
			return false
		}
	}
	return true
}

func (f *filter) has(i int, o *object) bool {
	s, w := f.s, &f.words[i]
	if w.in(s.texts.bytes(o.account)) || w.in(s.texts.bytes(o.display)) {
		return true
	}
	dn := s.dns.at(uint32(o.dn))
	switch {
	case w.comma && w.in([]byte(s.dnText(o.dn))), w.in(s.texts.bytes(dn.leaf)), f.parent(i, dn.parent), f.typed(i, o), w.in([]byte(accountState(o))):
		return true
	}
	return w.sid && w.in([]byte(sidText(s.sidOf(o.sid))))
}

// parent reports whether a word occurs in a name that many objects lie below.
func (f *filter) parent(i int, dn dnID) bool {
	found, known := f.parents[i][dn]
	if !known {
		found = f.words[i].in([]byte(f.s.dnText(dn)))
		f.parents[i][dn] = found
	}
	return found
}

func (f *filter) typed(i int, o *object) bool {
	name := f.s.typeName(o)
	found, known := f.types[i][name]
	if !known {
		found = f.words[i].in([]byte(name))
		f.types[i][name] = found
	}
	return found
}

// line applies the words to a line.
func (f *filter) line(k LineKey) bool {
	switch {
	case len(f.words) == 0:
		return true
	case k.pos != 0:
		return f.row(RowRef{k.obj, k.pos - 1, familyAdmin, rightWhole})
	case k.obj != 0:
		return f.object(f.s.object(k.obj))
	}
	p := f.s.Principal(k.party)
	return matchTexts(f.words, p.Name, p.DN, sidText(p.SID), p.Kind, p.State)
}

// row applies the words to a row.
func (f *filter) row(r RowRef) bool {
	if len(f.words) == 0 {
		return true
	}
	row := f.s.Row(r)
	return matchTexts(f.words, row.Target.Name, row.Target.DN, row.Trustee.Name, row.Trustee.DN, sidText(row.Trustee.SID),
		row.Trustee.Kind, row.Trustee.State, row.Text, row.Right, statusText(&row), row.ACLType, row.Origin)
}
