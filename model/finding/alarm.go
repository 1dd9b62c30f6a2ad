package finding

import (
	"context"
	"fmt"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/coverage"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
)

// Alarm is a condition that an unattended run fails on: --fail-on NAME. An
// alarm looks at every entry that was read, of every object type, whatever the
// toggles of a report hide: what a report leaves out by default must still wake
// somebody up.
type Alarm struct {
	Name string // as in --fail-on; a contract
	Text string // what it says, for the help and for messages
	on   alarmKind
}

// Expects reports whether the alarm is about what report protocols was told to
// expect, which raises it.
func (a *Alarm) Expects() bool { return a.on == alarmDeviation }

// Since reports whether the alarm is about what is new, so that there must be
// an earlier state.
func (a *Alarm) Since() bool { return a.on >= alarmNewFull }

type alarmKind uint8

const (
	alarmEveryone alarmKind = iota
	alarmOrphan
	alarmDisabled
	alarmForeign
	alarmNullDACL
	alarmPlainText
	alarmRelayForAll
	alarmLoggingOff
	alarmDeviation
	alarmIncomplete
	alarmNewFull // this one and those below it are about what is new
	alarmNewSend
	alarmNewBehalf
	alarmNewStore
	alarmNewMember
	alarmNewClient
	alarmNewRelay
	alarmKinds
)

// Alarms are all of them, in the order of the help.
var Alarms = []Alarm{
	{"everyone", "everybody, or every user of a domain, is allowed to open or send", alarmEveryone},
	{"orphan", "an entry names an account that is deleted or that nobody holds any more", alarmOrphan},
	{"disabled", "a disabled account is allowed to open or send for somebody else", alarmDisabled},
	{"foreign", "an account from outside the forest is allowed to open or send", alarmForeign},
	{"null-dacl", "an object has no access list at all, so everyone holds every right", alarmNullDACL},
	{"plain-text", "somebody has logged on by POP3 or IMAP4 in plain text, as the protocol logs tell", alarmPlainText},
	{"relay-for-all", "a receive connector lets everybody send to anybody, or told a client so that did not log on, as the protocol logs tell", alarmRelayForAll},
	{"logging-off", "POP3, IMAP4 or an enabled receive connector for clients is not logged, as the directory has it", alarmLoggingOff},
	{"access-deviation", "a mailbox may use a protocol that --expect does not have it use, or the other way round: of report protocols", alarmDeviation},
	{"incomplete", "something was cut, unreadable, unknown, undecodable or not comparable", alarmIncomplete},
	{"new-fullaccess", "somebody has got Full Access to a mailbox, or the right to change its permissions or owner", alarmNewFull},
	{"new-send-as", "somebody has got Send-As", alarmNewSend},
	{"new-on-behalf", "somebody has got Send on Behalf", alarmNewBehalf},
	{"new-store-right", "somebody has got a right on a store, a server or a container that opens mailboxes", alarmNewStore},
	{"new-member", "somebody has become a member of a group that is allowed to open or send", alarmNewMember},
	{"new-client", "somebody logs on by POP3 or IMAP4 from where he did not before, as the protocol logs tell", alarmNewClient},
	{"new-relay", "a client sends mail to outside that did not before, or nobody knows whether to outside, as the protocol logs tell", alarmNewRelay},
}

// ParseAlarms reads a list as of --fail-on: names with commas between them. An
// unknown name is an error that tells the known ones.
func ParseAlarms(list string) ([]Alarm, error) {
	var out []Alarm
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		a, ok := findAlarm(name)
		if !ok {
			return nil, fmt.Errorf("unknown condition %q: there are %s", name, AlarmNames())
		}
		out = append(out, a)
	}
	return out, nil
}

// AlarmNames are the names of all alarms, for messages and the help.
func AlarmNames() string {
	names := make([]string, len(Alarms))
	for i, a := range Alarms {
		names[i] = a.Name
	}
	return strings.Join(names, ", ")
}

func findAlarm(name string) (Alarm, bool) {
	for _, a := range Alarms {
		if a.Name == name {
			return a, true
		}
	}
	return Alarm{}, false
}

// Raised is an alarm that holds: how often, and the first row that it holds
// for; of an alarm about what is new, the changes and the first of them. Rows is
// 0 where it is not about rows.
type Raised struct {
	Alarm
	Rows   int
	First  grant.Ref
	Change *change.Change
	Door   model.Phrase // of an alarm about what logs tell, the first of them
}

// Raise returns those of the alarms that hold. Alarms about what is new need a
// comparison of the snapshot with an earlier one; without it they never hold.
// Target and Trustee, where not nil, keep the rows that they accept, as in Query.
// It stops with the context's error when the context ends.
func Raise(ctx context.Context, s *model.Snapshot, c *change.Comparison, alarms []Alarm, target, trustee func(*model.Principal) bool) ([]Raised, error) {
	w := watcher{s: s, target: target, trustee: trustee, who: map[model.TrusteeID]alarmSet{}}
	for _, a := range alarms {
		w.want |= 1 << a.on
	}
	w.doors()
	if w.want&^(newAlarms|doorAlarms|1<<alarmIncomplete) != 0 {
		if err := w.entries(ctx); err != nil {
			return nil, err
		}
	}
	if c != nil && w.want&(newAlarms|1<<alarmIncomplete) != 0 {
		if err := w.changes(ctx, c); err != nil {
			return nil, err
		}
	}
	var out []Raised
	for _, a := range alarms {
		r := Raised{Alarm: a, Rows: w.rows[a.on], First: w.first[a.on], Change: w.change[a.on], Door: w.door[a.on]}
		if a.on == alarmIncomplete {
			r.Rows = 0
			if w.unsure || gaps(s) || c != nil && gaps(c.Old) {
				out = append(out, r)
			}
		} else if r.Rows > 0 {
			out = append(out, r)
		}
	}
	return out, nil
}

// entries looks at every entry of every object type.
func (w *watcher) entries(ctx context.Context) error {
	s := w.s
	for _, list := range grant.Lists(s, grant.All()) {
		for i := range list.Len() {
			if i&1023 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			w.object(*list.At(i))
		}
	}
	return nil
}

func gaps(s *model.Snapshot) bool {
	for _, c := range coverage.Of(s) {
		if c.Gaps() {
			return true
		}
	}
	return false
}

// alarmSet is a set of alarmKinds.
type alarmSet uint32

// watcher counts the rows for which alarms hold. What a trustee is, is worked
// out once for each.
type watcher struct {
	s               *model.Snapshot
	want            alarmSet
	target, trustee func(*model.Principal) bool
	who             map[model.TrusteeID]alarmSet
	rows            [alarmKinds]int
	first           [alarmKinds]grant.Ref
	change          [alarmKinds]*change.Change
	door            [alarmKinds]model.Phrase
	unsure          bool // something could not be compared
}

// ignored marks a trustee that the caller does not ask for.
const ignored alarmSet = 1 << 31

func (w *watcher) object(id model.ObjectID) {
	if w.target != nil {
		if p := w.s.TargetPrincipal(w.s.Record(id)); !w.target(&p) {
			return
		}
	}
	o := w.s.Record(id)
	own := w.s.TrusteeOf(o.DN)
	grant.Each(w.s, id, grant.All(), func(r grant.Ref, a *pool.ACERecord) bool {
		p := grant.TrusteeOf(w.s, r, a)
		is, known := w.who[p]
		if !known {
			is = w.kind(p)
			w.who[p] = is
		}
		if is&ignored != 0 {
			return true
		}
		if a != nil && a.Null {
			is |= 1 << alarmNullDACL
		}
		if grant.Opens(w.s, o, r, a) == 0 {
			is &^= 1<<alarmEveryone | 1<<alarmDisabled | 1<<alarmForeign
		}
		if p == own {
			is &^= 1 << alarmDisabled // a shared mailbox's account is disabled, and its own
		}
		if a != nil && grant.NamesOwner(o, r, a) {
			is &^= 1 << alarmForeign // the owner of a linked mailbox lives in another forest
		}
		w.count(r, is&w.want)
		return true
	})
}

func (w *watcher) count(r grant.Ref, is alarmSet) {
	for k := range alarmKinds {
		if is&(1<<k) != 0 {
			if w.rows[k] == 0 {
				w.first[k] = r
			}
			w.rows[k]++
		}
	}
}

// crowds are the SIDs that stand for nearly everybody; crowdRIDs the groups of
// a domain that do, by their number in every domain ([MS-DTYP] 2.4.2.4).
var crowds = map[acl.SID]bool{
	acl.SIDEveryone: true, acl.SIDAnonymous: true, acl.SIDAuthenticatedUsers: true, acl.SIDNetwork: true,
	acl.SIDThisOrganization: true, acl.SIDUsers: true, acl.SIDGuests: true, acl.SIDPreWindows2000Access: true,
}

var crowdRIDs = map[uint32]bool{513: true, 514: true, 515: true} // Domain Users, Domain Guests, Domain Computers

// kind says which alarms a trustee gives cause for.
func (w *watcher) kind(p model.TrusteeID) (is alarmSet) {
	who := w.s.Principal(p)
	if w.trustee != nil && !w.trustee(&who) {
		return ignored
	}
	if domain, rid, ok := who.SID.Split(); crowds[who.SID] || ok && crowdRIDs[rid] && domain != acl.SIDBuiltin {
		is |= 1 << alarmEveryone
	}
	switch who.Kind {
	case model.KindOrphan, model.KindDeleted:
		is |= 1 << alarmOrphan
	case model.KindForeign:
		is |= 1 << alarmForeign
	}
	if who.State == "disabled" {
		is |= 1 << alarmDisabled
	}
	return is
}
