package protolog

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"mbxperm/model"
)

// Bounds on what strangers can make us keep.
const (
	mostSessions = 1 << 16 // that are open at a time; those that are silent longest are given up
	mostReasons  = 16      // of one pair
	longText     = 256     // bytes of a name or a reason
	otherReasons = "(others)"
	noReason     = "no reason given"
)

// logonSum is what one client did with one account at one server.
type logonSum struct {
	client, user, mailbox, typed string
	ok, failed, sessions, names  int32
	tls, startTLS, plain         int32
	first, last, lastOK          int64
	reasons                      []model.Tally
}

// logonSession is a connection that is open.
type logonSession struct {
	client  string
	user    string // that POP3's USER named, or the command of 2007 that waits
	verb    verb   // 2007: of the command that waits
	secure  bool
	tried   bool // to log on
	started int64
	last    int64
}

// logons sums the sessions of one series.
type logons struct {
	stream   Stream
	since    int64 // nothing before it counts
	sessions map[uint64]*logonSession
	sums     map[string]*logonSum
	clients  map[string]string // by the endpoint without its port, as logged
	key      []byte
}

func newLogons(stream Stream, since int64) *logons {
	return &logons{stream: stream, since: since, sessions: map[uint64]*logonSession{}, sums: map[string]*logonSum{}, clients: map[string]string{}}
}

// take takes an event.
func (l *logons) take(e *event) {
	s := l.sessions[e.session]
	if e.what == opened || s == nil {
		if s != nil {
			l.end(s)
		}
		if e.what == closed {
			return
		}
		if len(l.sessions) >= mostSessions {
			l.giveUp()
		}
		s = &logonSession{client: l.client(e.remote), started: e.at}
		l.sessions[e.session] = s
	}
	s.last = e.at
	switch e.what {
	case closed:
		l.end(s)
		delete(l.sessions, e.session)
	case secured:
		s.secure = true
	case named:
		s.user = text(firstWord(e.text))
	case logon, refused:
		l.logon(s, e)
	case commanded:
		s.verb = e.verb
		if e.verb == verbLogin || e.verb == verbUser {
			s.user = text(firstWord(e.text))
		}
	case answered:
		l.answer(s, e)
	}
}

// answer makes of an answer of 2007, and the command before it, what a line of
// later releases says.
func (l *logons) answer(s *logonSession, e *event) {
	answer, text := answerOf(e.more)
	v := s.verb
	if v == noVerb || answer == goesOn || answer == unanswered {
		return
	}
	s.verb = noVerb
	switch {
	case v == verbStartTLS:
		s.secure = s.secure || answer == positive
	case v == verbUser && answer == positive || v == verbClose:
	case answer == positive:
		e.what = logon
		l.logon(s, e)
	default:
		e.what, e.more = refused, text
		l.logon(s, e)
	}
}

// logon counts a logon.
func (l *logons) logon(s *logonSession, e *event) {
	s.tried = true
	if e.at < l.since {
		return
	}
	typed := s.user
	if w := firstWord(e.text); len(w) > 0 && (e.verb == verbLogin || e.verb == verbUser) {
		typed = text(w)
	}
	user := text(e.user)
	user = cmp.Or(user, typed)
	client := s.client
	if l.stream.isBack() && len(e.id) > 0 {
		client = l.client(e.id)
	}
	_, mailbox := model.LogonNames(typed)
	if mailbox == "" {
		_, mailbox = model.LogonNames(user)
	}
	sum := l.sum(client, user, mailbox, typed, e.at)
	if e.what == refused {
		sum.failed++
		sum.reason(text(e.more))
		return
	}
	sum.ok++
	sum.lastOK = max(sum.lastOK, e.at)
	switch port := portOf(e.local); {
	case l.stream.isBack(): // how the front end came says nothing of the client
	case port == "993" || port == "995":
		sum.tls++
	case s.secure:
		sum.startTLS++
	case port == "143" || port == "110":
		sum.plain++
	}
}

// sum is the sum of one pair.
func (l *logons) sum(client, user, mailbox, typed string, at int64) *logonSum {
	k := l.key[:0]
	k = append(append(append(k, client...), 0), user...)
	k = append(append(k, 0), mailbox...)
	for i, c := range k {
		if 'A' <= c && c <= 'Z' {
			k[i] = c | 0x20
		}
	}
	l.key = k
	s := l.sums[string(k)]
	if s == nil {
		s = &logonSum{client: client, user: user, mailbox: mailbox, first: at, last: at}
		if !strings.EqualFold(typed, user) {
			s.typed = typed
		}
		l.sums[string(k)] = s
	}
	s.first, s.last = min(s.first, at), max(s.last, at)
	return s
}

func (s *logonSum) reason(text string) {
	s.reasons = tally(s.reasons, cmp.Or(text, noReason), 1, mostReasons)
}

// tally counts a text n times in a short list; beyond most of them all others
// count as one.
func tally(list []model.Tally, text string, n, most int) []model.Tally {
	for pass := range 2 {
		if i := slices.IndexFunc(list, func(t model.Tally) bool { return t.Name == text }); i >= 0 {
			list[i].N += n
			return list
		}
		if pass == 0 && len(list) >= most {
			text = otherReasons
		}
	}
	return append(list, model.Tally{Name: text, N: n})
}

// end counts a session in which nobody tried to log on.
func (l *logons) end(s *logonSession) {
	if !s.tried && s.started >= l.since {
		sum := l.sum(s.client, "", "", "", s.started)
		sum.sessions++
		sum.last = max(sum.last, s.last)
	}
}

func (l *logons) giveUp() {
	endSilent(l.sessions, func(s *logonSession) int64 { return s.last }, l.end)
}

// finish ends all sessions.
func (l *logons) finish() {
	for _, s := range l.sessions {
		l.end(s)
	}
	clear(l.sessions)
}

// client is the address of an endpoint, as one writes it: IPv4 for a mapped one,
// with its zone.
func (l *logons) client(endpoint []byte) string { return clientOf(l.clients, endpoint) }

func clientOf(known map[string]string, endpoint []byte) string {
	host := hostOf(endpoint)
	if c, ok := known[string(host)]; ok {
		return c
	}
	c := text(host)
	if a, err := netip.ParseAddr(c); err == nil {
		c = a.Unmap().String()
	}
	if len(known) >= 1<<18 {
		clear(known)
	}
	known[string(host)] = c
	return c
}

// hostOf is an endpoint without its port: 192.0.2.1:110, [2001:db8::1]:110, or an
// address alone.
func hostOf(b []byte) []byte {
	if len(b) > 0 && b[0] == '[' {
		if end := bytes.IndexByte(b, ']'); end > 0 {
			return b[1:end]
		}
	}
	if i := bytes.IndexByte(b, ':'); i >= 0 && bytes.LastIndexByte(b, ':') == i {
		return b[:i]
	}
	return b
}

func portOf(b []byte) string { return string(b[bytes.LastIndexByte(b, ':')+1:]) }

// text keeps a text of the logs: valid UTF-8, and not longer than anybody reads.
func text(b []byte) string {
	if len(b) > longText {
		b = b[:longText]
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// firstWord is the first word of parameters, or what stands in quotes there, as
// IMAP4 has it.
func firstWord(b []byte) []byte {
	b = bytes.TrimLeft(b, " ")
	if len(b) > 1 && b[0] == '"' {
		if end := bytes.IndexByte(b[1:], '"'); end >= 0 {
			return b[1 : 1+end]
		}
	}
	first, _, _ := bytes.Cut(b, []byte{' '})
	if len(bytes.Trim(first, "*")) == 0 { // a password that was made unreadable: no name before it
		return nil
	}
	return first
}

// forget draws together, for each client, the logons that failed with names that
// are nobody's: people type passwords there. A name that opened something is
// somebody's.
func (l *logons) forget(k *known) {
	opened := map[string]bool{}
	for _, s := range l.sums {
		if s.ok > 0 {
			opened[strings.ToLower(s.user)] = true
		}
	}
	for key, s := range l.sums {
		account, _ := model.LogonNames(s.user)
		if s.user == "" || s.ok > 0 || opened[strings.ToLower(s.user)] || k.isName(account) {
			continue
		}
		delete(l.sums, key)
		all := l.sum(s.client, "", "", "", s.first)
		all.first, all.last = min(all.first, s.first), max(all.last, s.last)
		all.failed += s.failed
		all.names++
		for _, t := range s.reasons {
			all.reasons = tally(all.reasons, t.Name, t.N, mostReasons)
		}
	}
}
