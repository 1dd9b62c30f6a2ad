package decode

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// Decoder is the Sink that turns entries into facts. It goes by what an entry
// is (its object classes), not by the search that gave it, so that a file
// without searches decodes like a live directory.
type Decoder struct {
	w           *model.Writer
	queries     map[collector.QueryID]*collector.Query // open searches
	domains     map[string]*domain                     // whose objects were asked for, by the base of the searches
	progress    progress
	now         *collector.Query // of the entry in hand; nil where the source knows no searches
	unbracketed unbracketed      // what came without a search
	badSIDs     badSIDs
	tooLong     map[string]tooLong // by the purpose of the search
	classes     classes
	shared      sharedTexts
	object      model.Object // of the entry in hand, so that its lists are made once
}

// New returns a decoder that writes to w.
func New(w *model.Writer) *Decoder {
	return &Decoder{w: w, queries: map[collector.QueryID]*collector.Query{}, domains: map[string]*domain{}, progress: progress{},
		classes: classes{sets: map[string]*classSet{}}, shared: sharedTexts{}, tooLong: map[string]tooLong{}}
}

// Entry decodes one directory entry.
func (d *Decoder) Entry(e *collector.Entry) {
	d.now = d.queries[e.Query]
	d.w.State.Entries++
	d.progress.entry(&d.w.State, d.now)
	d.dispatch(e)
}

func (d *Decoder) dispatch(e *collector.Entry) {
	set := d.classes.of(e.Values(attrObjectClass))
	is := set.is
	if d.now == nil {
		d.unbracketed.entry(e, is)
	}
	if e.DN == "" {
		d.rootDSE(e)
		return
	}
	switch {
	case is["crossref"]:
		d.crossRef(e)
	case is["trusteddomain"]:
		d.trust(e)
	case is["attributeschema"], is["classschema"]:
		d.schema(e, is["classschema"])
	case is["controlaccessright"]:
		d.right(e)
	default:
		d.principal(e, set)
	}
}

var stores = map[model.Class]bool{model.ClassStore: true, model.ClassPublic: true}

// securityEnabled is GROUP_TYPE_SECURITY_ENABLED of groupType ([MS-ADTS] 2.2.12).
const securityEnabled = 0x80000000

// universal is GROUP_TYPE_UNIVERSAL_GROUP.
const universal = 0x8

// principal decodes everything that can hold or be given a right, and what lies
// above such an object.
func (d *Decoder) principal(e *collector.Entry, set *classSet) {
	o, is := d.blank(), set.is
	o.DN, o.Class, o.SID = e.DN, set.class, d.sid(e, attrObjectSID, e.Value(attrObjectSID))
	o.Account, o.Display = e.Text(attrAccountName), e.Text(attrDisplayName)
	o.AdminCount = e.Text("adminCount") == "1"
	o.Catalog = d.now != nil && d.now.Catalog()
	d.tombstone(e, o)
	if g, err := acl.GUIDFromBytes(e.Value(attrObjectGUID)); err == nil {
		o.GUID = g
	}
	for _, v := range e.Values(attrSIDHistory) {
		if s := d.sid(e, attrSIDHistory, v); !s.IsZero() {
			o.SIDHistory = append(o.SIDHistory, s)
		}
	}
	o.UAC = number(e.Text(attrUAC))
	o.PrimaryGroup = number(e.Text("primaryGroupID"))
	if t := e.Text("groupType"); t != "" {
		o.Distribution = number(t)&securityEnabled == 0
		o.Universal = number(t)&universal != 0
	}
	d.value(e, attrSecurity, &o.Security, &o.SecurityState)

	switch o.Class {
	case model.ClassUser, model.ClassGroup, model.ClassContact, model.ClassComputer, model.ClassService, model.ClassUnknown:
		if !o.Deleted { // the mailbox of a deleted account is in the store alone, if anywhere
			d.recipient(e, o, is)
		}
		d.members(e, o)
	case model.ClassStore, model.ClassPublic:
		d.store(e, o)
	default:
		leaf, _ := model.SplitDN(e.DN)
		o.AdminSDHolder = strings.EqualFold(leaf, "CN=AdminSDHolder")
		if o.Class == model.ClassDomain {
			o.Domain = true
			d.w.Domain(model.DomainInfo{DN: e.DN, SID: o.SID})
		}
	}
	// Whatever its class, what lies there and is neither store nor recipient is
	// administration: a class may be unknown to us, or not readable.
	o.Above = o.Recipient == model.NoRecipient && !stores[o.Class] && administration(e.DN)
	if !d.w.Put(o) {
		search := ""
		if d.now != nil {
			search = string(d.now.Purpose)
		}
		left := d.tooLong[search]
		if left.n++; left.n == 1 {
			left.dn = e.DN[:min(len(e.DN), 64)] + "…"
		}
		d.tooLong[search] = left
	}
	d.describe(e, is)
}

// tombstone takes what a deleted object says about its end ([MS-ADTS] 3.1.1.5.5).
func (d *Decoder) tombstone(e *collector.Entry, o *model.Object) {
	if o.Deleted = strings.EqualFold(e.Text("isDeleted"), "TRUE"); !o.Deleted {
		return
	}
	o.LastParent = e.Text("lastKnownParent")
	// Generalized time (RFC 4517 3.3.13), as AD writes it.
	if when, err := time.Parse("20060102150405.0Z", e.Text("whenChanged")); err == nil {
		o.Changed = when
	}
}

// describe takes what Exchange's configuration objects say about themselves.
func (d *Decoder) describe(e *collector.Entry, is map[string]bool) {
	if is["msexchexchangeserver"] {
		d.server(e)
	}
	if is["msexchorganizationcontainer"] {
		d.organisation(e)
	}
	if exchangeContainer(e.DN) {
		d.exchange(e)
	}
}

// blank returns the object in hand, of which nothing is known yet.
func (d *Decoder) blank() *model.Object {
	o := &d.object
	*o = model.Object{Members: o.Members[:0], Delegates: o.Delegates[:0], SIDHistory: o.SIDHistory[:0], Stored: o.Stored[:0]}
	return o
}

func (d *Decoder) members(e *collector.Entry, o *model.Object) {
	o.MembersPartial = d.linkedTexts(e, attrMember, &o.Members, &o.MembersState)
}

// value takes a binary attribute. One that was asked for and did not come is
// missing; why, is decided later, when the descriptor and the token are known.
func (d *Decoder) value(e *collector.Entry, name string, to *[]byte, state *model.ReadState) {
	switch v := e.Value(name); {
	case v != nil:
		*to, *state = v, model.Present
	case d.now != nil && d.now.Asked(name):
		*state = model.Missing
	}
}

// linkedTexts takes an attribute of many values, and reports whether some of
// them could not be read.
func (d *Decoder) linkedTexts(e *collector.Entry, name string, to *[]string, state *model.ReadState) (partial bool) {
	a := e.Attribute(name)
	switch {
	case a != nil && len(a.Values) > 0:
		*state = model.Present
	case d.now != nil && d.now.Asked(name):
		*state = model.Missing
	}
	if a == nil {
		return false
	}
	for _, v := range a.Values {
		*to = append(*to, string(v))
	}
	return a.Partial
}

// sid is the SID in a value; none if there is no value, or no SID in it, which
// is counted.
func (d *Decoder) sid(e *collector.Entry, name string, value []byte) acl.SID {
	if value == nil {
		return acl.SID{}
	}
	s, err := acl.SIDFromBytes(value)
	if err != nil {
		if d.badSIDs.n++; d.badSIDs.n == 1 {
			d.badSIDs.name, d.badSIDs.dn = name, e.DN
		}
		return acl.SID{}
	}
	return s
}

// tooLong are objects of one search that were left out for the length of their
// names: how many, and the beginning of the first.
type tooLong struct {
	n  int
	dn string
}

func (t tooLong) gap(search string) model.Gap {
	return model.Gap{Search: search, Reason: fmt.Sprintf("%d objects were left out: their names are too long, the first is %q", t.n, t.dn)}
}

// badSIDs are values that should be SIDs and are none: how many, and the first.
type badSIDs struct {
	n        int
	name, dn string
}

// gap says that whoever has such a SID cannot be told.
func (s *badSIDs) gap() model.Gap {
	return model.Gap{Reason: fmt.Sprintf("%d SIDs cannot be decoded, the first is %s of %q: what these accounts may do is not known", s.n, s.name, s.dn)}
}

// number reads a flags attribute: a signed 32-bit integer in LDAP, a set of bits for us.
func number(s string) uint32 {
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return uint32(n)
}

var _ collector.Sink = (*Decoder)(nil)
