package protolog

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"

	"mbxperm/model"
)

// Bounds on what is kept of one pair of connector and client.
const (
	mostTexts    = 20 // senders, names of EHLO, users
	mostCommands = 1 << 10
	mostFront    = 1 << 22 // sessions of front ends that hubs may speak of
)

// relaySum is what one client did at one connector.
type relaySum struct {
	server, side, connector, client   string
	helo, senders, users              model.Some
	sessions, tls, mayRelay, messages int32
	recipients, external, relayed     int32
	unjudged                          int32 // recipients of which nobody knows whether they are outside
	first, last                       int64
	versions, rejected                []model.Tally
}

// waiting is a command whose answer has not come.
type waiting struct {
	verb    verb
	outside bool // of RCPT
	unknown bool // whether it is
}

// mailSession is a connection to a connector.
type mailSession struct {
	sum      *relaySum
	last     int64
	id       uint64 // session-id; 0 where the log has none
	started  int64
	helo     []byte
	versions string
	user     []byte
	from     []byte // sender of the message in hand
	nextFrom []byte // of MAIL that has no answer yet
	queue    []waiting
	secure   bool
	mayRelay bool
	began    bool // it began a message
	mailed   bool // a message was taken
	counted  bool // as a session of its sum
	proxied  bool // it carries the sessions of others
	nobody   bool // of somebody who did not log on, as the front end says
	twice    bool // what it carries was counted at the front end
	open     mailCount
}

// frontSession is what a hub has to know of a session of a front end.
type frontSession struct {
	sum    *relaySum
	mailed bool // its messages are in its own log
}

// mailCount is what is known of the message in hand.
type mailCount struct{ recipients, external, unknown int32 }

// relays sums the sessions of all SMTP logs, front ends first.
type relays struct {
	accepted *domains
	since    int64
	sums     map[string]*relaySum
	clients  map[string]string
	// front are the sessions of front ends, by their number, for what hubs say of
	// them; nil where no hub has logs.
	front map[uint64]frontSession

	series   *series
	others   []string // other servers that its connectors name
	sessions map[uint64]*mailSession
	spare    []*mailSession // that have ended
	key      []byte
}

func newRelays(accepted *domains, since int64, hubs bool) *relays {
	r := &relays{accepted: accepted, since: since, sums: map[string]*relaySum{}, clients: map[string]string{}, sessions: map[uint64]*mailSession{}}
	if hubs {
		r.front = map[uint64]frontSession{}
	}
	return r
}

// take takes an event.
func (r *relays) take(e *event) {
	s := r.sessions[e.session]
	if e.what == mailOpened || s == nil {
		if s != nil {
			r.end(s)
			delete(r.sessions, e.session)
		}
		if e.what == mailClosed {
			return
		}
		if len(r.sessions) >= mostSessions {
			r.giveUp()
		}
		s = r.session()
		s.sum, s.started = r.sum(e.user, r.client(e.remote), e.at), e.at
		s.id, _ = strconv.ParseUint(string(e.id), 16, 64)
		r.sessions[e.session] = s
	}
	s.started, s.last = min(s.started, e.at), max(s.last, e.at) // lines of several threads stand in no strict order
	switch e.what {
	case mailCommand:
		r.command(s, e)
	case mailAnswer:
		r.answer(s, e)
	case mailInfo:
		s.info(e)
	case mailClosed:
		r.end(s)
		delete(r.sessions, e.session)
	}
}

// session is an empty one, in the room of one that has ended: there are
// hundreds of thousands in a GB.
func (r *relays) session() *mailSession {
	n := len(r.spare) - 1
	if n < 0 {
		return &mailSession{}
	}
	s := r.spare[n]
	r.spare = r.spare[:n]
	*s = mailSession{helo: s.helo[:0], user: s.user[:0], from: s.from[:0], nextFrom: s.nextFrom[:0], queue: s.queue[:0]}
	return s
}

func (s *mailSession) info(e *event) {
	switch e.code {
	case remarkMayRelay:
		s.mayRelay = true
	case remarkTLS:
		s.secure, s.versions = true, tlsVersion(e.text)
	case remarkUser:
		s.user = append(s.user[:0], clip(e.text)...)
	}
}

// tlsVersion reads SP_PROT_TLS1_2_SERVER as TLS 1.2.
func tlsVersion(b []byte) string {
	name := strings.TrimSuffix(strings.TrimPrefix(strings.ToUpper(text(b)), "SP_PROT_"), "_SERVER")
	switch {
	case name == "TLS1":
		return "TLS 1.0"
	case strings.HasPrefix(name, "TLS1_"):
		return "TLS 1." + name[5:]
	case strings.HasPrefix(name, "SSL"):
		return "SSL " + name[3:] + ".0"
	}
	return name
}

func (r *relays) command(s *mailSession, e *event) {
	w := waiting{verb: e.verb}
	switch e.verb {
	case verbNone: // what belongs to the command that waits
		return
	case verbHello:
		s.helo = append(s.helo[:0], clip(bytes.TrimSpace(e.text))...)
	case verbMail:
		s.nextFrom, s.began = append(s.nextFrom[:0], clip(e.text)...), true
	case verbRcpt:
		w.outside, w.unknown = r.accepted.outside(e.text)
	case verbProxy:
		r.proxy(s, e)
	}
	if len(s.queue) < mostCommands {
		s.queue = append(s.queue, w)
	}
}

// proxy changes over to the client that a front end names.
func (r *relays) proxy(s *mailSession, e *event) {
	var ip, helo []byte
	var sid uint64
	nobody := false
	for word := range bytes.FieldsSeq(e.text) {
		name, value, _ := bytes.Cut(word, []byte{'='})
		switch {
		case equalFold(name, "ip"):
			ip = value
		case equalFold(name, "sid"):
			sid, _ = strconv.ParseUint(string(value), 16, 64)
		case equalFold(name, "domain"):
			helo = clip(value)
		case equalFold(name, "authsrc"):
			nobody = equalFold(value, "anonymous")
		}
	}
	if len(ip) == 0 {
		return
	}
	if s.proxied || s.mailed { // else it is the front end that connects
		r.count(s)
	}
	front, known := r.front[sid]
	*s = mailSession{id: s.id, started: e.at, last: e.at, queue: s.queue, proxied: true, nobody: nobody,
		helo: s.helo[:0], user: s.user[:0], from: s.from[:0], nextFrom: s.nextFrom[:0]}
	if known && sid != 0 {
		s.sum, s.counted, s.twice = front.sum, true, front.mailed
		return
	}
	s.sum, s.helo = r.sum(e.user, r.client(ip), e.at), append(s.helo, helo...)
}

// answer gives an answer to the command that it belongs to: the first that waits,
// unless its text says which (RFC 3463), since logs are cut.
func (r *relays) answer(s *mailSession, e *event) {
	if e.code == 220 && len(s.queue) == 0 {
		return // the banner
	}
	at := 0
	if v := says(e); v != noVerb {
		at = slices.IndexFunc(s.queue, func(w waiting) bool {
			return w.verb == v || v == verbBdat && (w.verb == verbData || w.verb == verbChunk)
		})
		if at < 0 {
			at = 0
		}
	}
	if at >= len(s.queue) {
		r.rejected(s, e)
		return
	}
	w := s.queue[at]
	if e.code/100 == 3 {
		return // the command goes on
	}
	unanswered := s.queue[:at]
	r.judge(s, w, e, unanswered)
	s.queue = append(s.queue[:0], s.queue[at+1:]...)
	r.rejected(s, e)
}

// says is the command that an answer names by its text.
func says(e *event) verb {
	text := bytes.TrimLeft(e.text, " ")
	if len(text) < 5 || e.code/100 != 2 {
		return noVerb
	}
	switch string(text[:5]) {
	case "2.1.0":
		return verbMail
	case "2.1.5":
		return verbRcpt
	case "2.6.0":
		return verbBdat
	}
	return noVerb
}

func (r *relays) judge(s *mailSession, w waiting, e *event, unanswered []waiting) {
	if e.code/100 != 2 {
		return
	}
	for _, u := range unanswered {
		if u.verb == verbMail {
			s.begin()
		}
	}
	switch w.verb {
	case verbMail:
		s.begin()
	case verbRcpt:
		s.open.add(w)
	case verbData, verbBdat:
		if s.open.recipients == 0 { // it was taken, and their answers are not in the log
			for _, u := range unanswered {
				if u.verb == verbRcpt {
					s.open.add(u)
				}
			}
		}
		r.message(s, e.at)
	case verbSecure:
		s.secure = true
	}
}

// begin begins a message.
func (s *mailSession) begin() {
	s.open = mailCount{}
	s.from, s.nextFrom = s.nextFrom, s.from[:0]
}

func (m *mailCount) add(w waiting) {
	m.recipients++
	if w.outside {
		m.external++
	}
	if w.unknown {
		m.unknown++
	}
}

// message counts a message that was taken.
func (r *relays) message(s *mailSession, at int64) {
	count := s.open
	s.open, s.mailed = mailCount{}, true
	if at < r.since || s.twice {
		return
	}
	sum := s.sum
	sum.messages++
	sum.recipients += count.recipients
	sum.external += count.external
	sum.unjudged += count.unknown
	if count.external > 0 {
		sum.relayed++
	}
	sum.senders.Add(s.from, mostTexts)
	sum.first, sum.last = min(sum.first, at), max(sum.last, at)
}

func (r *relays) rejected(s *mailSession, e *event) {
	if e.code >= 400 && e.at >= r.since && !s.twice {
		s.sum.rejected = tally(s.sum.rejected, strconv.Itoa(int(e.code)), 1, mostTexts)
	}
}

// count counts a session, once, with what is known of it.
func (r *relays) count(s *mailSession) {
	if s.counted || s.last < r.since {
		return
	}
	if s.nobody && !s.began && len(r.front) > 0 {
		return // front ends remember the sessions that sent something; their logs count the others
	}
	s.counted = true
	sum := s.sum
	sum.sessions++
	sum.first, sum.last = min(sum.first, s.started), max(sum.last, s.last)
	if len(s.helo) > 0 {
		sum.helo.Add(s.helo, mostTexts)
	}
	if len(s.user) > 0 {
		sum.users.Add(s.user, mostTexts)
	}
	if s.secure {
		sum.tls++
		version := s.versions
		if version == "" {
			version = "unknown"
		}
		sum.versions = tally(sum.versions, version, 1, mostTexts)
	}
	if s.mayRelay {
		sum.mayRelay++
	}
}

func (r *relays) end(s *mailSession) {
	r.count(s)
	if r.front != nil && s.sum.side != sideHub && s.id != 0 && (len(s.user) > 0 || s.began) && len(r.front) < mostFront {
		r.front[s.id] = frontSession{s.sum, s.began}
	}
	r.spare = append(r.spare, s)
}

func (s *mailSession) silentSince() int64 { return s.last }

// before orders sessions that are silent since the same time.
func (r *relays) before(a, b *mailSession) int {
	return cmp.Or(cmp.Compare(a.started, b.started), strings.Compare(a.sum.client, b.sum.client), strings.Compare(a.sum.connector, b.sum.connector),
		bytes.Compare(a.helo, b.helo), cmp.Compare(a.id, b.id))
}

func (r *relays) giveUp() { endSilent(r.sessions, r.before, r.end) }

// finish ends the sessions of a series.
func (r *relays) finish() { endAll(r.sessions, r.before, r.end) }

// client is the address of an endpoint, as one writes it.
func (r *relays) client(endpoint []byte) string {
	host := hostOf(endpoint)
	c, ok := r.clients[string(host)]
	if !ok {
		if len(r.clients) >= mostClients {
			clear(r.clients)
		}
		c = hostText(host)
		r.clients[string(host)] = c
	}
	return c
}

// sum is the sum of a connector and a client. Connectors are logged with their
// server before them, and sometimes with a blank behind.
func (r *relays) sum(connector []byte, client string, at int64) *relaySum {
	server, name, ok := bytes.Cut(connector, []byte{'\\'})
	if !ok {
		server, name = nil, connector
	}
	name = bytes.TrimSpace(name)
	named := server
	if r.series.server != "" {
		server = []byte(r.series.server)
	}
	k := append(r.key[:0], server...)
	k = append(append(append(append(k, 0), name...), 0), client...)
	k = append(k, byte(r.series.stream))
	for i, c := range k {
		if 'A' <= c && c <= 'Z' {
			k[i] = c | 0x20
		}
	}
	r.key = k
	if s := r.sums[string(k)]; s != nil {
		return s
	}
	r.other(named)
	s := &relaySum{server: text(server), side: r.series.stream.Side(), connector: text(name), client: client, first: at, last: at}
	r.sums[string(k)] = s
	return s
}

// other notes that a connector names another server than that whose logs these
// are.
func (r *relays) other(named []byte) {
	own, _, _ := strings.Cut(r.series.server, ".")
	if name := text(named); len(named) > 0 && own != "" && !strings.EqualFold(name, own) && !slices.Contains(r.others, name) && len(r.others) < mostTexts {
		r.others = append(r.others, name)
	}
}
