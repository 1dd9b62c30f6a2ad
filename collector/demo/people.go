package demo

import (
	"strconv"
	"strings"
)

// kind is what a mailbox is used for.
type kind uint8

// The kinds of mailboxes, and the two recipients that look like one.
const (
	kindUser kind = iota
	kindShared
	kindRoom
	kindEquipment
	kindLinked
	kindLegacy // on the 2003 server: no recipient type
	kindArbitration
	kindDiscovery
	kindHealth
	kindPublicFolder
	kindAudit
	kindMailUser
	kindRemote
)

// kindFacts has what Exchange writes for each kind. An empty type is not
// written.
var kindFacts = [...]struct {
	details, display string
	disabled         bool
}{
	kindUser:         {"1", "1073741824", false},
	kindShared:       {"4", "0", true},
	kindRoom:         {"16", "7", true},
	kindEquipment:    {"32", "8", true},
	kindLinked:       {"2", "1073741824", true},
	kindLegacy:       {"", "", false},
	kindArbitration:  {"8388608", "10", true},
	kindDiscovery:    {"536870912", "1073741824", true},
	kindHealth:       {"549755813888", "0", false},
	kindPublicFolder: {"68719476736", "0", true},
	kindAudit:        {"4398046511104", "0", true},
	kindMailUser:     {"128", "6", false},
	kindRemote:       {"2147483648", "-2147483642", false},
}

// The hand-written mailboxes, by index. Each shows one thing.
const (
	headPlain       = iota // nothing special at all
	headMany               // 400 entries in the mailbox descriptor
	headTruncated          // a mailbox descriptor that ends in the middle of an entry
	headAbsent             // no mailbox descriptor
	headUnreadable         // no account descriptor: not allowed to read it
	headConditional        // callback entries in both descriptors
	headDenyAfter          // a deny that an earlier allow overrides
	headUnknownBits        // mask bits without a name
	headHistoric           // bit 0x2 and the management rights
	headOrphans            // SIDs of deleted accounts
	headForeign            // SIDs of EMEA, FABRIKAM and the NT 4 domain
	headMüller             // the mailbox that the manual shows
	headChinese
	headArabic
	headHebrew
	headCombining
	headQuotes      // quotes, a backslash and a comma in the name
	headHostile     // a display name that attacks terminal and spreadsheet
	headHostileName // the same in cn and account name
	headShared
	headRoom
	headEquipment
	headLinked
	headLegacy
	headArbitration
	headDiscovery
	headHealth
	headDisabled // the account of a leaver, disabled, with grants
	headExpired
	headProtected   // adminCount=1, stamped from AdminSDHolder
	headHadSID      // a mailbox with a sIDHistory of its own
	headFullControl // Full Control on the account
	headAllRights   // all extended rights on the account
	headSendDeny    // Send-As denied and allowed
	headReceiveAs
	headNoOrigin // an inherited entry that no container holds
	headStale    // inherited entries in the mailbox descriptor
	headPerson   // an inetOrgPerson
	headPublicFolder
	headAudit
	headUnknown   // no mailbox descriptor, and not shown to be readable
	headBoard     // several delegates, and a leaver who still sends as it
	headNullList  // a NULL DACL on the mailbox: anybody may do anything
	headEmptyList // a DACL without entries: nobody but the owner
	headEnd
)

var headKinds = map[int]kind{
	headShared: kindShared, headRoom: kindRoom, headEquipment: kindEquipment, headLinked: kindLinked,
	headLegacy: kindLegacy, headStale: kindLegacy, headArbitration: kindArbitration, headDiscovery: kindDiscovery,
	headHealth: kindHealth, headPublicFolder: kindPublicFolder, headAudit: kindAudit,
}

// hostile is what nobody should be able to write into a directory, and anybody
// who may edit a name can: an escape sequence, a colour tag of tview, a
// formula, a line break and a right-to-left override.
const hostile = "=1+1 \x1b[31mred\x1b[0m [red]tag[-]\nline \u202Egnp.exe"

// heads are the names of the hand-written mailboxes: cn, and account name.
var heads = [headEnd]struct{ cn, login string }{
	headPlain:        {"Alex Brandt", "alex.brandt"},
	headMany:         {"Front Desk", "front.desk"},
	headTruncated:    {"Thea Sandoval", "thea.sandoval"},
	headAbsent:       {"Nils Krogh", "nils.krogh"},
	headUnreadable:   {"Ines Ferro", "ines.ferro"},
	headConditional:  {"Pavel Hruby", "pavel.hruby"},
	headDenyAfter:    {"Anna Keller", "anna.keller"},
	headUnknownBits:  {"Jonas Wick", "jonas.wick"},
	headHistoric:     {"Ulla Strand", "ulla.strand"},
	headOrphans:      {"Diego Sorolla", "diego.sorolla"},
	headForeign:      {"Emil Lindqvist", "emil.lindqvist"},
	headMüller:       {"Müller, Z.", "zoe.mueller"},
	headChinese:      {"王小明", "xiaoming.wang"},
	headArabic:       {"ليلى البحري", "layla.albahri"},
	headHebrew:       {"דנה לוי", "dana.levi"},
	headCombining:    {"Zoe\u0308 A\u030angstro\u0308m", "zoe.angstrom"},
	headQuotes:       {`O'Dorake "Bob" \ Jr., R.`, "bob.odorake"},
	headHostile:      {"Gina Marlow", "gina.marlow"},
	headHostileName:  {"=cmd|' /C calc'!A0 \x1b]0;owned\x07[red]\n\u202Etxt", "＝1+1[red]\x1b[2J\u202E"}, // a wide sign: Excel takes it too, and it sorts behind
	headShared:       {"Invoices", "invoices"},
	headRoom:         {"Conference Rome 3, 3rd floor", "conf-rome-3"},
	headEquipment:    {"Projector #1", "projector-1"},
	headLinked:       {"Carla Novak", "carla.novak"},
	headLegacy:       {"Otto Gruber", "otto.gruber"},
	headArbitration:  {"SystemMailbox{1f05a927-3be2-4fb9-aa03-b59fe3b56f4c}", "SM_1f05a9273be24fb9a"},
	headDiscovery:    {"DiscoverySearchMailbox {D919BA05-46A6-415f-80AD-7E09334BB852}", "SM_d919ba0546a6415f8"},
	headHealth:       {"HealthMailbox-EX19-01-001", ""},
	headDisabled:     {"Viktor Hagedorn", "viktor.hagedorn"},
	headExpired:      {"Paolo Serra", "paolo.serra"},
	headProtected:    {"Ravi Menon", "ravi.menon"},
	headHadSID:       {"Olga Petrova", "olga.petrova"},
	headFullControl:  {"Ida Bergmann", "ida.bergmann"},
	headAllRights:    {"Felix Amsel", "felix.amsel"},
	headSendDeny:     {"Aaron Vogt", "aaron.vogt"}, // the first line of the screen
	headReceiveAs:    {"Klara Stern", "klara.stern"},
	headNoOrigin:     {"Sven Dahl", "sven.dahl"},
	headStale:        {"Karl Oldeman", "karl.oldeman"},
	headPerson:       {"Mira Castell", "mira.castell"},
	headPublicFolder: {"PFMailbox-01", "pfmailbox-01"},
	headAudit:        {"SystemMailbox{8cc370d3-822a-4ab8-a926-bb94bd0641a9}", "SM_8cc370d3822a4ab8a"},
	headUnknown:      {"Lena Justus", "lena.justus"},
	headBoard:        {"Board of Directors", "board"},
	headNullList:     {"Esra Tordan", "esra.tordan"},
	headEmptyList:    {"Hugo Lehr", "hugo.lehr"},
}

// person is what must be known of a mailbox (or mail user) before its entry can
// be written.
type person struct {
	index int // among the mailboxes; mail users come behind
	kind  kind
	odd   int // a head constant, or headEnd for nothing odd
	home  *node
	history
	state uint64 // a draw for the small things
}

// personAt works person i out. From index w.n on they are mail users.
func (w *world) personAt(i int) person {
	p := person{index: i, odd: headEnd, state: w.draw(streamState, i)}
	switch {
	case i < w.n && i < headEnd:
		p.kind, p.odd = headKinds[i], i
	case i < w.n:
		p.kind = kindAt(int(w.draw(streamKind, i) % 1000))
		p.odd = w.oddAt(i)
	case (i-w.n)%3 != 1:
		p.kind = kindRemote
	default:
		p.kind = kindMailUser
	}
	if i < w.n && i != headPlain {
		p.history = w.historyOf(i)
	}
	p.home = w.homeOf(&p)
	return p
}

// byHand reports whether this is one of the hand-written mailboxes itself, and not
// one where what it shows returns.
func (p *person) byHand() bool { return p.odd == p.index && p.odd < headEnd }

// kindAt divides a thousand mailboxes up.
func kindAt(r int) kind {
	switch {
	case r < 850:
		return kindUser
	case r < 925:
		return kindShared
	case r < 953:
		return kindRoom
	case r < 963:
		return kindEquipment
	case r < 983:
		return kindLinked
	case r < 995:
		return kindLegacy
	case r < 998:
		return kindHealth
	default:
		return kindPublicFolder
	}
}

// oddAt lets what the hand-written mailboxes show return now and then.
func (w *world) oddAt(i int) int {
	d := dice(w.draw(streamFeature, i))
	if d.roll(100) > 0 {
		return headEnd
	}
	again := [...]int{headAbsent, headUnreadable, headConditional, headDenyAfter, headUnknownBits, headHistoric,
		headOrphans, headForeign, headExpired, headProtected, headHadSID, headFullControl, headAllRights, headSendDeny}
	return again[d.roll(len(again))]
}

// homeOf is the container that the account lies in.
func (w *world) homeOf(p *person) *node {
	switch p.kind {
	case kindShared:
		return w.shared
	case kindRoom, kindEquipment:
		return w.resources
	case kindLinked:
		return w.linked
	case kindHealth:
		return w.monitoring
	case kindArbitration, kindDiscovery, kindPublicFolder, kindAudit:
		return w.users
	}
	if p.odd == headProtected {
		return w.adminsOU
	}
	if p.odd == headUnknown {
		return w.legal
	}
	r := w.draw(streamPlace, p.index)
	if r%50 == 0 {
		return w.users
	}
	return w.ous[r>>8%uint64(len(w.ous))]
}

// appendName writes the cn, which is unique below its container.
func (w *world) appendName(b []byte, p *person) []byte {
	if p.byHand() {
		return append(b, heads[p.index].cn...)
	}
	r := int(p.state >> 40)
	switch p.kind {
	case kindShared:
		b = append(b, sharedNames[r%len(sharedNames)]...)
	case kindRoom:
		b = append(append(b, "Conference "...), roomNames[r%len(roomNames)]...)
	case kindEquipment:
		b = append(b, equipmentNames[r%len(equipmentNames)]...)
	case kindHealth:
		g := w.guid(streamGUIDMailbox, uint64(p.index))
		return append(b, "HealthMailbox"+strings.ReplaceAll(g.String(), "-", "")...)
	case kindPublicFolder:
		b = append(b, "PFMailbox"...)
	default:
		return w.appendPerson(b, p.index, p.history[eventRename])
	}
	b = append(b, ' ')
	return strconv.AppendInt(b, int64(p.index+1), 10)
}

// appendLogin writes the sAMAccountName: a person's name, or what the mailbox is for.
func (w *world) appendLogin(b []byte, p *person) []byte {
	if p.byHand() && heads[p.index].login != "" {
		return append(b, heads[p.index].login...)
	}
	r := int(p.state >> 40)
	switch p.kind {
	case kindShared:
		b = append(b, sharedLogins[r%len(sharedLogins)]...)
	case kindRoom:
		b = append(append(b, "conf-"...), roomLogins[r%len(roomLogins)]...)
	case kindEquipment:
		b = append(b, equipmentLogins[r%len(equipmentLogins)]...)
	case kindHealth:
		g := w.guid(streamGUIDMailbox, uint64(p.index))
		return append(b, "SM_"+g.String()[:8]+g.String()[9:13]...)
	case kindPublicFolder:
		b = append(b, "pfmailbox"...)
	default:
		return w.appendAccount(b, p.index)
	}
	b = append(b, '-')
	return strconv.AppendInt(b, int64(p.index+1), 10)
}

// disabled reports whether the account cannot be logged on to.
func (p *person) disabled() bool {
	off := kindFacts[p.kind].disabled || p.odd == headDisabled || p.kind == kindUser && p.odd == headEnd && p.state>>20%40 == 0
	return off != (p.history[eventState]%2 == 1)
}

// hadSID reports whether the account came from the NT 4 domain, which gave it a
// sIDHistory.
func (p *person) hadSID() bool { return p.odd == headHadSID || hadSIDAt(p.index) }

// hadSIDAt is true for the first in each group of 32: a trustee of the old
// domain is found from its index alone.
func hadSIDAt(i int) bool { return i >= headEnd && i%32 == 0 }
