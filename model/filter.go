package model

import (
	"slices"
	"strings"
)

// word is one condition of a filter: a text that must occur, or must not.
type word struct {
	text string // folded
	not  bool
	sid  bool // may be a part of a SID's text
}

// fold is what upper and lower case are made alike by. It leaves no byte that
// is not UTF-8, so that 0xFF can stand between texts.
func fold(text string) string { return strings.ToLower(text) }

func words(filter string) (out []word) {
	for _, f := range strings.Fields(fold(filter)) {
		w := word{text: f}
		if rest, ok := strings.CutPrefix(f, "!"); ok {
			w = word{text: rest, not: true}
		}
		w.sid = strings.Trim(w.text, "s-0123456789abcdefx") == ""
		if w.text != "" {
			out = append(out, w)
		}
	}
	return out
}

// in reports whether the word occurs in a text, without regard to case.
func (w *word) in(text string) bool { return strings.Contains(fold(text), w.text) }

// matchTexts reports whether every word occurs in one of the texts, and no
// excluded one does.
func matchTexts(words []word, texts ...string) bool {
	for i := range words {
		w := &words[i]
		if slices.ContainsFunc(texts, w.in) == w.not {
			return false
		}
	}
	return true
}

// filter applies the words of a query to one line or row, by making its texts.
// For the lines of the grid of mailboxes there is a faster way: see names.
type filter struct {
	s     *Snapshot
	words []word
}

// line applies the words to a line.
func (f *filter) line(k LineKey) bool {
	switch {
	case len(f.words) == 0:
		return true
	case k.pos != 0:
		return f.row(RowRef{k.obj, k.pos - 1, familyAdmin, rightWhole})
	case k.obj != 0:
		s, o := f.s, f.s.object(k.obj)
		return matchTexts(f.words, s.texts.text(o.account), s.texts.text(o.display), s.dnText(o.dn), s.typeName(o),
			accountState(o), sidText(s.sidOf(o.sid)))
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
