package demo

import "strconv"

// wideLimit bounds the largest group: one entry must fit into memory, however
// many mailboxes there are.
const wideLimit = 5000

// wideMembers returns how many mailboxes a hand-written group has as members.
func (w *world) wideMembers(p *principal) int {
	switch {
	case !p.wide:
		return 0
	case p.who == allStaff:
		return min(w.n, wideLimit)
	default:
		return min(w.n, 5+int(p.who.rid%7)*2)
	}
}

// memberOf returns mailbox k of the size that a group has. The group is known
// by a number. Each member is drawn from a part of the mailboxes of its own, so
// that none comes twice; members come and go with the days.
func (w *world) memberOf(group, k, size int) trustee {
	low, high := w.n*k/size, w.n*(k+1)/size
	slot := memberSlot(group, k)
	drawn := w.drawWide(streamMembers, slot+uint64(w.changes(streamMembers, slot))<<48) % uint64(high-low)
	return local(firstMailbox + uint32(low) + uint32(drawn))
}

// memberSlot numbers the places of members in all groups.
func memberSlot(group, k int) uint64 { return uint64(group)*8192 + uint64(k) }

// teamSize is how many members a generated group has.
func (w *world) teamSize(group int) int { return min(w.n, 3+int(w.draw(streamMembers, -group)%12)) }

// Numbers of groups for memberOf: hand-written ones by RID, then lists and
// teams.
const (
	listNumber = 1 << 20
	teamNumber = 1 << 24
)

// appendTeamName writes the name of a generated group: "Sales Oslo 17".
func (w *world) appendTeamName(b []byte, k int) []byte {
	b = append(b, departments[k%len(departments)]...)
	b = append(b, ' ')
	b = append(b, w.ous[k/len(departments)%len(w.ous)].cn...)
	b = append(b, ' ')
	return strconv.AppendInt(b, int64(k+1), 10)
}

// appendListName writes the name of a mail-enabled group.
func (w *world) appendListName(b []byte, k int) []byte {
	b = append(b, "DL "...)
	return w.appendTeamName(b, k)
}

// appendComputerName writes the name of a computer.
func appendComputerName(b []byte, k int) []byte {
	if k < 2 {
		b = append(b, "DC"...)
		return strconv.AppendInt(b, int64(k+1), 10)
	}
	return appendPadded(b, 'w', k-1)
}

// computerHome is the container of a computer.
func (w *world) computerHome(k int) *node {
	if k < 2 {
		return w.controllers
	}
	return w.computersCN
}

// appendDN writes the DN of an account, worked out from its SID, and reports
// whether there is one.
func (w *world) appendDN(b []byte, t trustee) ([]byte, bool) {
	if t.realm != contoso {
		for _, p := range w.static {
			if p.who == t {
				return w.appendPrincipalDN(b, p), true
			}
		}
		return b, false
	}
	if p := w.people[t.rid]; p != nil {
		return w.appendPrincipalDN(b, p), true
	}
	var name [128]byte
	in := func(value []byte, home string) ([]byte, bool) {
		b = append(appendEscaped(append(b, "CN="...), value), ',')
		return append(b, home...), true
	}
	rid := int(t.rid)
	switch {
	case rid >= firstMailbox && rid < firstMailbox+w.n:
		p := w.personAt(rid - firstMailbox)
		return in(w.appendName(name[:0], &p), p.home.dn)
	case rid >= firstMailUser && rid < firstMailUser+w.mailUsers:
		p := w.personAt(w.n + rid - firstMailUser)
		return in(w.appendName(name[:0], &p), p.home.dn)
	case rid >= firstMailList && rid < firstMailList+w.lists:
		return in(w.appendListName(name[:0], rid-firstMailList), w.listsOU.dn)
	case rid >= firstComputer && rid < firstComputer+w.computers:
		k := rid - firstComputer
		return in(appendComputerName(name[:0], k), w.computerHome(k).dn)
	case rid >= firstTeam && rid < firstTeam+w.teams:
		return in(w.appendTeamName(name[:0], rid-firstTeam), w.teamsOU.dn)
	}
	return b, false
}

// appendPrincipalDN writes the DN of a hand-written account.
func (w *world) appendPrincipalDN(b []byte, p *principal) []byte {
	b = appendEscaped(append(b, "CN="...), []byte(p.name))
	b = append(b, ',')
	return append(b, p.home(w)...)
}
