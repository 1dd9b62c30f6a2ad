// Package logtest writes protocol logs in the exact forms of Exchange, for
// tests and benchmarks: POP3 and IMAP4 of 2007, of an older build and of 2013
// and later, front end and back end; SMTP receive of 2010, and of 2013 and
// later, front end and hub. The same seed gives the same bytes.
package logtest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// Form is which columns a POP3 or IMAP4 log has.
type Form int

// The forms.
const (
	With13 Form = iota // 2013 and later, with puid
	With12             // 2013, without
	With10             // an older build, without the sizes
	With9              // 2007: one line for each direction
)

const (
	names13 = "dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context,puid"
	names12 = "dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context"
	names10 = "dateTime,sessionId,seqNumber,sIp,cIp,user,duration,command,parameters,context"
	names9  = "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
)

// Log says what to write.
type Log struct {
	Protocol string // POP3, IMAP4
	Form     Form
	Back     bool // back end: clients are front ends, and contexts name the client
	Server   string
	Seed     uint64
	Start    time.Time
	Sessions int
	Commands int // of each session, beside logon and end
	Users    int
	Clients  int
	CRLF     bool
	BOM      bool
}

// writer writes lines.
type writer struct {
	*Log
	out  strings.Builder
	rand *rand.Rand
	at   time.Time
	id   int
}

// Write writes the log.
func (l Log) Write(w io.Writer) error {
	g := &writer{Log: &l, rand: rand.New(rand.NewPCG(l.Seed, 1)), at: l.Start}
	if l.BOM {
		g.out.WriteString("\ufeff")
	}
	g.head(true)
	for range l.Sessions {
		g.id++
		if l.Form == With9 {
			g.oldSession()
		} else {
			g.session()
		}
		if g.out.Len() > 1<<16 {
			if _, err := io.WriteString(w, g.text()); err != nil {
				return err
			}
		}
	}
	_, err := io.WriteString(w, g.text())
	return err
}

// text returns and forgets what was written.
func (g *writer) text() string {
	s := g.out.String()
	g.out.Reset()
	if g.CRLF {
		s = strings.ReplaceAll(s, "\n", "\r\n")
	}
	return s
}

func (g *writer) head(names bool) {
	fields := map[Form]string{With13: names13, With12: names12, With10: names10, With9: names9}[g.Form]
	if names && g.Form != With9 {
		g.out.WriteString(fields + "\n")
	}
	fmt.Fprintf(&g.out, "#Software: Microsoft Exchange Server\n#Version: 15.0.0.0\n#Log-type: %s Log\n#Date: %s\n#Fields: %s\n", g.Protocol, stamp(g.at), fields)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

// quoted is a column: quotes inside a value of the context are not escaped, those
// of the column that holds it are doubled.
func quoted(s string) string {
	if strings.ContainsAny(s, `",`) {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

func (g *writer) client(n int) string {
	switch n % 7 {
	case 5:
		return fmt.Sprintf("[2001:db8::%x]", n+1)
	case 6:
		return fmt.Sprintf("[::ffff:192.0.2.%d]", n%250+1)
	}
	return fmt.Sprintf("198.51.%d.%d", 100+n/250%100, n%250+1)
}

func (g *writer) line(seq int, local, remote, user, command, parameters, context string) {
	g.at = g.at.Add(time.Duration(g.rand.IntN(40)) * time.Millisecond)
	fmt.Fprintf(&g.out, "%s,%016X,%d,%s,%s,%s,%d,", stamp(g.at), g.id, seq, local, remote, user, g.rand.IntN(300))
	if g.Form != With10 {
		fmt.Fprintf(&g.out, "%d,%d,", g.rand.IntN(50), g.rand.IntN(400))
	}
	g.out.WriteString(command + "," + quoted(parameters) + "," + quoted(context))
	if g.Form == With13 {
		g.out.WriteByte(',')
	}
	g.out.WriteByte('\n')
}

var failures = []string{
	`R="%s Logon failure: unknown user name or bad password.";Msg=User:%[2]s;ErrMsg=AuthFailed:LogonDenied`,
	`R="%s [Error=ProxyNotAuthenticated Proxy=EX13.contoso.com:1993:SSL] LOGIN failed.";Oid=%[2]s;ErrMsg=ProxyNotAuthenticated`,
	`R="%s LOGIN failed.";Oid=%[2]s`,
	`R="%s Command is not valid in this state.";Msg="User:%[2]s;ErrMsg"`,
}

func (g *writer) session() {
	r := g.rand
	tls, plain := 993, 143
	no := "a1 NO"
	if g.Protocol == "POP3" {
		tls, plain, no = 995, 110, "-ERR"
	}
	if g.Back {
		tls, plain = tls+1000, tls+1000
	}
	port := tls
	if r.IntN(3) == 0 {
		port = plain
	}
	local := fmt.Sprintf("10.0.0.%d:%d", 1+r.IntN(2), port)
	n := r.IntN(g.Clients)
	client := g.client(n)
	remote := fmt.Sprintf("%s:%d", client, 1024+r.IntN(60000))
	tail := ""
	if g.Back {
		remote = fmt.Sprintf("10.0.0.9:%d", 1024+r.IntN(60000))
		tail = ";ClientIp=" + client
	}
	user := fmt.Sprintf("u%05d", r.IntN(g.Users))
	seq := 0
	line := func(user, command, parameters, context string) {
		g.line(seq, local, remote, user, command, parameters, context)
		seq++
	}
	line("", "OpenSession", "", "")
	line("", map[bool]string{true: "capa", false: "capability"}[g.Protocol == "POP3"], "", "R=OK")
	if port == plain && !g.Back && r.IntN(2) == 0 {
		line("", map[bool]string{true: "stls", false: "starttls"}[g.Protocol == "POP3"], "", "R=OK")
	}
	if r.IntN(20) == 0 { // a probe
		line("", "CloseSession", "", "")
		return
	}
	g.logon(line, user, no, tail)
}

// logon writes a logon, and what comes after one that worked.
func (g *writer) logon(line func(user, command, parameters, context string), user, no, tail string) {
	r := g.rand
	typed := g.typed(user)
	ok, context := r.IntN(6) != 0, []string{"R=OK", "R=ok"}[r.IntN(2)]
	if !ok {
		context = fmt.Sprintf(failures[r.IntN(len(failures))], no, user)
	} else if r.IntN(2) == 0 {
		context += `;Msg="Proxy:EX13.contoso.com:1993:SSL;ProxySuccess"`
	}
	context += tail
	column := user
	if !ok && r.IntN(2) == 0 {
		column = ""
	}
	if g.Protocol == "POP3" {
		line("", "user", typed, "R=OK")
		line(column, "pass", "*****", context)
	} else {
		line(column, "login", typed+" *****", context)
	}
	if ok {
		for range g.Commands {
			line(user, "fetch", "1:10 (FLAGS ENVELOPE)", fmt.Sprintf("R=OK;Rows=%d", r.IntN(100)))
		}
	}
	line(column, "CloseSession", "", "")
}

// typed is a name in one of the forms in which people type it.
func (g *writer) typed(user string) string {
	switch g.rand.IntN(5) {
	case 0:
		return user
	case 1:
		return user + "@contoso.com"
	case 2:
		return `CONTOSO\` + user + `\shared1`
	}
	return `CONTOSO\` + user
}

func (g *writer) oldSession() {
	r := g.rand
	port, no := 110, "-ERR"
	if g.Protocol == "IMAP4" {
		port, no = 143, "1 NO"
	}
	local, remote := fmt.Sprintf("10.0.0.1:%d", port), fmt.Sprintf("%s:%d", g.client(r.IntN(g.Clients)), 1024+r.IntN(60000))
	seq := 0
	line := func(event, data string) {
		g.at = g.at.Add(time.Duration(r.IntN(40)) * time.Millisecond)
		fmt.Fprintf(&g.out, "%s,%s\\%s,%016X,%d,%s,%s,%s,%s,\n", stamp(g.at), g.Server, g.Protocol, g.id, seq, local, remote, event, quoted(data))
		seq++
	}
	line("+", "")
	line(">", "+OK ready")
	user := fmt.Sprintf("u%05d", r.IntN(g.Users))
	answer := "+OK User successfully logged on."
	if g.Protocol == "IMAP4" {
		answer = "1 OK LOGIN completed."
	}
	if r.IntN(5) == 0 {
		answer = no + " Logon failure: unknown user name or bad password."
	}
	if g.Protocol == "POP3" {
		line("<", "USER "+user)
		line(">", "+OK")
		line("<", "PASS *****")
	} else {
		line("<", "1 LOGIN "+user+" *****")
	}
	line(">", answer)
	line("-", "")
}
