package finding

import (
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

const inherited = acl.Inherited

// traits are what makes a trustee suspicious, or not; worked out once for each.
type traits uint16

const (
	isKnown   traits = 1 << iota
	isIgnored        // the caller does not ask for him
	isCrowd          // nearly everybody
	isOrphan         // deleted, or a SID that nobody holds any more
	isDisabled
	isForeign
	isIdle   // no logon for a long time
	isKeeper // one whom Windows or set-up gives control: see keepers
	isSelf   // SELF, SYSTEM, CREATOR OWNER and the like

	isSuspect = isCrowd | isOrphan | isDisabled | isForeign | isIdle
)

// crowds are the SIDs that stand for nearly everybody; crowdRIDs the groups of
// a domain that do, by their number in every domain ([MS-DTYP] 2.4.2.4).
var crowds = map[acl.SID]bool{
	acl.SIDEveryone: true, acl.SIDAnonymous: true, acl.SIDAuthenticatedUsers: true, acl.SIDNetwork: true,
	acl.SIDThisOrganization: true, acl.SIDUsers: true, acl.SIDGuests: true, acl.SIDPreWindows2000Access: true,
}

var crowdRIDs = map[uint32]bool{513: true, 514: true, 515: true} // Domain Users, Domain Guests, Domain Computers

// IsCrowd reports whether a SID stands for nearly everybody: Everyone, every user of
// a domain, whoever did not log on.
func IsCrowd(sid acl.SID) bool {
	domain, rid, ok := sid.Split()
	return crowds[sid] || ok && crowdRIDs[rid] && domain != acl.SIDBuiltin
}

// traitsOf says what a trustee is.
func (r *run) traitsOf(p model.TrusteeID) traits {
	if sid := p.SID(); sid != 0 {
		if r.who[sid] == 0 {
			r.who[sid] = r.judge(p)
		}
		return r.who[sid]
	}
	is, known := r.whoNamed[p]
	if !known {
		is = r.judge(p)
		r.whoNamed[p] = is
	}
	return is
}

func (r *run) judge(p model.TrusteeID) traits {
	is, who := isKnown, r.s.Principal(p)
	if r.q.Trustee != nil && !r.q.Trustee(&who) {
		return is | isIgnored
	}
	if IsCrowd(who.SID) {
		is |= isCrowd
	}
	switch who.Kind {
	case model.KindOrphan, model.KindDeleted:
		is |= isOrphan
	case model.KindForeign:
		is |= isForeign
	}
	if who.State == "disabled" {
		is |= isDisabled
	}
	if id := r.s.TrusteeRecordID(p); id != 0 && is&isDisabled == 0 && r.isIdle(id) {
		is |= isIdle
	}
	if nobody[who.SID] {
		is |= isSelf
	}
	if id := r.s.TrusteeRecordID(p); r.isKeeper(p.SID(), who.SID) || id != 0 && r.s.Record(id).Class == model.ClassComputer && r.isServer(id) {
		is |= isKeeper
	}
	return is
}

// nobody are the SIDs that name no account beside the target's own and the system's.
var nobody = map[acl.SID]bool{
	acl.SIDSelf: true, acl.SIDSystem: true, acl.SIDCreatorOwner: true, acl.SIDCreatorGroup: true, acl.SIDOwnerRights: true,
}

// idleAfter is how long nobody may have logged on with an account that is in use.
const idleAfter = 90 * 24 * time.Hour

// isIdle reports whether the last logon of a person is known to be long before the
// newest that was read: the clock of this machine may be another's.
func (r *run) isIdle(id model.ObjectID) bool {
	last := r.s.LastLogon(id)
	return !last.IsZero() && newestLogon.Of(r.s).Sub(last) > idleAfter
}

// newestLogon is the newest last logon, but not one that was after the reading.
var newestLogon = model.Derive(func(s *model.Snapshot) (newest time.Time) {
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		at := s.LastLogon(id)
		if at.After(newest) && (s.State.Started.IsZero() || !at.After(s.State.Started)) {
			newest = at
		}
	}
	return newest
})

// isKeeper reports whether a SID is of those whom Windows or Exchange's set-up gives
// control over accounts or over the configuration: [MS-DTYP] 2.4.2.4, exchange-facts
// 4.3.
func (r *run) isKeeper(id pool.SID, sid acl.SID) bool {
	switch sid {
	case acl.SIDAdministrators, acl.SIDAccountOperators, acl.SIDEnterpriseDomainControllers:
		return true
	}
	if r.keepers()[id] {
		return true
	}
	domain, rid, ok := sid.Split()
	if !ok {
		return false
	}
	_, ours := r.s.DomainHeads()[domain]
	switch rid {
	case 498, 512, 516, 519, 521, 526, 527: // Domain and Enterprise Admins, domain controllers, Key Admins
		return ours
	}
	return false
}
