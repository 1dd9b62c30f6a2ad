package view

import (
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/grant"
)

// Word is one condition of a filter: a text that must occur, or must not.
type Word struct {
	text string // searchable
	not  bool
	sid  bool // may be a part of a SID's text
}

// fold is what upper and lower case are made alike by where texts are ordered.
func fold(text string) string { return strings.ToLower(text) }

// Words takes a filter apart, each word as texts are searched for it.
func Words(filter string) (out []Word) {
	for _, f := range strings.Fields(searchable(filter)) {
		w := Word{text: f}
		if rest, ok := strings.CutPrefix(f, "!"); ok {
			w = Word{text: rest, not: true}
		}
		w.sid = strings.Trim(w.text, "s-0123456789abcdefx") == ""
		if w.text != "" {
			out = append(out, w)
		}
	}
	return out
}

// in reports whether the word occurs in a text, as [searchable] makes them alike.
func (w *Word) in(text string) bool { return strings.Contains(searchable(text), w.text) }

// MatchTexts reports whether every word occurs in one of the texts, and no
// excluded one does.
func MatchTexts(words []Word, texts ...string) bool {
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
	s     *model.Snapshot
	words []Word
	// persons are further names of a row: of who comes in through it; nil for none.
	persons func(grant.Ref) []string
}

// line applies the words to a line.
func (f *filter) line(k lineRef) bool {
	switch {
	case len(f.words) == 0:
		return true
	case k.isRow():
		return f.row(k.row)
	case k.obj != 0:
		s, o := f.s, f.s.Record(k.obj)
		return MatchTexts(f.words, append(known{s, k.obj}.names(), s.Texts.Text(o.Account), s.DNText(o.DN), s.TypeName(o),
			model.AccountState(o), model.SIDText(s.SIDOf(o.SID)))...)
	}
	p := f.s.Principal(k.party)
	return MatchTexts(f.words, append(known{f.s, f.s.TrusteeRecordID(k.party)}.names(), p.Name, p.DN, model.SIDText(p.SID), p.Kind, p.State)...)
}

// row applies the words to a row.
func (f *filter) row(r grant.Ref) bool {
	if len(f.words) == 0 {
		return true
	}
	row := f.rowOf(r)
	texts := append(row.entryTexts(), append(row.targetKnown().names(), row.Target.Name, row.Target.DN, row.Origin)...)
	if f.persons != nil {
		texts = append(texts, f.persons(r)...)
	}
	return MatchTexts(f.words, texts...)
}

func (f *filter) rowOf(r grant.Ref) Row {
	return Row{Row: grant.RowOf(f.s, r), snapshot: f.s, at: r.Obj, who: grant.TrusteeOf(f.s, r, grant.ACEOf(f.s, r))}
}

// entryTexts are what a row says of its entry and of whom that names, for a filter.
func (r *Row) entryTexts() []string { return append(r.trusteeTexts(), r.sayingTexts()...) }

// trusteeTexts are what of it is known of the trustee, which nothing else of a row
// decides about; sayingTexts are the rest.
func (r *Row) trusteeTexts() []string {
	return append(r.trusteeKnown().names(), r.Trustee.Name, r.Trustee.DN, model.SIDText(r.Trustee.SID), r.Trustee.Kind, r.Trustee.State)
}

func (r *Row) sayingTexts() []string { return []string{r.Text, r.Right, rowStatus(r), r.ACLType} }
