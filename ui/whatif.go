package ui

import (
	"fmt"
	"strings"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/grant"
	"mbxperm/model/usage"
	"mbxperm/model/view"
	"mbxperm/model/whatif"
	"mbxperm/ui/keys"
	"mbxperm/ui/report"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

// What if: W asks for the words of the command line, without their dashes, and fills
// in what the cursor is on. The answer stands in the view of changes. Nothing is
// written anywhere.

// whyNoWhatIf says why nothing can be asked.
func (a *app) whyNoWhatIf() string {
	switch n := a.reading; {
	case n.running():
		return "not everything is read yet: what is missing would look like no way in"
	case n.base == nil || n.base.Empty():
		return "nothing is read yet"
	}
	return ""
}

// startWhatIf asks what is to be left out or added.
func (a *app) startWhatIf() {
	g, _ := a.grid()
	res := a.shown(g)
	row, ok := g.Selected()
	text := "without-member "
	if v := a.changes(); v != nil && v.of.WhatIf != nil {
		text = v.name
	} else if v == nil && ok && res != nil && row < res.Len() && !res.Query.Type.Doors() {
		text = whatIfOf(res, row)
	}
	a.openLine(&line{scope: keys.ScopeCommand, label: "what if: ", enter: a.askWhatIf}, text)
}

// whatIfOf asks to leave out what a row or a line is: the entry, a member of the group,
// the first group of the person.
func whatIfOf(res *view.Result, row int) string {
	s := res.Snapshot
	ref := grant.Ref{}
	switch {
	case res.Query.Verdicts() || res.IsRole(row) || res.Query.Roles() && res.Query.Rows:
		return whatIfMember(s, res.TrusteeKey(row))
	case res.Query.Rows:
		ref = res.Ref(row)
	case res.Line(row).Row != nil:
		ref = res.Line(row).Row.Ref
	default:
		return whatIfMember(s, res.Key(row))
	}
	r := grant.RowOf(s, ref)
	who := model.SIDText(r.Trustee.SID)
	if _, ok := known(s, r.Trustee.Name); ok || r.Trustee.Kind == model.KindWellKnown || who == "" {
		who = r.Trustee.Name
	}
	text := "without-entry " + nameOf(s, ref.Obj) + "=" + who + ":" + r.Right
	if r.Status == grant.Deny {
		text += ":" + grant.Deny
	}
	return text
}

// whatIfMember asks to leave a member out of the group that a line is, or the person
// that it is out of his first group.
func whatIfMember(s *model.Snapshot, key view.LineKey) string {
	id, ok := known(s, view.Identity(s, key, true))
	switch {
	case !ok:
		return "without-member "
	case s.Record(id).Class == model.ClassGroup:
		return "without-member " + nameOf(s, id) + "="
	}
	if group := whatif.FirstGroup(s, id); group != 0 {
		return "without-member " + nameOf(s, group) + "=" + nameOf(s, id)
	}
	return "with-member =" + nameOf(s, id)
}

// known is the only object that a text names.
func known(s *model.Snapshot, text string) (model.ObjectID, bool) {
	found := view.ObjectsNamed(s, text)
	if len(found) != 1 {
		return 0, false
	}
	return found[0], true
}

// nameOf names an object so that nothing else is meant.
func nameOf(s *model.Snapshot, id model.ObjectID) string {
	o := s.Record(id)
	if name := s.ObjectName(o); !strings.ContainsAny(name, "=;:(") {
		if only, ok := known(s, name); ok && only == id {
			return name
		}
	}
	if !o.GUID.IsZero() {
		return o.GUID.String()
	}
	return s.DNText(o.DN)
}

// parseWhatIf reads what was typed: several wishes stand with ; between them.
func parseWhatIf(text string) (out []whatif.Wish, err error) {
	for part := range strings.SplitSeq(text, "; ") {
		word, rest, _ := strings.Cut(strings.TrimSpace(part), " ")
		w := whatif.Wish{Text: strings.TrimSpace(rest)}
		switch strings.TrimPrefix(strings.ToLower(word), "--") {
		case "without-member":
			w.Member = true
		case "with-member":
			w.Member, w.Add = true, true
		case "with-entry":
			w.Add = true
		case "without-entry":
		default:
			return nil, usage.Errorf("begin with without-member, with-member, without-entry or with-entry: without-member GROUP=PERSON, with-entry TARGET=TRUSTEE:RIGHT")
		}
		if w.Text == "" {
			return nil, usage.Errorf("%s what? GROUP=PERSON for a member, TARGET=TRUSTEE:RIGHT for an entry", strings.ToLower(word))
		}
		out = append(out, w)
	}
	return out, nil
}

// askWhatIf works the answer out, beside the screen.
func (a *app) askWhatIf(text string) {
	wishes, err := parseWhatIf(text)
	if err != nil {
		a.foot.say(err.Error())
		return
	}
	s := a.reading.base
	a.inBackground("working out what it would do", func(w *awaited) func() {
		c, err := change.WhatIf(w.ctx, s, wishes)
		return func() {
			switch {
			case a.reading.base != s: // it was read again meanwhile
				a.askWhatIf(text)
				return
			case err != nil:
				a.sayNot(saidOf(err, wishes))
				return
			case a.changes() != nil:
				a.closeChanges()
			}
			a.showChanges(newChanges(a, c, text))
		}
	})
}

// saidOf is an error about wishes without their flags, which are what was typed.
func saidOf(err error, wishes []whatif.Wish) string {
	said := err.Error()
	for _, w := range wishes {
		said = strings.TrimPrefix(said, fmt.Sprintf("%s %q: ", w.Flag(), w.Text))
	}
	return said
}

// whatIfsAnew asks open what-ifs of what was read since.
func (a *app) whatIfsAnew() {
	for _, o := range a.root.over {
		if v, ok := o.(*changes); ok {
			a.whatIfAnew(v)
		}
	}
}

// whatIfAnew asks a what-if again that was asked of an earlier snapshot. The lines of
// an earlier reading are gone meanwhile. Where it cannot be asked any more, since what it
// names is not there, the view says so in their place.
func (a *app) whatIfAnew(v *changes) {
	s := a.reading.base
	if v.of.WhatIf == nil || v.of.Old == s || a.reading.running() {
		return
	}
	wishes := v.of.WhatIf.Wishes
	if !sameReading(v.of.Old, s) {
		v.clear()
	}
	a.pending.waiting++
	go func() {
		defer term.Guard(a.screen)
		c, err := change.WhatIf(a.ctx, s, wishes)
		a.update(func() bool {
			a.pending.waiting--
			if a.reading.base != s {
				a.whatIfAnew(v)
				return true
			}
			v.failed = ""
			if err != nil {
				v.failed = "of what was read since, this cannot be asked: " + saidOf(err, wishes)
				c = &change.Comparison{Old: s, New: s, WhatIf: &change.Asked{Wishes: wishes}}
			}
			v.compare(c, v.name)
			a.askChanges(v)
			return true
		})
	}()
}

// whatIfCommands are the commands for a what-if.
func (a *app) whatIfCommands(of *change.Comparison) {
	var f sheetLines
	f.head("These lines, for sh")
	args := append([]string{"report", "whatif"}, a.source()...)
	for _, w := range of.WhatIf.Wishes {
		args = append(args, w.Flag(), w.Text)
	}
	f.command("Print", "mbxperm "+report.ShLine(args...))
	a.root.push(widget.NewPage(a.theme, 0, widget.Sheet{Title: "As a command", Text: widget.Still(f...)}))
}
