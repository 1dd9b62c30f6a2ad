package protolog

import "bytes"

// verb is a command that matters.
type verb uint8

// The commands. Those up to verbUser are logons.
const (
	noVerb verb = iota
	verbLogin
	verbAuthenticate
	verbPass
	verbAuth
	verbUser
	verbStartTLS
	verbClose
	verbHello // SMTP, from here
	verbMail
	verbRcpt
	verbData
	verbBdat // the last part of a message
	verbChunk
	verbSMTPAuth
	verbSecure
	verbProxy // XPROXY and XPROXYFROM
	verbOther
	verbNone // no command at all
)

// logonVerb knows the commands of POP3 and IMAP4 that matter.
func logonVerb(b []byte) verb {
	if len(b) < 4 || len(b) > 12 {
		return noVerb
	}
	switch b[0] | 0x20 {
	case 'l':
		if equalFold(b, "login") {
			return verbLogin
		}
	case 'a':
		if equalFold(b, "authenticate") {
			return verbAuthenticate
		}
		if equalFold(b, "auth") {
			return verbAuth
		}
	case 'p':
		if equalFold(b, "pass") {
			return verbPass
		}
	case 'u':
		if equalFold(b, "user") {
			return verbUser
		}
	case 's':
		if equalFold(b, "starttls") || equalFold(b, "stls") {
			return verbStartTLS
		}
	case 'c':
		if equalFold(b, "closesession") {
			return verbClose
		}
	}
	return noVerb
}

// newLine takes a line of 2010 and later: a command with what came of it.
func (p *parser) newLine(at int64) {
	f, c := &p.f, &p.columns
	first := f.at[c.sequence]
	opens := len(first) == 1 && first[0] == '0'
	v := logonVerb(f.at[c.command])
	if v == noVerb && !opens && len(f.of(c.user)) > 0 {
		return
	}
	e := event{at: at, local: f.at[c.local], remote: f.at[c.remote], session: sessionKey(f.at[c.session], f.at[c.remote])}
	if opens {
		e.what = opened
		p.emit(e)
	}
	switch v {
	case noVerb:
		if !opens {
			e.what = heard
			p.emit(e)
		}
		return
	case verbClose:
		e.what = closed
		p.emit(e)
		return
	}
	context := f.plain(c.context, &p.b.scratch)
	answer, text := answerOf(contextValue(context, "R"))
	reason := contextValue(context, "ErrMsg")
	if answer == unanswered && len(reason) > 0 {
		answer = negative
	}
	if len(reason) == 0 {
		reason = text
	}
	e.verb = v
	e.user, e.text, e.id = f.of(c.user), f.plain(c.parameters, &p.b.scratch), contextValue(context, "ClientIp")
	switch {
	case answer == goesOn || answer == unanswered:
		return
	case v == verbStartTLS && answer == positive:
		e.what = secured
	case v == verbStartTLS:
		return
	case v == verbUser && answer == positive:
		e.what = named
	case answer == positive:
		e.what = logon
	default:
		e.what, e.more = refused, reason
	}
	p.emit(e)
}

// oldLine takes a line of 2007: one direction.
func (p *parser) oldLine(at int64) {
	f, c := &p.f, &p.columns
	mark := f.at[c.event]
	if len(mark) != 1 {
		return
	}
	e := event{at: at, local: f.at[c.local], remote: f.at[c.remote], session: sessionKey(f.at[c.session], f.at[c.remote])}
	switch mark[0] {
	case '+':
		e.what = opened
	case '-':
		e.what = closed
	case '<':
		e.what = commanded
		data := f.plain(c.data, &p.b.scratch)
		first, rest, _ := bytes.Cut(data, []byte{' '})
		if e.verb = logonVerb(first); e.verb == noVerb { // a tag, or another command
			second, after, _ := bytes.Cut(rest, []byte{' '})
			e.verb, rest = logonVerb(second), after
		}
		e.text = rest
	case '>':
		e.what = answered
		e.more = f.plain(c.data, &p.b.scratch)
	default:
		return
	}
	p.emit(e)
}

// emit adds an event.
func (p *parser) emit(e event) { p.b.events = append(p.b.events, e) }
