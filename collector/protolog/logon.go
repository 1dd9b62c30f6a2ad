package protolog

import (
	"bytes"
	"cmp"
	"iter"
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

// pair is what a sum is of. Its numbers are those of texts.
type pair struct{ client, user, mailbox uint32 }

// logonSum is what one client did with one account at one server. There can be
// some hundred thousand.
type logonSum struct {
	pair
	typed                       uint32 // 0 where it is the user
	ok, failed, sessions, names int32
	tls, startTLS, plain        int32
	first, last, lastOK         int64
	reasons                     []model.Tally
}

// logonSession is a connection that is open.
type logonSession struct {
	client  uint32
	user    uint32 // that POP3's USER named, or the command of 2007 that waits
	verb    verb   // 2007: of the command that waits
	secure  bool
	tried   bool // to log on
	started int64
	last    int64
}

// sumChunk is how many sums are allocated, and given up, at a time.
const sumChunk = 512

// logons sums the sessions of one series.
type logons struct {
	stream   Stream
	since    int64 // nothing before it counts
	sessions map[uint64]*logonSession
	texts    *texts
	sums     map[pair]*logonSum
	order    [][]logonSum      // chunks of all of them, in the order in which they came
	clients  map[string]uint32 // by the endpoint without its port, as logged
	reasons  map[string]string // each once
}

func newLogons(stream Stream, since int64) *logons {
	return &logons{stream: stream, since: since, sessions: map[uint64]*logonSession{}, texts: newTexts(),
		sums: map[pair]*logonSum{}, clients: map[string]uint32{}, reasons: map[string]string{}}
}

// take takes an event.
func (l *logons) take(e *event) {
	s := l.sessions[e.session]
	if e.what == opened || s == nil {
		if s != nil {
			l.end(s)
			delete(l.sessions, e.session)
		}
		if e.what == closed || e.what == heard {
			return
		}
		if len(l.sessions) >= mostSessions {
			l.giveUp()
		}
		s = &logonSession{client: l.client(e.remote), started: e.at}
		l.sessions[e.session] = s
	}
	s.started, s.last = min(s.started, e.at), max(s.last, e.at) // lines of several threads stand in no strict order
	switch e.what {
	case closed:
		l.end(s)
		delete(l.sessions, e.session)
	case secured:
		s.secure = true
	case named:
		s.user = l.texts.number(firstWord(e.text))
	case logon, refused:
		l.logon(s, e)
	case commanded:
		s.verb = e.verb
		if e.verb == verbLogin || e.verb == verbUser {
			s.user = l.texts.number(firstWord(e.text))
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
		typed = l.texts.number(w)
	}
	of := pair{client: s.client, user: cmp.Or(l.texts.number(e.user), typed)}
	if l.stream.isBack() && len(e.id) > 0 {
		of.client = l.client(e.id)
	}
	of.mailbox = cmp.Or(l.texts.mailbox(typed), l.texts.mailbox(of.user))
	sum := l.sum(of, typed, e.at)
	if e.what == refused {
		sum.failed++
		sum.reasons = tally(sum.reasons, l.reason(e.more), 1, mostReasons)
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
func (l *logons) sum(of pair, typed uint32, at int64) *logonSum {
	s := l.sums[of]
	if s == nil {
		n := len(l.order) - 1
		if n < 0 || len(l.order[n]) == sumChunk {
			l.order = append(l.order, make([]logonSum, 0, sumChunk))
			n++
		}
		l.order[n] = append(l.order[n], logonSum{pair: of, first: at, last: at})
		s = &l.order[n][len(l.order[n])-1]
		if typed != of.user {
			s.typed = typed
		}
		l.sums[of] = s
	}
	s.first, s.last = min(s.first, at), max(s.last, at)
	return s
}

// mostShared is how many reasons are kept once for all pairs.
const mostShared = 1 << 12

func (l *logons) reason(b []byte) string {
	if len(b) == 0 {
		return noReason
	}
	if r, ok := l.reasons[string(b)]; ok {
		return r
	}
	r := text(b)
	if len(l.reasons) < mostShared && len(b) <= longText {
		l.reasons[r] = r
	}
	return r
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
		sum := l.sum(pair{client: s.client}, 0, s.started)
		sum.sessions++
		sum.last = max(sum.last, s.last)
	}
}

func (s *logonSession) silentSince() int64 { return s.last }

// before orders sessions that are silent since the same time.
func (l *logons) before(a, b *logonSession) int {
	return cmp.Or(cmp.Compare(a.started, b.started), strings.Compare(l.texts.of(a.client), l.texts.of(b.client)))
}

func (l *logons) giveUp() { endSilent(l.sessions, l.before, l.end) }

// finish ends all sessions.
func (l *logons) finish() { endAll(l.sessions, l.before, l.end) }

// mostClients is how many endpoints are remembered with their address.
const mostClients = 1 << 14

// client is the address of an endpoint, as one writes it: IPv4 for a mapped one,
// with its zone.
func (l *logons) client(endpoint []byte) uint32 {
	host := hostOf(endpoint)
	if n, ok := l.clients[string(host)]; ok {
		return n
	}
	if len(l.clients) >= mostClients {
		clear(l.clients)
	}
	n := l.texts.number([]byte(hostText(host)))
	l.clients[string(host)] = n
	return n
}

// hostText is a host of an endpoint as one writes it.
func hostText(host []byte) string {
	c := text(host)
	if a, err := netip.ParseAddr(c); err == nil {
		return a.Unmap().String()
	}
	return c
}

// hostOf is an endpoint without its port: 192.0.2.1:110, [2001:db8::1]:110, a
// mapped address that lacks its brackets, ::ffff:192.0.2.1:110, or an address
// alone.
func hostOf(b []byte) []byte {
	if len(b) > 0 && b[0] == '[' {
		if end := bytes.IndexByte(b, ']'); end > 0 {
			return b[1:end]
		}
	}
	if i := bytes.LastIndexByte(b, ':'); i >= 0 && (bytes.IndexByte(b, ':') == i || bytes.IndexByte(b[:i], '.') >= 0) {
		return b[:i]
	}
	return b
}

func portOf(b []byte) string { return string(b[bytes.LastIndexByte(b, ':')+1:]) }

// text keeps a text of the logs: valid UTF-8, and not longer than anybody reads.
func text(b []byte) string { return strings.ToValidUTF8(string(clip(b)), "\uFFFD") }

// clip is as much of a text as anybody reads.
func clip(b []byte) []byte { return b[:min(len(b), longText)] }

// firstWord is the first word of parameters, or what stands in quotes there, as
// IMAP4 has it.
func firstWord(b []byte) []byte {
	b = bytes.TrimLeft(b, " ")
	if len(b) > 1 && b[0] == '"' {
		if word, ok := quotedString(b[1:]); ok {
			return word
		}
	}
	first, _, _ := bytes.Cut(b, []byte{' '})
	if len(bytes.Trim(first, "*")) == 0 { // a password that was made unreadable: no name before it
		return nil
	}
	return first
}

// quotedString is what stands before the next quote. Backslashes and quotes in it
// stand behind a backslash (RFC 3501 9); clients that write DOMAIN\user as it is
// are taken at their word.
func quotedString(b []byte) ([]byte, bool) {
	escaped := false
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '"' && escaped:
			return unescape(b[:i]), true
		case b[i] == '"':
			return b[:i], true
		case b[i] == '\\' && i+1 < len(b) && (b[i+1] == '\\' || b[i+1] == '"'):
			escaped = true
			i++
		}
	}
	return nil, false
}

func unescape(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) && (b[i+1] == '\\' || b[i+1] == '"') {
			i++
		}
		out = append(out, b[i])
	}
	return out
}

// forget draws together, for each client, the logons that failed with names that
// are nobody's: people type passwords there. A name that opened something is
// somebody's.
func (l *logons) forget(k *known) {
	kept := make([]bool, len(l.texts.list)) // by the number of the name
	for s := range l.all() {
		kept[s.user] = kept[s.user] || s.ok > 0
	}
	for n := range kept {
		if !kept[n] {
			kept[n] = k.isAccount(l.texts.of(uint32(n)))
		}
	}
	for s := range l.all() {
		if s.user == 0 || kept[s.user] {
			continue
		}
		all := l.sum(pair{client: s.client}, 0, s.first)
		all.last = max(all.last, s.last)
		all.failed += s.failed
		all.names++
		for _, t := range s.reasons {
			all.reasons = tally(all.reasons, t.Name, t.N, mostReasons)
		}
		s.failed = 0 // it is nobody's now
	}
}

// all are the sums in the order in which they came, also those that come while
// it runs.
func (l *logons) all() iter.Seq[*logonSum] {
	return func(yield func(*logonSum) bool) {
		for c := 0; c < len(l.order); c++ {
			for i := 0; i < len(l.order[c]); i++ {
				if !yield(&l.order[c][i]) {
					return
				}
			}
		}
	}
}

// isEmpty reports whether nothing is left of a sum.
func (s *logonSum) isEmpty() bool { return s.ok+s.failed+s.sessions == 0 }
