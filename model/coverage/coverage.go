package coverage

import (
	"cmp"
	"slices"
	"strconv"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Line says for one kind of object what became of what was found. Found is
// the sum of the five counts after it. All of it is "as visible to the bound
// account": what that account cannot see at all is counted nowhere.
type Line struct {
	ObjectType  string
	Found       int
	Decoded     int
	Absent      int // shown to be empty: the account may read the attribute, and there is no value
	Unreadable  int // there must be a value, and it did not come
	Unknown     int // no value came, and whether the account may read one cannot be decided
	Undecodable int // a value came that is no descriptor; its bytes are kept
	Complete    bool
	Reason      string // why not complete, or what else there is to say of it
}

// Fields are the columns of report coverage.
var Fields = []model.Field[*Line]{
	{Name: "object_type", Is: model.ContentWord, Value: func(c *Line) any { return c.ObjectType }},
	{Name: "found", Value: func(c *Line) any { return c.Found }},
	{Name: "decoded", Value: func(c *Line) any { return c.Decoded }},
	{Name: "absent", Value: func(c *Line) any { return c.Absent }},
	{Name: "unreadable", Value: func(c *Line) any { return c.Unreadable }},
	{Name: "unknown", Value: func(c *Line) any { return c.Unknown }},
	{Name: "undecodable", Value: func(c *Line) any { return c.Undecodable }},
	{Name: "complete", Value: func(c *Line) any { return c.Complete }},
	{Name: "reason", Is: model.ContentSentence, Value: func(c *Line) any { return c.Reason }},
}

// Gaps reports whether anything is missing or in doubt.
func (c *Line) Gaps() bool {
	return !c.Complete || c.Unreadable+c.Unknown+c.Undecodable > 0
}

// The lines of the coverage report, and the searches that each depends on.
// Where the partitions of the forest are not known, whole domains may be
// missing.
const (
	coverMailbox = iota
	coverAccount
	coverBehalf
	coverOther
	coverManager
	coverDelivery
	coverStore
	coverAdmin
	coverContainer
	coverGroup
	coverTrustee
	coverServer
	coverStored
	coverRole
	coverAssignment
	coverScope
	coverConnector
	coverSettings
	coverRule
	coverDomain
	coverAccess
	coverRemote
	coverChange
	coverLog // only where there are logs
	coverLines
)

var coverNames = [coverLines]struct {
	name     string
	searches []string
}{
	{"mailbox", []string{"forest", "rootdse", "schema", "mailboxes", "keys", "recipients"}},
	{"mailbox-account", []string{"forest", "mailboxes", "keys", "recipients"}},
	{"send-on-behalf", []string{"forest", "rootdse", "schema", "mailboxes", "keys", "recipients"}},
	{"other-recipient", []string{"forest", "mailboxes", "keys", "recipients"}},
	{"manager", []string{"forest", "rootdse", "schema", "mailboxes", "keys", "recipients"}},
	{"delivery", []string{"forest", "rootdse", "schema", "mailboxes", "keys", "recipients"}},
	{"store", []string{"exchange", "rights", "schema"}}, {"admin", []string{"exchange", "rights", "schema"}},
	{"container", []string{"forest", "containers"}}, {"group", []string{"forest", "groups", "recipients"}},
	{"trustee", []string{"forest", "trusts", "mailboxes", "keys", "recipients", "groups", "principals", "lookup"}},
	{"server", []string{"exchange"}},
	{"store-mailbox", []string{"forest", "exchange", "store-links", "mailboxes", "recipients"}},
	{"role", []string{rolesSearch}}, {"role-assignment", []string{rolesSearch, "exchange"}}, {"scope", []string{rolesSearch}},
	{"receive-connector", []string{doorsSearch, "rights", "schema"}}, {"protocol-settings", []string{doorsSearch, "exchange"}},
	{"client-access-rule", []string{doorsSearch}}, {"accepted-domain", []string{doorsSearch}},
	{"client-access", []string{"forest", "rootdse", "schema", "mailboxes", "keys", "recipients", "exchange"}},
	{"mail-user", []string{"forest", "rootdse", "schema", "mailboxes", "keys", "recipients"}},
	{"attribute-change", []string{"forest", "attribute-ids", "domain-controllers", "delegate-changes", "member-changes", "mailboxes", "keys", "recipients"}},
	{"log-line", []string{logSearch}},
}

// SearchesFor names the searches that could deliver an object, whatever has
// become of it: a mailbox may be a plain account by now.
func SearchesFor(o *model.Record) []string {
	switch {
	case o.IsStore() || o.Is(model.FlagAbove):
		return []string{"exchange"}
	case o.Class >= model.ClassRole && o.Class <= model.ClassPolicy:
		return []string{rolesSearch}
	case o.Class == model.ClassConnector || o.Class == model.ClassDoor:
		return []string{doorsSearch}
	case o.Class == model.ClassContainer || o.Class == model.ClassDomain:
		return []string{"containers"}
	}
	return []string{"mailboxes", "keys", "recipients", "groups", "principals"}
}

// UnreadDomains names the domains of the forest of which nothing was read, by
// DNS name where that is known, and says how many domains there are. They are
// looked up once for a snapshot; the names are not to be changed.
func UnreadDomains(s *model.Snapshot) (names []string, all int) {
	d := domainsOf.Of(s)
	return d.unread, d.all
}

// domains are the names of those that were not read, and the number of all.
type domains struct {
	unread []string
	all    int
}

var domainsOf = model.Derive(func(s *model.Snapshot) *domains {
	known := s.Domains()
	d := &domains{all: len(known)}
	for _, k := range known {
		if k.SID.IsZero() {
			d.unread = append(d.unread, cmp.Or(k.DNS, k.DN))
		}
	}
	return d
}).Outlives(model.Memberships | model.Lists)

// nobody says of the lines where something is unknown that the account is not
// known by whose rights it would be decided: a snapshot of AD Explorer does not
// name it.
func nobody(s *model.Snapshot, lines []Line) {
	if len(s.Forest.Token) > 0 {
		return
	}
	for i := range lines {
		if l := &lines[i]; l.Unknown > 0 && l.Complete && l.Reason == "" && i != coverTrustee && i != coverStored {
			l.Reason = "whose rights it was read with is not known: what did not come may be empty or hidden"
		}
	}
}

// Of counts what was found and what became of it. It looks at every object,
// once for a snapshot; the slice is the caller's.
func Of(s *model.Snapshot) []Line {
	return slices.Clone(coveredOf.Of(s).lines)
}

// covered are the lines of the coverage, and what they count as unreadable,
// undecodable or unknown by name.
type covered struct {
	lines []Line
	named []Unread
}

var coveredOf = model.Derive(func(s *model.Snapshot) *covered {
	lines, named := cover(s)
	return &covered{lines, named}
})

func cover(s *model.Snapshot) ([]Line, []Unread) {
	out := make([]Line, coverLines)
	for i := range out {
		out[i].ObjectType = coverNames[i].name
		out[i].Complete, out[i].Reason = SearchState(s, coverNames[i].searches)
	}
	c, named := NewReadability(s), unreadList{}
	mailbox, security, delegates, group, access := c.mailbox, c.security, c.delegates, c.group, c.access
	look := func(at int, o *model.Record, count func(*Line, *model.Record)) { named.look(c, out, at, o, count) }
	for id := uint32(1); id < s.Objects.Len(); id++ {
		o := s.Objects.At(id)
		switch o.Target() {
		case model.TargetStore:
			look(coverStore, o, security)
		case model.TargetAdmin:
			look(coverAdmin, o, security)
		case model.TargetContainer:
			look(coverContainer, o, security)
		case model.TargetMailbox:
			look(coverAccess, o, func(line *Line, o *model.Record) { access(line, model.ObjectID(id), o) })
			look(coverMailbox, o, mailbox)
			look(coverAccount, o, security)
			look(coverBehalf, o, delegates)
			c.changed(&out[coverChange], model.ObjectID(id))
			c.mailboxServer(&out[coverServer], o)
		case model.TargetConnector:
			look(coverConnector, o, security)
		case model.TargetRecipient:
			c.recipient(look, model.ObjectID(id), o)
		}
		switch o.Class {
		case model.ClassGroup:
			look(coverGroup, o, group)
		case model.ClassServer:
			c.server(&out[coverServer], o)
		}
	}
	c.trustees(&out[coverTrustee])
	c.stored(&out[coverStored], &named)
	c.roleLines(out, &named)
	c.doors(out)
	c.sayElsewhere()
	nobody(s, out)
	switch logs := logLines(s, &out[coverLog]); {
	case !logs:
		out = out[:coverLog]
	case s.Objects.Len() == 1: // logs alone, and no directory that there could be anything of
		out = out[coverLog:]
	}
	return out, named.list()
}

// sayElsewhere says of the lines how much a global catalog does not hold.
func (c *Readability) sayElsewhere() {
	for line, n := range c.elsewhere {
		if line.Reason == "" {
			line.Reason = strconv.Itoa(n) + " not in the global catalog"
		}
	}
}

// recipient counts what has no mailbox here.
func (c *Readability) recipient(look func(at int, o *model.Record, count func(*Line, *model.Record)), id model.ObjectID, o *model.Record) {
	if c.s.TypeName(o) == model.UnknownType { // a mailbox, for all that could be seen
		look(coverMailbox, o, func(line *Line, _ *model.Record) { line.Found++; line.Unknown++ })
	}
	look(coverOther, o, c.security)
	look(coverBehalf, o, c.delegates)
	look(coverManager, o, c.manager)
	look(coverDelivery, o, c.delivery)
	if o.Class == model.ClassUser && c.s.TypeName(o) != model.UnknownType {
		look(coverRemote, o, func(line *Line, o *model.Record) { c.placing(line, o, c.s.PlacingOf(id)) })
	}
}

// SearchState says whether searches were read to their end. While the
// collection runs nothing is complete.
func SearchState(s *model.Snapshot, searches []string) (bool, string) {
	for _, g := range s.State.Incomplete {
		if g.Search == "" || slices.Contains(searches, g.Search) {
			return false, g.Reason
		}
	}
	switch {
	case s.State.Err != nil:
		return false, s.State.Err.Error()
	case s.State.Phase != model.Finished:
		return false, "still reading"
	}
	return true, ""
}

// server counts a server that was seen. Its build decides whether the directory
// or the store is the authority for its mailboxes.
func (c *Readability) server(line *Line, o *model.Record) {
	line.Found++
	if c.s.Forest.Versions[o.DN] == (model.ServerVersion{}) {
		line.Unknown++
	} else {
		line.Decoded++
	}
}

// mailboxServer counts, once each, the servers that were not seen and that
// mailboxes name, or their stores.
func (c *Readability) mailboxServer(line *Line, o *model.Record) {
	key := homeKey{o.Home, o.Server}
	if c.servers[key] || key == (homeKey{}) {
		return
	}
	c.servers[key] = true
	if c.s.HomeServer(o) == 0 {
		line.Found++
		line.Unknown++
	}
}

func (c *Readability) count(line *Line, d pool.Desc) {
	if c.s.Descs.At(uint32(d)).Broken {
		line.Undecodable++
	} else {
		line.Decoded++
	}
}

func (c *Readability) mailbox(line *Line, o *model.Record) {
	line.Found++
	switch {
	case o.MailboxState == model.Present:
		c.count(line, o.MailboxSD)
	case c.NoMailboxSD(o):
		line.Absent++
	default:
		c.unknown(line, o, o.MailboxState, acl.GUIDMailboxSDAttribute)
	}
}

// unknown counts a value of which nothing is known, and whether that is because
// a global catalog was asked, which does not hold it.
func (c *Readability) unknown(line *Line, o *model.Record, state model.ReadState, attr acl.GUID) {
	line.Unknown++
	if state == model.Missing && !c.held(o, attr) {
		c.elsewhere[line]++
	}
}

// security: every object has an nTSecurityDescriptor, so one that did not come
// is unreadable ([MS-ADTS] 3.1.1.3.4.1.11).
func (c *Readability) security(line *Line, o *model.Record) {
	line.Found++
	switch o.SecurityState {
	case model.Present:
		c.count(line, o.Security)
	case model.Missing:
		line.Unreadable++
	default:
		line.Unknown++
	}
}

func (c *Readability) delegates(line *Line, o *model.Record) {
	line.Found++
	switch {
	case o.Is(model.FlagDelegatesPartial):
		line.Unreadable++
	case o.Delegates.N > 0:
		line.Decoded++
	case c.NoDelegates(o):
		line.Absent++
	default:
		c.unknown(line, o, o.DelegatesState, acl.GUIDPublicDelegatesAttribute)
	}
}

func (c *Readability) group(line *Line, o *model.Record) {
	line.Found++
	switch {
	case o.Is(model.FlagMembersPartial):
		line.Unreadable++
	case o.Members.N > 0:
		line.Decoded++
	case c.noMembers(o):
		line.Absent++
	default:
		c.unknown(line, o, o.MembersState, GUIDMember)
	}
}

// trustees counts the SIDs that ACEs name: who was found, who nobody is any
// more, and who could not be found out.
func (c *Readability) trustees(line *Line) {
	for id := uint32(1); id < c.s.SIDs.Len(); id++ {
		if !c.s.SIDInfo(pool.SID(id)).Named {
			continue
		}
		line.Found++
		switch c.s.TrusteeKind(pool.SID(id)) {
		case model.KindOrphan:
			line.Absent++
		case model.KindUnresolved:
			line.Unknown++
		default:
			line.Decoded++
		}
	}
}
