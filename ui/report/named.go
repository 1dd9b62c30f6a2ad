package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/usage"
	"mbxperm/model/view"
)

// Whom the flags --of, --target and --trustee name.

// nameForms are the forms of a name, for messages.
const nameForms = "a sAMAccountName, DOMAIN\\name, address, userPrincipalName, displayName, DN, SID or objectGUID"

// seen finds the line of --of.
func (j *Job) seen(s *model.Snapshot) (view.Query, error) {
	q := j.Query
	if j.Of == "" {
		return q, nil
	}
	lines := view.Named(s, j.Of)
	switch len(lines) {
	case 0:
		return q, nobody("--of", j.Of)
	case 1:
		q.Of = lines[0]
		return q, nil
	}
	return q, several(s, "--of", j.Of, lines)
}

// known says where a name of the question is nobody's: an empty report would
// look like "no rights". What is an address or a displayName it replaces by what
// identifies the one who has it, as rows have neither.
func (j *Job) known(states ...*model.Snapshot) error {
	states = slices.DeleteFunc(slices.Clone(states), func(s *model.Snapshot) bool { return s == nil })
	for _, f := range []struct {
		flag, text string
		is         *func(*model.Principal) bool
	}{{"--target", j.Target, &j.Query.Target}, {"--trustee", j.Trustee, &j.Query.Trustee}} {
		if _, err := acl.ParseSID(f.text); f.text == "" || err == nil || wellKnown(f.text) {
			continue
		}
		if slices.ContainsFunc(states, func(s *model.Snapshot) bool { return view.Identified(s, f.text) }) {
			continue // as the query matches it
		}
		var lines []view.LineKey
		at := slices.IndexFunc(states, func(s *model.Snapshot) bool {
			lines = view.Named(s, f.text)
			return len(lines) > 0
		})
		switch {
		case at < 0:
			return nobody(f.flag, f.text)
		case len(lines) > 1:
			return several(states[at], f.flag, f.text, lines)
		}
		*f.is = view.Match(view.Identity(states[at], lines[0], f.flag == "--trustee"))
	}
	return nil
}

func wellKnown(text string) bool {
	for _, name := range acl.WellKnownSIDs() {
		if strings.EqualFold(name, text) {
			return true
		}
	}
	return false
}

// nobodyError is the error of a name that nothing has.
type nobodyError struct{ flag, text string }

func (e *nobodyError) Error() string {
	return fmt.Sprintf("%s %q: nothing that was read has this name; give %s", e.flag, e.text, nameForms)
}

func nobody(flag, text string) error { return &nobodyError{flag, text} }

// several is the error of a name that is not that of one line: it lists what it may be.
func several(s *model.Snapshot, flag, text string, lines []view.LineKey) error {
	return usage.Errorf("%s %q names %d lines: give %s", flag, text, len(lines), strings.Join(candidates(s, lines), " or "))
}

// candidates are what identifies each of some lines, with what it is.
func candidates(s *model.Snapshot, lines []view.LineKey) (names []string) {
	for _, k := range lines {
		who := view.TrusteeOf(s, k)
		if k.IsTarget() {
			who = view.TargetOf(s, k)
		}
		what, key := cmp.Or(who.DN, model.SIDText(who.SID), who.Name), view.Identity(s, k, !k.IsTarget())
		kind := who.Kind
		if view.TypeOf(s, k) == view.Roles {
			kind = "role assignment"
		}
		if what == key {
			what = ""
		}
		names = append(names, key+" ("+strings.TrimSpace("the "+cmp.Or(kind, "object")+" "+what)+")")
	}
	slices.Sort(names)
	const most = 8
	if len(names) > most {
		names = append(names[:most], fmt.Sprintf("one of %d more", len(lines)-most))
	}
	return names
}
