package logtest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"time"
)

// SMTP says which SMTP receive log to write.
type SMTP struct {
	Server   string
	Release  int  // 2010: one line for each line of an answer; else 2013
	Hub      bool // sessions of front ends, behind XPROXYFROM and XPROXY
	Seed     uint64
	Start    time.Time
	Sessions int
	Clients  int
	// Front are the session numbers of front ends that a hub's log speaks of.
	Front uint64
}

// smtpWriter writes lines.
type smtpWriter struct {
	*SMTP
	out           strings.Builder
	rand          *rand.Rand
	at            time.Time
	connector     string
	id            string
	local, remote string
	seq           int
}

// Write writes the log.
func (s SMTP) Write(w io.Writer) error {
	g := &smtpWriter{SMTP: &s, rand: rand.New(rand.NewPCG(s.Seed, 2)), at: s.Start}
	version := "15.0.0.0"
	if s.Release == 2010 {
		version = "14.0.0.0"
	}
	fmt.Fprintf(&g.out, "\ufeff#Software: Microsoft Exchange Server\r\n#Version: %s\r\n#Log-type: SMTP Receive Protocol Log\r\n#Date: %s\r\n#Fields: %s\r\n", version, stamp(g.at), names9)
	for i := range s.Sessions {
		g.session(i)
		if g.out.Len() > 1<<16 || i == s.Sessions-1 {
			if _, err := io.WriteString(w, g.out.String()); err != nil {
				return err
			}
			g.out.Reset()
		}
	}
	return nil
}

func (g *smtpWriter) line(event, data, context string) {
	g.at = g.at.Add(time.Duration(g.rand.IntN(30)) * time.Millisecond)
	fmt.Fprintf(&g.out, "%s,%s,%s,%d,%s,%s,%s,%s,%s\r\n", stamp(g.at), g.connector, g.id, g.seq, g.local, g.remote, event, quotedIf(data), quotedIf(context))
	g.seq++
}

// quotedIf quotes a column as these logs do: where there is a comma, a quote or
// a semicolon in it.
func quotedIf(s string) string {
	if strings.ContainsAny(s, `",;`) {
		return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	return s
}

// answer writes an answer of one line or several.
func (g *smtpWriter) answer(code string, lines ...string) {
	if g.Release != 2010 {
		gap := " "
		if len(lines) > 1 {
			gap = "  "
		}
		g.line(">", code+gap+strings.Join(lines, " "), "")
		return
	}
	for i, l := range lines {
		mark := "-"
		if i == len(lines)-1 {
			mark = " "
		}
		g.line(">", code+mark+l, "")
	}
}

func (g *smtpWriter) session(i int) {
	r := g.rand
	n := r.IntN(g.Clients)
	client := fmt.Sprintf("192.0.%d.%d", 2+n/250, n%250+1)
	g.id, g.seq = fmt.Sprintf("%016X", 0x08DE000000000000+g.Seed<<24+uint64(i)), 0
	g.connector = g.Server + `\Default Frontend ` + g.Server
	g.local, g.remote = "10.0.0.1:25", fmt.Sprintf("%s:%d", client, 1024+r.IntN(60000))
	switch {
	case g.Release == 2010:
		g.connector, g.id = g.Server+`\Default `+g.Server+" ", "0000000000000000"
	case g.Hub:
		g.connector, g.local, g.remote = g.Server+`\Default `+g.Server, "10.0.0.1:2525", fmt.Sprintf("10.0.0.9:%d", 1024+r.IntN(60000))
	}
	g.line("+", "", "")
	permissions := "SMTPSubmit SMTPAcceptAnySender SMTPAcceptAuthoritativeDomainSender AcceptRoutingHeaders"
	if n%5 == 0 {
		permissions = "SMTPSubmit SMTPAcceptAnyRecipient SMTPAcceptAnySender AcceptRoutingHeaders"
	}
	g.line("*", permissions, "Set Session Permissions")
	g.answer("220", g.Server+".contoso.com Microsoft ESMTP MAIL Service ready at Mon, 30 Nov 2026 08:00:00 +0000")
	g.line("<", fmt.Sprintf("EHLO app%02d.contoso.com", n), "")
	g.answer("250", g.Server+".contoso.com Hello ["+client+"]", "SIZE 37748736", "PIPELINING", "STARTTLS", "AUTH NTLM", "CHUNKING")
	if n%3 != 0 {
		g.line("<", "STARTTLS", "")
		g.answer("220", "2.0.0 SMTP server ready")
		version := []string{"TLS1_2", "TLS1"}[n%2]
		g.line("*", "", "TLS protocol SP_PROT_"+version+"_SERVER negotiation succeeded using bulk encryption algorithm CALG_AES_256 with strength 256 bits")
		g.line("<", fmt.Sprintf("EHLO app%02d.contoso.com", n), "")
		g.answer("250", g.Server+".contoso.com Hello ["+client+"]", "SIZE 37748736", "8BITMIME")
	}
	if g.Hub {
		g.line("<", fmt.Sprintf("XPROXYFROM SID=%016X IP=%s PORT=%d DOMAIN=app%02d.contoso.com SEQNUM=1 PERMS=1077 AUTHSRC=Anonymous",
			0x08DE000000000000+g.Front<<24+uint64(i), client, 1024+r.IntN(60000), n), "")
		g.answer("250", "XProxyFrom accepted")
	}
	for range 1 + r.IntN(3) {
		g.message(n)
	}
	g.line("<", "QUIT", "")
	g.answer("221", "2.0.0 Service closing transmission channel")
	g.line("-", "", "Local")
}

func (g *smtpWriter) message(n int) {
	r := g.rand
	g.line("<", fmt.Sprintf("MAIL FROM:<app%02d@contoso.com> SIZE=%d", n, r.IntN(90000)), "")
	g.line("*", "08DE000000000001;2026-11-30T08:00:00.000Z;1", "receiving message")
	var rcpts []string
	for range 1 + r.IntN(3) {
		switch r.IntN(6) {
		case 0:
			rcpts = append(rcpts, "someone@fabrikam.com")
		case 1:
			rcpts = append(rcpts, "nobody@contoso.com")
		default:
			rcpts = append(rcpts, fmt.Sprintf("u%05d@contoso.com", r.IntN(100)))
		}
	}
	pipelined := r.IntN(2) == 0
	answers := func(to string) {
		switch {
		case strings.HasPrefix(to, "nobody"):
			g.answer("550", "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup")
		case strings.HasSuffix(to, "fabrikam.com") && n%5 != 0:
			g.answer("550", "5.7.54 SMTP; Unable to relay recipient in non-accepted domain")
		default:
			g.answer("250", "2.1.5 Recipient OK")
		}
	}
	taken := 0
	for _, to := range rcpts {
		if !strings.HasPrefix(to, "nobody") && (!strings.HasSuffix(to, "fabrikam.com") || n%5 == 0) {
			taken++
		}
	}
	if pipelined {
		for _, to := range rcpts {
			g.line("<", "RCPT TO:<"+to+">", "")
		}
		g.answer("250", "2.1.0 Sender OK")
		for _, to := range rcpts {
			answers(to)
		}
	} else {
		g.answer("250", "2.1.0 Sender OK")
		for _, to := range rcpts {
			g.line("<", "RCPT TO:<"+to+">", "")
			answers(to)
		}
	}
	if taken == 0 {
		g.line("<", "RSET", "")
		g.answer("250", "2.0.0 Resetting")
		return
	}
	if r.IntN(2) == 0 {
		g.line("<", "DATA", "")
		g.answer("354", "Start mail input; end with <CRLF>.<CRLF>")
	} else {
		g.line("<", "BDAT 5000 LAST", "")
	}
	g.answer("250", fmt.Sprintf("2.6.0 <%d@app.contoso.com> [InternalId=%d, Hostname=%s.contoso.com] 1234 bytes in 0.1, 10 KB/sec Queued mail for delivery", r.IntN(1<<30), r.IntN(1<<30), g.Server))
}
