package ui

import (
	"fmt"

	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// toggleKeys are the keys that show what is hidden, in the order of [hiding.Names]; a
// test holds them against the table of keys.
const toggleKeys = "cisdI"

// toggle shows and hides what is hidden for a reason.
func toggle(r hiding.Reasons) func(*app) {
	return func(a *app) {
		switch {
		case r != hiding.All:
			a.show.reasons ^= r
		case a.show.reasons == r:
			a.show.reasons = 0
		default:
			a.show.reasons = r
		}
		a.toggled()
	}
}

// noToggle says why nothing is hidden here for a reason.
func noToggle(r hiding.Reasons) func(*app) string {
	return func(a *app) string {
		known := a.here.typ.Toggles
		if q := a.rightQuery(); q.ACEs.Direction() != "forward" && !q.Roles() || a.changes() != nil { // rows of all object types
			known = hiding.All
		}
		if r&known == 0 {
			return a.here.typ.Plural + ": nothing is hidden as " + r.String()
		}
		if r&a.show.reasons == 0 && !a.hides(r) {
			return "no row is hidden as " + r.String()
		}
		return ""
	}
}

// hides reports whether a row of either grid or of the changes is hidden for
// one of these reasons, or might be: nobody knows while they are worked out.
func (a *app) hides(r hiding.Reasons) bool {
	hidden := func(h hiding.Counts) bool {
		for i, n := range h {
			if n > 0 && r&(1<<i) != 0 {
				return true
			}
		}
		return false
	}
	if v := a.changes(); v != nil {
		return v.result == nil || hidden(v.result.Hidden)
	}
	left, right := a.left.result, a.right.result
	return left == nil || left.Meanwhile || a.reading.running() || hidden(left.Hidden) || right != nil && hidden(right.Hidden)
}

func (a *app) whyNoDeny() string {
	if a.changes() == nil && a.here.typ.Narrows(hiding.OnlyDeny) == 0 {
		return "no role assignment denies anything"
	}
	return ""
}

func (a *app) toggleDeny()    { a.toggleOnly(hiding.OnlyDeny) }
func (a *app) toggleOrphans() { a.toggleOnly(hiding.OnlyOrphans) }

func (a *app) toggleOnly(o hiding.Only) {
	a.show.only ^= o
	a.toggled()
}

// nextLines goes through the choices of lines: of protocols, all or what is not as
// expected.
func (a *app) nextLines() {
	if a.here.typ == view.ClientAccess {
		a.show.deviating = !a.show.deviating
		a.foot.say(map[bool]string{true: "only what is not as --expect has it is shown", false: "all lines are shown"}[a.show.deviating])
		a.askLeft()
		a.askRight()
		return
	}
	last := view.TrusteeLines
	if s := a.reading.base; s != nil && view.HasRemote(s) { // else no line would be left
		last = view.RemoteLines
	}
	a.show.lines = (a.show.lines + 1) % (last + 1)
	a.foot.say(fmt.Sprintf(linesText[a.show.lines], a.here.typ.TargetWord()))
	a.askLeft()
}

// gridsOnly says in the view of changes that a key is for the grids.
const gridsOnly = "that is for the grids; here is everything that changed"

func (a *app) whyNoLines() string {
	switch {
	case a.changes() != nil:
		return gridsOnly
	case a.here.typ == view.ClientAccess && len(a.options.expected) == 0:
		return "nothing is expected of protocols: start with --expect PROTOCOL=GROUP"
	case a.here.typ == view.ClientAccess:
	case !a.here.typ.HasTrustees():
		return a.here.typ.Plural + ": their lines are all of one kind"
	}
	return ""
}

var linesText = [...]string{"all lines are shown%.0s", "%s are shown, and no other lines", "whoever holds a right is shown, and no other lines%.0s",
	"whose mailbox is in Exchange Online is shown, and no other lines%.0s"}

func (a *app) toggleSystem() {
	a.show.system = !a.show.system
	if a.show.system {
		what := "system mailboxes"
		if _, full := a.here.typ.Aside(); full != "" {
			what = full
		}
		a.foot.say(what + " are shown")
	}
	a.askLeft()
	if a.here.typ.Doors() {
		a.askRight()
	}
}

func (a *app) whyNoSystem() string {
	switch {
	case a.changes() != nil:
		return gridsOnly
	case a.here.typ.Doors():
		if word, _ := a.here.typ.Aside(); word == "" {
			return a.here.typ.Plural + ": none of their rows is left out"
		}
	case !a.here.typ.HasTrustees():
		return a.here.typ.Plural + ": system mailboxes are among the mailboxes"
	}
	return ""
}

func (a *app) toggleEffective() {
	a.here.effective = !a.here.effective
	a.askRight()
	if q := a.rightQuery(); q.ShowsPersons() {
		a.foot.say("Persons: who comes in through each entry, as far as was read; / finds by their names; p: all as a tree")
	}
}

func (a *app) whyNoEffective() string {
	switch {
	case a.changes() != nil:
		return gridsOnly
	case a.here.acesType().Verdicts():
		return "verdicts count groups anyway"
	case a.here.acesType().AllLines():
		return "all entries are there: e is for the reverse view of one line"
	case !a.here.effective && a.rightQuery().ACEs.Direction() == "forward" && !a.here.typ.HasTrustees():
		return "rights through groups belong to the reverse view: r first"
	}
	return ""
}

func (a *app) toggleExpand() {
	a.here.expand = !a.here.expand
	a.askRight()
}

func (a *app) whyNoExpand() string {
	if a.changes() != nil || !a.here.acesType().Verdicts() {
		return "nothing is drawn together here: that is for the ACE types Effective and Reverse-Effective (a)"
	}
	return ""
}

// toggleSplit has a row for each entry or for each right of it, and remembers which. The
// cursor of the right grid stays on its entry.
func (a *app) toggleSplit() {
	s := a.settings()
	s.Split = !s.Split
	a.toggled()
	if s.Split {
		a.foot.say("a row for each right; 1 again: a row for each entry, with all its rights")
	} else {
		a.foot.say("a row for each entry, with all its rights")
	}
	if err := s.Save(); err != nil {
		a.foot.say(err.Error())
	}
}

func (a *app) whyNoSplit() string {
	switch {
	case a.changes() != nil:
		return gridsOnly
	case a.here.typ.Doors(), a.here.typ == view.Roles:
		return a.here.typ.Plural + ": their rows are no entries"
	case a.here.acesType().Verdicts():
		return "verdicts are no entries"
	}
	return ""
}
