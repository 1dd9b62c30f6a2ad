package alert

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"mbxperm/model/door"
)

// ID names the step of the door: smtp mail.contoso.com:25 rcpt.
func (k Key) ID() string {
	return string(k.Protocol) + " " + net.JoinHostPort(k.Host, strconv.Itoa(int(k.Port))) + " " + k.Step
}

// mostSubject is what an SMS has room for, with some to spare for who sends it.
const mostSubject = 120

// message makes the alert of an incident; o is what failed, and nothing of one that
// is well again.
func (i *Incident) message(o *outcome, checks []door.Check, now time.Time) *Message {
	name := net.JoinHostPort(i.Host, strconv.Itoa(int(i.Port))) + " " + strings.ToUpper(i.Step)
	subject := "Mail server failed: " + name
	switch {
	case !i.Well.IsZero():
		subject = "Mail server well again: " + name + ", failed for " + span(i.Well.Sub(i.Since))
	case i.Code != "":
		subject += " " + i.Code
	default:
		subject += " " + o.step.Detail
	}
	subject = ascii(subject)
	if len(subject) > mostSubject {
		subject = subject[:mostSubject]
	}
	// The same for as long as it is the same alert, and never again.
	sum := sha256.Sum256([]byte(fmt.Sprint(i.ID(), i.Since.UnixNano(), i.Told.UnixNano(), i.Code, i.Well.IsZero())))
	return &Message{ID: hex.EncodeToString(sum[:16]), Made: now, Subject: subject, Body: i.body(checks), Code: i.Code, Well: !i.Well.IsZero()}
}

// span is how long something took, for people.
func span(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

// body has all steps of every address of the door.
func (i *Incident) body(checks []door.Check) string {
	var b strings.Builder
	if i.Well.IsZero() {
		fmt.Fprintf(&b, "Failing since %s, %d times in a row.\n", i.Since.Format(time.RFC3339), i.Failures)
	} else {
		fmt.Fprintf(&b, "Failed from %s to %s, well again since.\n", i.Since.Format(time.RFC3339), i.Well.Format(time.RFC3339))
	}
	for n := range checks {
		c := &checks[n]
		if c.Protocol != i.Protocol || c.Host != i.Host || c.Port != i.Port {
			continue
		}
		fmt.Fprintf(&b, "\n%s %s %s, %s: %s\n", c.Protocol, ascii(c.Name()), ascii(c.Address), c.Time.UTC().Format(time.RFC3339), c.Result())
		for j := range c.Steps {
			s := &c.Steps[j]
			line := fmt.Sprintf("%-14s  %-7s  %6d ms  %s", s.Name, s.Result, s.Took.Milliseconds(), ascii(cutShort(s.Says())))
			b.WriteString(strings.TrimRight(line, " ") + "\n")
			if s.Detail != "" {
				fmt.Fprintf(&b, "%16s%s\n", "", ascii(cutShort(s.Detail)))
			}
		}
	}
	return b.String()
}

// cutShort keeps a line of the body below what a line of a message may have
// (RFC 5322 2.1.1), escapes included.
func cutShort(s string) string {
	const most = 200
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}

// ascii writes out what is no printable ASCII: texts of servers go into the
// subject and body of a message and to a telephone.
func ascii(s string) string {
	quoted := strconv.QuoteToASCII(s)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}
