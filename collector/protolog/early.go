package protolog

import "time"

// early says when sums are delivered while the logs are still read: soon, and
// then when twice the time has passed, so that it costs little of it.
type early struct {
	wait time.Duration // 0: never
	next time.Time
	now  bool // what is delivered now is
}

// earlyFirst leaves time to show the first rows within a second.
var earlyFirst = 150 * time.Millisecond

func newEarly(wanted bool) early {
	if !wanted {
		return early{}
	}
	return early{wait: earlyFirst, next: time.Now().Add(earlyFirst)}
}

func (e *early) due() bool { return e.wait > 0 && time.Now().After(e.next) }

// deliverEarly delivers the sums so far of the series in hand, and of all mail.
// What may be gone in the end is not among them: a name that is nobody's.
func (r *reader) deliverEarly() {
	r.early.now = true
	r.deliverLog()
	if l := r.logons; l != nil {
		for s := range l.all() {
			if !s.isEmpty() && (s.user == 0 || s.ok > 0 || r.options.UnknownNames || r.known.isAccount(l.texts.of(s.user))) {
				r.deliverLogon(l, s)
			}
		}
	}
	r.deliverRelays()
	r.early.now = false
	r.early.wait *= 2
	r.early.next = time.Now().Add(r.early.wait)
}
