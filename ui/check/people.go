package check

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"mbxperm/model/door"
	"mbxperm/ui/safe"
)

// writePeople writes checks for people: the steps of one address below each
// other, of several a matrix of hosts and steps, and below it what is not well;
// then the certificates and the mechanisms.
func writePeople(w io.Writer, checks []door.Check, now time.Time) {
	if len(checks) == 1 {
		writeOne(w, &checks[0])
	} else {
		writeMatrix(w, checks)
	}
	if len(checks) == 1 {
		writeCertificate(w, &checks[0], now)
		writeMechanisms(w, &checks[0])
		return
	}
	writeBrief(w, checks, now)
}

// say writes a line that may hold what a server said.
func say(w io.Writer, format string, args ...any) {
	fmt.Fprintln(w, strings.TrimRight(safe.Text(fmt.Sprintf(format, args...)), " "))
}

// ms is a time for people.
func ms(d time.Duration) string {
	switch v := float64(d) / float64(time.Millisecond); {
	case d == 0:
		return ""
	case v < 10:
		return fmt.Sprintf("%.1f ms", v)
	default:
		return safe.Thousands(int(v+0.5)) + " ms"
	}
}

func title(c *door.Check) string { return string(c.Protocol) + " " + c.Name() + at(c) }

// writeOne writes the steps of one check below each other.
func writeOne(w io.Writer, c *door.Check) {
	say(w, "%s: %s, %s", title(c), c.Result(), ms(c.Took()))
	var beyond []string
	for i := range c.Steps {
		s := &c.Steps[i]
		switch {
		case !s.Asked():
			continue
		case s.Result == door.Skipped && strings.HasPrefix(s.Detail, door.NotReached):
			beyond = append(beyond, s.Name)
			continue
		}
		first, rest := stepText(s)
		say(w, "  %-14s  %-7s  %9s  %s", s.Name, s.Result, ms(s.Took), first)
		for _, line := range rest {
			say(w, "  %-14s  %-7s  %9s  %s", "", "", "", line)
		}
	}
	if len(beyond) > 0 {
		say(w, "  not reached: %s", strings.Join(beyond, ", "))
	}
}

// capabilityLists are the steps whose answers list what the server offers.
var capabilityLists = map[string]bool{"ehlo": true, "ehlo-tls": true, "capa": true, "capa-tls": true}

// stepText are the lines of the answer, and what is to be said of it.
func stepText(s *door.Step) (first string, rest []string) {
	lines := strings.Split(s.Text, "\n")
	if capabilityLists[s.Name] && len(lines) > 2 { // a list, and no text
		lines = []string{lines[0], strings.Join(lines[1:], ", ")}
	}
	lines[0] = s.Says()
	if s.Detail != "" {
		lines = append(lines, s.Detail)
	}
	lines = slices.DeleteFunc(lines, func(l string) bool { return l == "" })
	if len(lines) == 0 {
		return "", nil
	}
	return lines[0], lines[1:]
}

// cell is a step in the matrix: its time, or why it has none.
func cell(s *door.Step) string {
	switch {
	case s == nil || s.Result == door.Skipped:
		return "-"
	case s.Result == door.Failed:
		return strings.TrimSpace("FAILED " + s.Code)
	case s.Result == door.Warning:
		return ms(s.Took) + " !"
	}
	return ms(s.Took)
}

// writeMatrix writes a line for each address, and below them what is not well.
func writeMatrix(w io.Writer, checks []door.Check) {
	var steps []string
	for _, name := range checks[0].Protocol.Steps() {
		if slices.ContainsFunc(checks, func(c door.Check) bool { s := c.Step(name); return s != nil && s.Result != door.Skipped }) {
			steps = append(steps, name)
		}
	}
	table := [][]string{append(append([]string{"HOST", "ADDRESS", "RESULT"}, steps...), "TOTAL")}
	for i := range checks {
		c := &checks[i]
		line := []string{safe.Text(c.Name()), safe.Text(c.Address), c.Result().String()}
		for _, name := range steps {
			line = append(line, safe.Text(cell(c.Step(name))))
		}
		table = append(table, append(line, ms(c.Took())))
	}
	widths := make([]int, len(table[0]))
	for _, line := range table {
		for j, text := range line {
			widths[j] = max(widths[j], safe.Width(text))
		}
	}
	for _, line := range table {
		for j, text := range line {
			if pad := strings.Repeat(" ", widths[j]-safe.Width(text)); j < 3 {
				line[j] = text + pad
			} else {
				line[j] = pad + text
			}
		}
		fmt.Fprintln(w, strings.TrimRight(strings.Join(line, "  "), " "))
	}
	for i := range checks {
		writeBad(w, &checks[i])
	}
}

// writeBad writes the steps of a check that are not well, with all that was
// said.
func writeBad(w io.Writer, c *door.Check) {
	if c.Result() <= door.OK {
		return
	}
	say(w, "")
	say(w, "%s: %s", title(c), c.Result())
	for i := range c.Steps {
		s := &c.Steps[i]
		if s.Result <= door.OK {
			continue
		}
		first, rest := stepText(s)
		say(w, "  %-14s  %-7s  %s", s.Name, s.Result, first)
		for _, line := range rest {
			say(w, "  %-14s  %-7s  %s", "", "", line)
		}
	}
}

// writeBrief writes a line about the certificate and the mechanisms of each
// address, and all of a certificate that is not trusted.
func writeBrief(w io.Writer, checks []door.Check, now time.Time) {
	any := false
	for i := range checks {
		c := &checks[i]
		if c.TLS == nil && !c.Mechanisms[0].Asked {
			continue
		}
		if !any {
			say(w, "")
		}
		any = true
		text := "no TLS"
		if t := c.TLS; t != nil {
			text = t.Version + ", trusted"
			if t.Problem != "" {
				text = t.Version + ", NOT trusted"
			}
			text += fmt.Sprintf(", %d days left", t.Sent[0].Days(now))
		}
		say(w, "%s: %s; logon before TLS %s, inside TLS %s", title(c), text, offered(&c.Mechanisms[0]), offered(&c.Mechanisms[1]))
	}
	for i := range checks {
		if c := &checks[i]; c.TLS != nil && c.TLS.Problem != "" {
			say(w, "")
			say(w, "%s", title(c))
			writeCertificate(w, c, now)
		}
	}
}

// offered are the mechanisms of a server.
func offered(m *door.Mechanisms) string {
	if !m.Asked {
		return "not asked"
	}
	return cmp.Or(strings.Join(m.Auth, " "), "none")
}

// writeCertificate writes the certificates as sent and as built.
func writeCertificate(w io.Writer, c *door.Check, now time.Time) {
	if c.TLS == nil {
		return
	}
	t := c.TLS
	say(w, "")
	verdict := "trusted, and for " + t.Name
	if t.Problem != "" {
		verdict = "NOT trusted: " + t.Problem
	}
	say(w, "certificate: %s", verdict)
	leaf := &t.Sent[0]
	say(w, "  names      %s", cmp.Or(strings.Join(leaf.Names, ", "), "none"))
	say(w, "  valid      %s to %s, %d days left", leaf.From.Format(time.DateOnly), leaf.Until.Format(time.DateOnly), leaf.Days(now))
	say(w, "  key        %s, signed with %s", leaf.Key, leaf.Signature)
	say(w, "  pin        %s", leaf.Pin)
	for i := range t.Sent {
		say(w, "  %-9s  %s, issued by %s", map[bool]string{true: "sent"}[i == 0], t.Sent[i].Subject, t.Sent[i].Issuer)
	}
	for i := range t.Built {
		say(w, "  %-9s  %s", map[bool]string{true: "built"}[i == 0], t.Built[i].Subject)
	}
	if len(t.Leads) > 0 {
		say(w, "  leads here %s", strings.Join(t.Leads, ", "))
	}
}

// writeMechanisms writes the mechanisms before TLS and inside it, side by side.
func writeMechanisms(w io.Writer, c *door.Check) {
	if !c.Mechanisms[0].Asked && !c.Mechanisms[1].Asked {
		return
	}
	say(w, "")
	say(w, "mechanisms")
	say(w, "  before TLS  %s", offered(&c.Mechanisms[0]))
	say(w, "  inside TLS  %s", offered(&c.Mechanisms[1]))
}
