package model

import (
	"context"
	"fmt"
	"strings"

	"mbxperm/acl"
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
	alarmIncomplete
	alarmNewFull // this one and those below it are about what is new
	alarmNewSend
	alarmNewBehalf
	alarmNewStore
	alarmNewMember
	alarmKinds
)

// Alarms are all of them, in the order of the help.
var Alarms = []Alarm{
	{"everyone", "everybody, or every user of a domain, is allowed to open or send", alarmEveryone},
	{"orphan", "an entry names an account that is deleted or that nobody holds any more", alarmOrphan},
	{"disabled", "a disabled account is allowed to open or send for somebody else", alarmDisabled},
	{"foreign", "an account from outside the forest is allowed to open or send", alarmForeign},
	{"null-dacl", "an object has no access list at all, so everyone holds every right", alarmNullDACL},
	{"incomplete", "something was cut, unreadable, unknown, undecodable or not comparable", alarmIncomplete},
	{"new-fullaccess", "somebody has got Full Access to a mailbox, or the right to change its permissions or owner", alarmNewFull},
	{"new-send-as", "somebody has got Send-As", alarmNewSend},
	{"new-on-behalf", "somebody has got Send on Behalf", alarmNewBehalf},
	{"new-store-right", "somebody has got a right on a store, a server or a container that opens mailboxes", alarmNewStore},
	{"new-member", "somebody has become a member of a group that is allowed to open or send", alarmNewMember},
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
	First  RowRef
	Change *Change
}

// Raise returns those of the alarms that hold. Alarms about what is new need a
// comparison of the snapshot with an earlier one; without it they never hold.
// Target and Trustee, where not nil, keep the rows that they accept, as in Query.
// It stops with the context's error when the context ends.
func (s *Snapshot) Raise(ctx context.Context, c *Comparison, alarms []Alarm, target, trustee func(*Principal) bool) ([]Raised, error) {
	w := watcher{s: s, target: target, trustee: trustee, who: map[Party]alarmSet{}}
	for _, a := range alarms {
		w.want |= 1 << a.on
	}
	if w.want&^(newAlarms|1<<alarmIncomplete) != 0 {
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
		r := Raised{Alarm: a, Rows: w.rows[a.on], First: w.first[a.on], Change: w.change[a.on]}
		if a.on == alarmIncomplete {
			r.Rows = 0
			if w.unsure || s.gaps() || c != nil && c.Old.gaps() {
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
	for _, list := range [...]view[objID]{s.recips, s.stores} {
		for i := range list.len() {
			if i&1023 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			w.object(*list.at(i))
		}
	}
	return nil
}

func (s *Snapshot) gaps() bool {
	for _, c := range s.Coverage() {
		if c.Gaps() {
			return true
		}
	}
	return false
}

// alarmSet is a set of alarmKinds.
type alarmSet uint16

// watcher counts the rows for which alarms hold. What a trustee is, is worked
// out once for each.
type watcher struct {
	s               *Snapshot
	want            alarmSet
	target, trustee func(*Principal) bool
	who             map[Party]alarmSet
	rows            [alarmKinds]int
	first           [alarmKinds]RowRef
	change          [alarmKinds]*Change
	unsure          bool // something could not be compared
}

// ignored marks a trustee that the caller does not ask for.
const ignored alarmSet = 1 << 15

func (w *watcher) object(id objID) {
	if w.target != nil {
		if p := w.s.targetPrincipal(w.s.object(id)); !w.target(&p) {
			return
		}
	}
	o := w.s.object(id)
	own := w.s.party(o.dn)
	w.s.each(id, everything, func(r RowRef, a *aceRec) bool {
		p := w.s.trustee(r, a)
		is, known := w.who[p]
		if !known {
			is = w.kind(p)
			w.who[p] = is
		}
		if is&ignored != 0 {
			return true
		}
		if a != nil && a.null {
			is |= 1 << alarmNullDACL
		}
		if !w.s.opens(o, r, a) {
			is &^= 1<<alarmEveryone | 1<<alarmDisabled | 1<<alarmForeign
		}
		if p == own {
			is &^= 1 << alarmDisabled // a shared mailbox's account is disabled, and its own
		}
		if r.family == familyMailbox && a.mask&acl.MailboxExternalAccount != 0 {
			is &^= 1 << alarmForeign // the owner of a linked mailbox lives in another forest
		}
		w.count(r, is&w.want)
		return true
	})
}

func (w *watcher) count(r RowRef, is alarmSet) {
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
func (w *watcher) kind(p Party) (is alarmSet) {
	who := w.s.Principal(p)
	if w.trustee != nil && !w.trustee(&who) {
		return ignored
	}
	if domain, rid, ok := who.SID.Split(); crowds[who.SID] || ok && crowdRIDs[rid] && domain != acl.SIDBuiltin {
		is |= 1 << alarmEveryone
	}
	switch who.Kind {
	case KindOrphan, KindDeleted:
		is |= 1 << alarmOrphan
	case KindForeign:
		is |= 1 << alarmForeign
	}
	if who.State == "disabled" {
		is |= 1 << alarmDisabled
	}
	return is
}

// opens reports whether a row looks as if it lets its trustee into a mailbox,
// or send in somebody's name, or give himself either. Whether a deny beats it is
// not looked at, nor a condition: an alarm is a reason to look.
func (s *Snapshot) opens(o *object, r RowRef, a *aceRec) bool {
	switch {
	case a == nil:
		return true // Send on Behalf
	case !a.kind.Allows():
		return false
	case r.family == familyMailbox:
		const takes = acl.MailboxFullAccess | acl.MailboxChangePermission | acl.MailboxChangeOwner
		if r.right == rightOther {
			return a.mask&acl.GenericAll != 0
		}
		return s.appliesHere(o, a) && acl.MailboxRights[r.right].Mask&takes != 0
	case r.family == familySend:
		return s.appliesHere(o, a) && sameRight(r.right)&1 != 0 // Receive-As opens no mailbox there (exchange-facts 2.1)
	}
	// An entry that waits for children counts: it opens what lies below.
	const control = acl.GenericAll | acl.GenericWrite | acl.WriteDACL | acl.WriteOwner
	switch {
	case a.mask&control != 0, a.mask&acl.WriteProperty != 0 && !a.hasObj:
		return true
	case a.mask&acl.ControlAccess == 0:
		return false
	}
	return !a.hasObj || a.obj == 0 || neverHidden[*s.guids.at(uint32(a.obj))]
}
