package decode

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/dn"
)

// When an attribute was written last stands in replPropertyMetaData, which a directory
// stores beside the object and every reader of the object may see. It is asked for in
// the same searches: a search for 305 mailboxes of the lab took 0.84 s with it and
// 0.65 s without (ldapsearch, six times each). msDS-ReplAttributeMetaData says the same
// as XML, of every attribute some 400 bytes, which the server makes for each answer: of
// a mailbox ten times as much. It is understood where a file has it. Links are not
// among the attributes since Windows 2003: each value has a stamp of its own, which
// only msDS-ReplValueMetaData tells. That is asked for where there is a delegate, and in
// the end for the members of groups that matter.
const (
	AttrStamps      = "replPropertyMetaData"
	attrStampTexts  = "msDS-ReplAttributeMetaData"
	attrValueStamps = "msDS-ReplValueMetaData"
	attrIntID       = "msDS-IntId"
)

// AttributeIDs asks by which number replication names the attribute that Exchange adds
// to the schema. It is put before the objects are read, since what names attributes by
// numbers cannot be kept until the numbers are known.
var AttributeIDs = collector.Search{
	Purpose:    "attribute-ids",
	Base:       func(r collector.Root) string { return r.Schema },
	Scope:      collector.ScopeOne,
	Filter:     "(lDAPDisplayName=" + attrMailboxSD + ")",
	Attributes: []string{attrObjectClass, attrCN, "lDAPDisplayName", attrIntID},
	Weight:     2,
}

// Controllers asks for the domain controllers, whose invocation IDs stamps name.
var Controllers = collector.Search{
	Purpose:    "domain-controllers",
	Stage:      collector.OfForest,
	Base:       func(r collector.Root) string { return "CN=Sites," + r.Configuration },
	Scope:      collector.ScopeSub,
	Filter:     "(objectClass=nTDSDSA)",
	Attributes: []string{attrObjectClass, "invocationId"},
	Weight:     3,
}

// DelegateStamps asks when each value of publicDelegates was written.
var DelegateStamps = collector.Search{
	Purpose:    "delegate-changes",
	Stage:      collector.OfDomain,
	Base:       domainBase,
	Scope:      collector.ScopeSub,
	Filter:     "(&(mailNickname=*)(" + attrDelegates + "=*))",
	Attributes: []string{attrObjectClass, attrValueStamps},
	Weight:     4,
}

// MemberStamps asks, by name, when each member of a group was put there.
var MemberStamps = collector.Search{
	Purpose:    "member-changes",
	Base:       domainBase,
	Scope:      collector.ScopeSub,
	Attributes: []string{attrObjectClass, attrValueStamps},
	Weight:     20,
	About:      "since when their members are in the groups that matter, by name",
}

// controller is the part of a domain controller that replicates (nTDSDSA). It lies
// below its server object, which has the name ([MS-ADTS] 6.1.1.2.2.1.2.1.1).
var controller = kind{
	classes:  []class{{name: "ntdsdsa"}},
	searches: []collector.Search{Controllers, AttributeIDs, DelegateStamps, MemberStamps},
	decode: func(d *decoder, e *collector.Entry, _ *classSet) {
		if g, err := guidOf(e.Value("invocationId")); err == nil {
			d.w.Controller(g, controllerName(e.DN))
		}
	},
}

func controllerName(nTDSDSA string) string {
	_, parent := dn.Split(nTDSDSA)
	leaf, _ := dn.Split(parent)
	_, name, _ := strings.Cut(leaf, "=")
	if len(name) > dn.Longest {
		return ""
	}
	return dn.Unescape(name)
}

// The numbers of attributes of AD's own schema ([MS-DRSR] 5.16.4: prefix 2 stands for
// 1.2.840.113556.1.2).
const (
	idSecurity  = 2<<16 | 281
	idDelegates = 2<<16 | 238
)

// StampIDs are the numbers of the attributes whose stamps are kept. 0 is not known: one
// that Exchange 2000 or 2003 added to a forest of Windows 2000 has another number on
// every domain controller.
type StampIDs [model.StampedCount]uint32

// NewStampIDs knows those of AD's own schema.
func NewStampIDs() StampIDs {
	return StampIDs{model.StampedSecurity: idSecurity, model.StampedDelegates: idDelegates}
}

// Learn takes the number of an attribute from its object in the schema: msDS-IntId, a
// signed 32-bit integer in LDAP ([MS-ADTS] 3.1.1.2.3).
func (ids *StampIDs) Learn(e *collector.Entry) {
	if n := number(e.Text(attrIntID)); n >= 1<<31 && strings.EqualFold(e.Text("lDAPDisplayName"), attrMailboxSD) {
		ids[model.StampedMailboxSD] = n
	}
}

func (ids *StampIDs) of(id uint32) (model.Stamped, bool) {
	for a, known := range ids {
		if known != 0 && known == id {
			return model.Stamped(a), true
		}
	}
	return 0, false
}

// A replPropertyMetaData is a header of 16 bytes (version, reserved, count, reserved)
// and so many records of 48: attribute, version, seconds since 1601, invocation ID of
// the domain controller, and two USNs, all little-endian. The layout is that of
// Samba's replPropertyMetaDataBlob, and of what Windows stores.
const (
	stampHeader = 16
	stampLength = 48
)

var errStamps = errors.New("no replication metadata")

// stampRecords returns the records of a replPropertyMetaData.
func stampRecords(v []byte) ([]byte, error) {
	if len(v) < stampHeader || binary.LittleEndian.Uint32(v) != 1 {
		return nil, errStamps
	}
	n, rest := uint64(binary.LittleEndian.Uint32(v[8:])), v[stampHeader:]
	if uint64(len(rest)) != n*stampLength {
		return nil, errStamps
	}
	return rest, nil
}

// Shorten keeps of a replPropertyMetaData the records of these attributes alone, in its
// own bytes: of the 4 KB of a mailbox 150 bytes are wanted, and all would be recorded.
// What is none stays as it is.
func (ids *StampIDs) Shorten(v []byte) []byte {
	records, err := stampRecords(v)
	if err != nil {
		return v
	}
	kept := v[:stampHeader]
	for ; len(records) > 0; records = records[stampLength:] {
		if _, ok := ids.of(binary.LittleEndian.Uint32(records)); ok {
			kept = append(kept, records[:stampLength]...)
		}
	}
	binary.LittleEndian.PutUint32(kept[8:], uint32((len(kept)-stampHeader)/stampLength))
	return kept
}

// read takes the stamps out of a replPropertyMetaData.
func (ids *StampIDs) read(v []byte, to *model.Stamps) error {
	records, err := stampRecords(v)
	if err != nil {
		return err
	}
	// A link has no stamp here, so that none says nothing.
	to.Told[model.StampedSecurity] = true
	to.Told[model.StampedMailboxSD] = ids[model.StampedMailboxSD] != 0
	for ; len(records) > 0; records = records[stampLength:] {
		a, ok := ids.of(binary.LittleEndian.Uint32(records))
		if !ok {
			continue
		}
		to.Told[a] = true
		to.Of[a] = model.Stamp{Version: binary.LittleEndian.Uint32(records[4:]), At: stampTime(binary.LittleEndian.Uint64(records[8:]))}
		to.Of[a].Invocation, _ = acl.GUIDFromBytes(records[16:32])
		if to.Of[a].IsZero() {
			to.Told[a] = false
		}
	}
	return nil
}

// stampTime is a time in seconds since 1601; zero for what is none, or before 1970.
func stampTime(seconds uint64) time.Time {
	if seconds <= secondsTo1970 || seconds-secondsTo1970 >= 1<<32 {
		return time.Time{}
	}
	return time.Unix(int64(seconds-secondsTo1970), 0).UTC()
}

// stampText is a DS_REPL_ATTR_META_DATA or a DS_REPL_VALUE_META_DATA as XML ([MS-ADTS]
// 3.1.1.4.5.23, 3.1.1.4.5.24): one element, and in it one for each field, without
// attributes. A directory has a hundred thousand, so what is not needed is not parsed.
type stampText []byte

// longestStampText bounds one of them: two names, and numbers.
const longestStampText = 16 << 10 // bytes

// field is the text of a field, empty where there is none. name is with its brackets.
func (x stampText) field(name string) string {
	_, rest, ok := bytes.Cut(x, []byte(name))
	end := bytes.IndexByte(rest, '<')
	if !ok || end < 0 || !bytes.HasPrefix(rest[end:], []byte("</")) {
		return ""
	}
	if v := rest[:end]; bytes.IndexByte(v, '&') >= 0 {
		return html.UnescapeString(string(v))
	}
	return string(rest[:end])
}

func (x stampText) of(a model.Stamped) bool {
	return strings.EqualFold(x.field("<pszAttributeName>"), a.Name())
}

// stamp reads when it was, and of what.
func (x stampText) stamp() (t model.Stamp, err error) {
	at, err := time.Parse(time.RFC3339, x.field("<ftimeLastOriginatingChange>"))
	version, bad := strconv.ParseUint(x.field("<dwVersion>"), 10, 32)
	if err != nil || bad != nil || at.Unix() <= 0 || at.Unix() >= 1<<32 || len(x) > longestStampText {
		return t, errStamps
	}
	t = model.Stamp{At: at.UTC().Truncate(time.Second), Version: uint32(version)}
	t.Invocation, _ = acl.ParseGUID(x.field("<uuidLastOriginatingDsaInvocationID>"))
	return t, nil
}

// gone reports whether the value was taken away: a value that is there has the first
// moment of 1601.
func (x stampText) gone() bool {
	at := x.field("<ftimeDeleted>")
	return at != "" && !strings.HasPrefix(at, "1601-01-01T00:00:00")
}

// stamps takes what replication knows of an object that was put.
func (d *decoder) stamps(e *collector.Entry) {
	t := &d.stampsInHand
	*t = model.Stamps{}
	if v := e.Value(AttrStamps); v != nil {
		d.badStamps.note(e, d.stampIDs.read(v, t))
	}
	for _, v := range e.Values(attrStampTexts) {
		x := stampText(v)
		stamp, err := x.stamp()
		d.badStamps.note(e, err)
		for a := range model.StampedMember { // of member only what values tell
			if err == nil && x.of(a) {
				t.Of[a], t.Told[a] = stamp, true
				d.w.Controller(stamp.Invocation, controllerName(x.field("<pszLastOriginatingDsaDN>")))
			}
		}
	}
	d.w.Stamps(e.DN, t)
	d.valueStamps(e)
}

// valueStamps takes when each value of publicDelegates and of member was written. What
// else the object links to is among the values too. A value from before links had stamps
// has version 0: since when it is there nobody knows.
func (d *decoder) valueStamps(e *collector.Entry) {
	for _, v := range e.Values(attrValueStamps) {
		x := stampText(v)
		of := model.StampedDelegates
		if x.of(model.StampedMember) {
			of = model.StampedMember
		} else if !x.of(of) {
			continue
		}
		if x.field("<dwVersion>") == "0" {
			continue
		}
		stamp, err := x.stamp()
		who := x.field("<pszObjectDn>")
		if err == nil && len(who) > dn.Longest {
			err = errStamps
		}
		if d.badStamps.note(e, err); err != nil {
			continue
		}
		d.w.Controller(stamp.Invocation, controllerName(x.field("<pszLastOriginatingDsaDN>")))
		d.w.ValueStamp(e.DN, of, who, stamp, x.gone())
	}
}

// badStamps are values that should be replication metadata and are none: how many, and
// of which object the first.
type badStamps struct {
	n  int
	dn string
}

func (b *badStamps) note(e *collector.Entry, err error) {
	if err == nil {
		return
	}
	if b.n++; b.n == 1 {
		b.dn = e.DN[:min(len(e.DN), 256)]
	}
}

// problem says that of some objects nobody knows when they were changed. Nothing else
// hangs on it.
func (b *badStamps) problem() model.Problem {
	return model.Problem{Time: time.Now(), Object: b.dn,
		Text: fmt.Sprintf("%d values of replication metadata cannot be decoded: when attributes last changed is not known there", b.n)}
}
