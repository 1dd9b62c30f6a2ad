package ui

import "mbxperm/ui/keys"

// question puts what the source asks for into the last line, once nobody types
// there, and takes it away when it is not asked any more. It reports whether the
// screen changed. Nothing but the screen may write to the terminal: a prompt from
// elsewhere would stand in the middle of a grid, and what is typed would be keys.
func (a *app) question() bool {
	n := a.reading
	if n.latest == nil {
		return false
	}
	q := n.latest.State.Question
	switch {
	case n.asked != nil && a.foot.line == n.asked && n.askedFor != q: // withdrawn
		a.leaveLine()
		return true
	case q == nil || a.foot.line != nil || n.answered == q, len(a.pending.held) > 0: // which are no answer
		return false
	}
	answered := func() { n.answered = q }
	n.askedFor = q
	n.asked = &line{
		scope: keys.ScopeCommand, label: q.Text, secret: true,
		enter: func(text string) {
			answered()
			a.driver.Answer(q, text)
		},
		leave: func() { // or it was withdrawn, and there is nothing to stop
			if q != n.latest.State.Question {
				return
			}
			answered()
			if a.form != nil {
				a.driver.Cancel()
			} else {
				a.cancel()
			}
		},
	}
	a.openLine(n.asked, "")
	return true
}
