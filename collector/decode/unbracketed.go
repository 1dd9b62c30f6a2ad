package decode

import (
	"mbxperm/collector"
	"mbxperm/model"
)

// unbracketed is what came without a search: the entries of a file that
// somebody exported. Nobody says what was asked for, so nothing of it is
// complete and nothing that is missing is shown to be absent. What the whole
// file lacks is said once, as the reason.
type unbracketed struct {
	entries int
	seen    map[*evidence]bool
}

// evidence is something that a file may hold or not.
type evidence struct {
	what string
	in   func(e *collector.Entry, set *classSet) bool // nil: no file holds it
}

// has is the evidence that an attribute is in the file.
func has(attribute, what string) *evidence {
	return &evidence{what, func(e *collector.Entry, _ *classSet) bool { return e.Value(attribute) != nil }}
}

var hasSecurity = has(attrSecurity, attrSecurity)

// entry notes what an entry shows to be in the file.
func (u *unbracketed) entry(e *collector.Entry, set *classSet) {
	if u.entries++; u.seen == nil {
		u.seen = map[*evidence]bool{}
	}
	for i := range kinds {
		for _, v := range kinds[i].lacks {
			if !u.seen[v] && v.in != nil && v.in(e, set) {
				u.seen[v] = true
			}
		}
	}
}

// gaps says for each search of a directory what stands in its place.
func (u *unbracketed) gaps() []model.Gap {
	var gaps []model.Gap
	for i := range kinds {
		if k := &kinds[i]; k.lacks != nil {
			gaps = append(gaps, model.Gap{Search: string(k.searches[0].Purpose), Reason: u.reason(k.lacks), File: true})
		}
	}
	return gaps
}

func (u *unbracketed) reason(lacks []*evidence) string {
	text, sep := "a file without searches: what it leaves out is not known", "; it holds no "
	for _, v := range lacks {
		if !u.seen[v] {
			text += sep + v.what
			sep = ", no "
		}
	}
	return text
}
