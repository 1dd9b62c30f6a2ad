package report

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/ui/safe"
)

// Progress waits until a collection is done and says on w how far it is now, if
// w is a terminal.
func Progress(w io.Writer, done <-chan struct{}, now func() *model.Snapshot) {
	out, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(out.Fd())) {
		<-done
		return
	}
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			fmt.Fprint(w, "\r\x1b[K")
			return
		case at := <-tick.C:
			fmt.Fprint(w, "\r\x1b[K"+safe.Text(Doing(now(), at)))
		}
	}
}

// Doing says in one line what a collection is doing, and at its end the first
// thing that is missing: a forest was not read to the end while nothing of one
// of its domains was read.
func Doing(snap *model.Snapshot, now time.Time) string {
	s := &snap.State
	switch {
	case s.Err != nil:
		return s.Err.Error()
	case s.Phase == model.Connecting:
		return "connecting to " + s.Source
	case s.Phase == model.Finished && len(s.Incomplete) == 0:
		return readTo(snap)
	case s.Phase == model.Finished:
		g := s.Incomplete[len(s.Incomplete)-1]
		if g.Search == "" {
			return "incomplete: " + g.Reason
		}
		return "incomplete: " + g.Search + ": " + g.Reason
	}
	a := Advancing(s, now)
	parts := []string{a.Phase + " " + a.Done}
	for _, text := range []string{a.Rate, a.Left} {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, " · ")
}

// readTo says how far a source was read in which every search came to its end.
func readTo(s *model.Snapshot) string {
	text := domainsRead(s)
	if coverage.Roles(s).Unread {
		text += " · roles not read"
	}
	return text
}

func domainsRead(s *model.Snapshot) string {
	switch names, all := coverage.UnreadDomains(s); {
	case len(names) == 0:
		return "read to the end"
	case all == 1:
		return "1 domain not read"
	default:
		return safe.Thousands(len(names)) + " of " + safe.Thousands(all) + " domains not read"
	}
}

// Advance is how far a search has come. What cannot be told is empty.
type Advance struct {
	Phase    string  // "reading mailboxes"
	Done     string  // "41,234 of 1,000,000"
	Rate     string  // "18,432/s"
	Left     string  // "52 s left"
	Fraction float64 // of all, up to 1
}

// Advancing says how far the search that runs has come.
func Advancing(s *model.State, now time.Time) Advance {
	a := Advance{Phase: "reading " + s.Search, Done: safe.Thousands(s.Done)}
	if s.Phase == model.Resolving {
		a.Phase = s.Phase.String()
	}
	if s.Expect > 0 {
		a.Done += " of " + safe.Thousands(s.Expect)
		a.Fraction = min(float64(s.Done)/float64(s.Expect), 1)
	}
	if rate := s.Rate(now); rate >= 1 {
		a.Rate = safe.Thousands(int(rate)) + "/s"
		a.Left = left(s.Left(now))
	}
	return a
}

// left says how long something will take, as precisely as one may believe it.
func left(d time.Duration) string {
	switch {
	case d <= 0:
		return ""
	case d < 100*time.Second:
		return fmt.Sprintf("%d s left", int(d.Seconds())+1)
	case d < 100*time.Minute:
		return fmt.Sprintf("%d min left", int(d.Minutes())+1)
	default:
		return fmt.Sprintf("%d h left", int(d.Hours())+1)
	}
}

// Gaps says on w what is missing from a finished collection, a line for each
// kind, and reports whether anything is. Where it is to be quiet it says only what
// was not read to its end, domains among it, and of what the source warns. hide
// replaces names; nil leaves them.
func Gaps(w io.Writer, s *model.Snapshot, quiet bool, hide *Redactor) bool {
	return gaps(w, "mbxperm: ", s, quiet, hide)
}

func gaps(w io.Writer, prefix string, s *model.Snapshot, quiet bool, hide *Redactor) bool {
	any, reason := false, ""
	for _, warning := range s.State.Warnings {
		fmt.Fprintln(w, prefix+"warning: "+safe.Text(hide.Text(model.ContentSentence, warning)))
	}
	if names, all := coverage.UnreadDomains(s); len(names) > 0 {
		any = true
		shown := make([]string, len(names))
		for i, name := range names {
			shown[i] = hide.domain(name)
		}
		fmt.Fprintln(w, safe.Text(fmt.Sprintf("%s%d of %d domains of the forest not read: %s", prefix, len(names), all, strings.Join(shown, ", "))))
	}
	for _, c := range coverage.Of(s) {
		if !c.Gaps() {
			continue
		}
		any = true
		if quiet && c.Complete {
			continue
		}
		line := fmt.Sprintf("%s%s: %d found", prefix, c.ObjectType, c.Found)
		for _, part := range []struct {
			n    int
			what string
		}{{c.Unreadable, "unreadable"}, {c.Unknown, "unknown"}, {c.Undecodable, "undecodable"}} {
			if part.n > 0 {
				line += fmt.Sprintf(", %d %s", part.n, part.what)
			}
		}
		switch {
		case c.Complete:
		case c.Reason == reason:
			line += ", incomplete for the same reason"
		default:
			line += ", incomplete: " + hide.Text(model.ContentSentence, c.Reason)
			reason = c.Reason
		}
		fmt.Fprintln(w, safe.Text(line))
	}
	return any
}

// Message prints an error as the program does: in one sentence, or one for each
// of the errors that were joined.
func Message(w io.Writer, err error) {
	several, ok := err.(interface{ Unwrap() []error })
	if !ok || err.Error() != errors.Join(several.Unwrap()...).Error() { // fmt.Errorf with several %w has words of its own
		Note(w, err.Error())
		return
	}
	for _, one := range several.Unwrap() {
		Message(w, one)
	}
}

// Note writes one line that is good to know.
func Note(w io.Writer, text string) { fmt.Fprintln(w, "mbxperm: "+safe.Text(text)) }
