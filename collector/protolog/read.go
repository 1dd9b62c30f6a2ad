package protolog

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/model"
)

// reader sums the logs and delivers what came of each series.
type reader struct {
	options *Options
	known   *known
	sink    collector.Sink
	since   int64
	errs    []error
	entries decode.LogEntries
	early   early

	log    model.Log
	stream *model.Stream // of the series in hand
	rows   int           // of the file in hand
	days   map[int32]bool
	min    int64
	max    int64
	lastAt int64 // time of the last record of the file in hand; 0 for none
	logons *logons
	relays *relays
}

// logs reads the logs. The error says all that was not read, a sentence each.
func (s *Source) logs(ctx context.Context, k *known, sink collector.Sink) error {
	r := &reader{options: &s.options, known: k, sink: sink, since: -1 << 62, early: newEarly(s.options.Early)}
	var since time.Time
	if s.options.Days > 0 {
		now := time.Now
		if s.options.Now != nil {
			now = s.options.Now
		}
		since = now().UTC().AddDate(0, 0, -s.options.Days)
		r.since = since.UnixMilli()
	}
	all, errs := findLogs(s.options.Folders, since)
	r.errs = errs
	hubs := slices.ContainsFunc(all, func(s *series) bool { return s.stream == SMTPHub && len(s.files) > 0 })
	r.relays = newRelays(&k.domains, r.since, hubs)
	if err := feed(ctx, all, s.options.Workers, r.block); err != nil {
		return err
	}
	for _, s := range all {
		if len(s.files) == 0 {
			r.begin(s)
			r.deliverLog()
		}
	}
	r.deliverRelays()
	return together(r.errs)
}

// together is one error of several sentences.
func together(errs []error) error {
	if len(errs) == 0 {
		return nil
	}
	var texts []string
	for _, err := range errs {
		texts = append(texts, err.Error())
	}
	return errors.New(strings.Join(texts, "; "))
}

// begin begins a series.
func (r *reader) begin(s *series) {
	r.log = model.Log{Server: s.server, Protocol: s.stream.Protocol(), Side: s.stream.Side(), Stale: s.stale, Twice: s.twice}
	r.stream = model.StreamOf(r.log.Server, r.log.Protocol, r.log.Side)
	r.days, r.min, r.max = map[int32]bool{}, 1<<62, -1<<62
	if s.stream.isSMTP() {
		r.relays.series, r.relays.others = s, nil
	} else {
		r.logons = newLogons(s.stream, r.since)
	}
}

// block sums a block.
func (r *reader) block(b *block) {
	s := b.series
	if b.first {
		if b.file == s.files[0] {
			r.begin(s)
		}
		r.rows, r.lastAt = 0, 0
		r.log.Files++
		r.log.Bytes += b.file.size
	}
	r.log.Lines += b.lines
	for i, n := range b.damaged {
		if n > 0 {
			r.log.Damaged += n
			r.damage(faultTexts[i], n)
		}
	}
	for _, d := range b.damages {
		r.where(faultTexts[d.fault], fmt.Sprintf("%s line %d", filepath.Base(b.file.path), r.rows+d.row))
	}
	r.setBack(b)
	r.rows += b.rows
	r.min, r.max = min(r.min, b.min), max(r.max, b.max)
	for _, d := range b.days {
		r.days[d] = true
	}
	if s.stream.isSMTP() {
		for i := range b.events {
			r.relays.take(&b.events[i])
		}
	} else {
		for i := range b.events {
			r.logons.take(&b.events[i])
		}
	}
	if r.early.due() && !b.last {
		r.deliverEarly()
	}
	if b.err != nil {
		r.log.Unreadable++
		r.damage(model.UnreadableFile, 1)
		r.where(model.UnreadableFile, filepath.Base(b.file.path)+": "+b.err.Error())
	}
	if b.last {
		r.errs = append(r.errs, r.doubts(s)...)
		r.deliverLog()
		if s.stream.isSMTP() {
			r.relays.finish()
		} else {
			r.logons.finish()
			r.deliverLogons()
		}
	}
}

// setBack takes from a block how often the clock was set back: what came first,
// and what last, is not known then.
func (r *reader) setBack(b *block) {
	if r.lastAt != 0 && b.firstAt != 0 && wentBack(r.lastAt, b.firstAt) {
		r.damage(model.ClockSetBack, 1)
		r.where(model.ClockSetBack, fmt.Sprintf("%s line %d", filepath.Base(b.file.path), r.rows+b.firstRow))
	}
	if b.back > 0 {
		r.damage(model.ClockSetBack, b.back)
		for _, row := range b.backRows {
			r.where(model.ClockSetBack, fmt.Sprintf("%s line %d", filepath.Base(b.file.path), r.rows+row))
		}
	}
	if b.lastAt != 0 {
		r.lastAt = b.lastAt
	}
}

// unread says that files of the series were not read.
func (r *reader) unread() error {
	for _, d := range r.log.Damage {
		if d.What == model.UnreadableFile {
			return fmt.Errorf("%d of %d files of %s could not be read, the first is %s", d.N, r.log.Files, r.name(), d.Where[0])
		}
	}
	return nil
}

// doubts are what makes the sums of a series doubtful, a sentence each.
func (r *reader) doubts(s *series) (errs []error) {
	if r.log.Unreadable > 0 {
		errs = append(errs, r.unread())
	}
	for _, d := range r.log.Damage {
		if d.What == model.ClockSetBack {
			errs = append(errs, fmt.Errorf("the clock of %s was set back by an hour or more (%d, the first before %s): first and last are not sure", r.name(), d.N, d.Where[0]))
		}
	}
	if len(s.rivals) > 0 {
		errs = append(errs, fmt.Errorf("files of %s have the name of another one and say something else (%d, the first is %s): these may be the logs of several servers; give each its --logs SERVER=DIR",
			r.name(), len(s.rivals), s.rivals[0]))
	}
	if s.stream.isSMTP() && len(r.relays.others) > 0 {
		errs = append(errs, fmt.Errorf("the logs of %s name connectors of %s: these may be the logs of several servers; give each its --logs SERVER=DIR", r.name(), strings.Join(r.relays.others, ", ")))
	}
	return errs
}

// name names the series for a sentence.
func (r *reader) name() string {
	return strings.TrimSpace(r.log.Server + " " + r.log.Stream())
}

func (r *reader) damage(what string, n int) {
	i := slices.IndexFunc(r.log.Damage, func(d model.Damage) bool { return d.What == what })
	if i < 0 {
		i = len(r.log.Damage)
		r.log.Damage = append(r.log.Damage, model.Damage{What: what})
	}
	r.log.Damage[i].N += n
}

func (r *reader) where(what, place string) {
	for i := range r.log.Damage {
		if d := &r.log.Damage[i]; d.What == what && len(d.Where) < mostDamages {
			d.Where = append(d.Where, place)
		}
	}
}

func (r *reader) deliverLog() {
	if r.min <= r.max {
		r.log.From, r.log.To = when(r.min), when(r.max)
	}
	r.log.Gaps = gaps(r.days)
	r.entry(r.entries.Log(&r.log))
}

// entry delivers an entry.
func (r *reader) entry(e *collector.Entry) {
	e.Query, e.Early = query, r.early.now
	r.sink.Entry(e)
}

// mostGaps is how many gaps are named.
const mostGaps = 20

// gaps are the days without a record between the first and the last.
func gaps(days map[int32]bool) (out []string) {
	list := make([]int32, 0, len(days))
	for d := range days {
		list = append(list, d)
	}
	slices.Sort(list)
	for i := 1; i < len(list) && len(out) < mostGaps; i++ {
		from, to := list[i-1]+1, list[i]-1
		switch {
		case from == to:
			out = append(out, day(from))
		case from < to:
			out = append(out, day(from)+".."+day(to))
		}
	}
	return out
}

func day(n int32) string { return when(int64(n) * msPerDay).Format(time.DateOnly) }

func when(ms int64) time.Time {
	if ms <= -1<<61 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// deliverLogons delivers the sums of a series, in the order in which they came,
// and gives each up: what takes them keeps them in its own form.
func (r *reader) deliverLogons() {
	l := r.logons
	r.logons = nil
	if !r.options.UnknownNames {
		l.forget(r.known)
	}
	l.sums, l.texts.byHash = nil, nil
	for i, chunk := range l.order {
		for k := range chunk {
			if s := &chunk[k]; !s.isEmpty() {
				r.deliverLogon(l, s)
			}
		}
		l.order[i] = nil
	}
}

func (r *reader) deliverLogon(l *logons, s *logonSum) {
	c := model.Connection{
		Stream: r.stream,
		User:   l.texts.of(s.user), Typed: l.texts.of(s.typed), Mailbox: l.texts.of(s.mailbox), Client: l.texts.of(s.client),
		OK: int(s.ok), Failed: int(s.failed), Sessions: int(s.sessions), Names: int(s.names),
		TLS: int(s.tls), StartTLS: int(s.startTLS), Plain: int(s.plain), First: model.InstantOf(when(s.first)), Last: model.InstantOf(when(s.last)), Reasons: s.reasons,
	}
	if s.ok > 0 {
		c.LastOK = model.InstantOf(when(s.lastOK))
	}
	model.SortTallies(c.Reasons)
	r.entry(r.entries.Connection(&c))
}

func (r *reader) deliverRelays() {
	keys := make([]string, 0, len(r.relays.sums))
	for k, s := range r.relays.sums {
		if s.sessions > 0 || s.messages > 0 || len(s.rejected) > 0 {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	for _, k := range keys {
		s := r.relays.sums[k]
		v := model.Relay{
			Server: s.server, Side: s.side, Connector: s.connector, Client: s.client, Helo: s.helo, Senders: s.senders, Users: s.users,
			Sessions: int(s.sessions), TLS: int(s.tls), MayRelay: int(s.mayRelay), Messages: int(s.messages),
			Recipients: int(s.recipients), External: int(s.external), Unjudged: int(s.unjudged), Relayed: int(s.relayed),
			First: when(s.first), Last: when(s.last), Versions: s.versions, Rejected: s.rejected,
		}
		model.SortTallies(v.Versions)
		model.SortTallies(v.Rejected)
		r.entry(r.entries.Relay(&v))
	}
}
