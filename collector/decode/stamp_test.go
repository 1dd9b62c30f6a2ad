package decode

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"mbxperm/collector"
	"mbxperm/model"
)

const testMailboxID = 0x8C4DEC35

// metaRecord is a record of a replPropertyMetaData, as a test writes it.
type metaRecord struct {
	id, version uint32
	at          int64 // seconds since 1970
	by          byte
}

func metaData(records ...metaRecord) []byte {
	b := binary.LittleEndian.AppendUint32(nil, 1)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(records)))
	b = binary.LittleEndian.AppendUint32(b, 0)
	for _, r := range records {
		b = binary.LittleEndian.AppendUint32(b, r.id)
		b = binary.LittleEndian.AppendUint32(b, r.version)
		b = binary.LittleEndian.AppendUint64(b, uint64(r.at+11_644_473_600))
		b = append(b, bytes.Repeat([]byte{r.by}, 16)...)
		b = append(b, make([]byte, 16)...)
	}
	return b
}

// stamped reads entries as a source gives them.
func stamped(entries ...*collector.Entry) *model.Snapshot {
	w := model.NewWriter(model.NewPool())
	d := newDecoder(w)
	for _, e := range entries {
		d.Entry(e)
	}
	_ = d.close(context.Background(), nil)
	return w.Snapshot()
}

func recordOf(dn string, pairs ...string) *collector.Entry {
	e := &collector.Entry{DN: dn}
	for i := 0; i < len(pairs); i += 2 {
		e.Attributes = append(e.Attributes, collector.Attribute{Name: pairs[i], Values: [][]byte{[]byte(pairs[i+1])}})
	}
	return e
}

var numbers = recordOf("CN=ms-Exch-Mailbox-Security-Descriptor,CN=Schema,CN=Configuration,DC=contoso,DC=com",
	"objectClass", "attributeSchema", "lDAPDisplayName", "msExchMailboxSecurityDescriptor", "msDS-IntId", "-1941050315")

// TestStamps: what replication knows of two attributes is kept, what it does not
// say is not known, and what was never written is told from that.
func TestStamps(t *testing.T) {
	at := time.Date(2024, 5, 14, 8, 12, 33, 0, time.UTC)
	mailbox := func(more ...string) *collector.Entry {
		return recordOf("CN=a,DC=contoso,DC=com", append([]string{"objectClass", "user", "sAMAccountName", "a", "mailNickname", "a", "homeMDB", "CN=DB,DC=contoso,DC=com"}, more...)...)
	}
	whole := string(metaData(metaRecord{3, 9, 5, 7}, metaRecord{idSecurity, 4, at.Unix(), 1}, metaRecord{testMailboxID, 2, at.Unix() + 60, 2}, metaRecord{idDelegates, 1, 86400, 1}))
	xmlText := "<DS_REPL_ATTR_META_DATA>\n\t<pszAttributeName>nTSecurityDescriptor</pszAttributeName>\n\t<dwVersion>4</dwVersion>\n" +
		"\t<ftimeLastOriginatingChange>2024-05-14T08:12:33Z</ftimeLastOriginatingChange>\n" +
		"\t<uuidLastOriginatingDsaInvocationID>01010101-0101-0101-0101-010101010101</uuidLastOriginatingDsaInvocationID>\n" +
		"\t<pszLastOriginatingDsaDN>CN=NTDS Settings,CN=DC7,CN=Servers,CN=Sites</pszLastOriginatingDsaDN>\n</DS_REPL_ATTR_META_DATA>\n\x00"
	dc := recordOf("CN=NTDS Settings,CN=DC1,CN=Servers,CN=Berlin,CN=Sites,CN=Configuration,DC=contoso,DC=com",
		"objectClass", "nTDSDSA", "invocationId", strings.Repeat("\x01", 16))
	for name, c := range map[string]struct {
		entries           []*collector.Entry
		security, mailbox string // time, version, domain controller; "never", or "" for not known
		delegates         string
	}{
		"all": {entries: []*collector.Entry{numbers, dc, mailbox(AttrStamps, whole)},
			security: "2024-05-14T08:12:33Z 4 DC1", mailbox: "2024-05-14T08:13:33Z 2 ", delegates: "1970-01-02T00:00:00Z 1 DC1"},
		"no numbers": {entries: []*collector.Entry{mailbox(AttrStamps, whole)},
			security: "2024-05-14T08:12:33Z 4 ", delegates: "1970-01-02T00:00:00Z 1 "},
		"never":       {entries: []*collector.Entry{numbers, mailbox(AttrStamps, string(metaData(metaRecord{idSecurity, 1, 60, 1})))}, security: "1970-01-01T00:01:00Z 1 ", mailbox: "never"},
		"as text":     {entries: []*collector.Entry{mailbox(attrStampTexts, xmlText)}, security: "2024-05-14T08:12:33Z 4 DC7"},
		"nothing":     {entries: []*collector.Entry{numbers, mailbox()}},
		"cut":         {entries: []*collector.Entry{numbers, mailbox(AttrStamps, whole[:len(whole)-1])}},
		"too long":    {entries: []*collector.Entry{numbers, mailbox(AttrStamps, whole+"x")}},
		"version 2":   {entries: []*collector.Entry{numbers, mailbox(AttrStamps, "\x02"+whole[1:])}},
		"before 1970": {entries: []*collector.Entry{numbers, mailbox(AttrStamps, string(metaData(metaRecord{idSecurity, 1, -60, 1})))}, mailbox: "never"},
		"two entries": {entries: []*collector.Entry{numbers, mailbox(AttrStamps, string(metaData(metaRecord{idSecurity, 9, 90, 1}))), mailbox(AttrStamps, whole)},
			security: "2024-05-14T08:12:33Z 4 ", mailbox: "2024-05-14T08:13:33Z 2 ", delegates: "1970-01-02T00:00:00Z 1 "},
	} {
		s := stamped(c.entries...)
		id := model.ObjectID(0)
		for i := model.ObjectID(1); uint32(i) < s.Objects.Len(); i++ {
			if s.DNText(s.Record(i).DN) == "CN=a,DC=contoso,DC=com" {
				id = i
			}
		}
		for a, want := range []string{c.mailbox, c.security, c.delegates} {
			got := ""
			switch stamp, told := s.StampOf(id, model.Stamped(a)); {
			case told && stamp.IsZero():
				got = "never"
			case told:
				got = stamp.Text() + " " + string('0'+rune(stamp.Version)) + " " + s.ControllerName(stamp)
			}
			if got != want {
				t.Errorf("%s: %s: %q, want %q", name, model.Stamped(a).Name(), got, want)
			}
		}
		if problems := len(s.State.Problems); (problems > 0) != slices.Contains([]string{"cut", "too long", "version 2"}, name) {
			t.Errorf("%s: %d problems", name, problems)
		}
	}
}

// TestValueStamps: each delegate has a stamp of its own, also where it comes before
// the mailbox, and one that was taken away counts for the attribute.
func TestValueStamps(t *testing.T) {
	text := func(who, at, deleted string) string {
		var b strings.Builder
		b.WriteString("<DS_REPL_VALUE_META_DATA><pszAttributeName>publicDelegates</pszAttributeName><pszObjectDn>")
		_ = xml.EscapeText(&b, []byte(who))
		b.WriteString("</pszObjectDn><ftimeDeleted>" + deleted + "</ftimeDeleted><dwVersion>3</dwVersion><ftimeLastOriginatingChange>" + at +
			"</ftimeLastOriginatingChange><uuidLastOriginatingDsaInvocationID>01010101-0101-0101-0101-010101010101</uuidLastOriginatingDsaInvocationID></DS_REPL_VALUE_META_DATA>\x00")
		return b.String()
	}
	w := model.NewWriter(model.NewPool())
	d := newDecoder(w)
	d.Begin(collector.Query{ID: 1, Purpose: DelegateStamps.Purpose, Scope: collector.ScopeSub, Attributes: DelegateStamps.Attributes})
	d.Begin(collector.Query{ID: 2, Purpose: Mailboxes.Purpose, Scope: collector.ScopeSub, Attributes: Mailboxes.Attributes})
	stamps := collector.Entry{Query: 1, DN: "CN=a,DC=contoso,DC=com", Attributes: []collector.Attribute{
		{Name: "objectClass", Values: [][]byte{[]byte("user")}},
		{Name: attrValueStamps, Values: [][]byte{
			[]byte(text("CN=R&D <1>,DC=contoso,DC=com", "2024-01-02T03:04:05Z", "1601-01-01T00:00:00Z")),
			[]byte(text("CN=gone,DC=contoso,DC=com", "2024-02-02T03:04:05Z", "2024-02-02T03:04:05Z")),
			[]byte(strings.Replace(text("CN=x,DC=contoso,DC=com", "2025-01-01T00:00:00Z", ""), "publicDelegates", "msExchDelegateListLink", 1)),
			[]byte(text("CN=bad,DC=contoso,DC=com", "yesterday", "")),
		}}}}
	d.Entry(&stamps)
	mailbox := recordOf("CN=a,DC=contoso,DC=com", "objectClass", "user", "mailNickname", "a", "homeMDB", "CN=DB", "userAccountControl", "514", "publicDelegates", "CN=R&D <1>,DC=contoso,DC=com")
	mailbox.Query = 2
	d.Entry(mailbox)
	d.Entry(&stamps) // a second time, after the mailbox: it says nothing else of it
	d.End(1, nil)
	d.End(2, nil)
	_ = d.close(context.Background(), nil)
	s := w.Snapshot()
	if s.Objects.Len() != 2 || !s.Record(1).Is(model.FlagDisabled) || s.Record(1).Delegates.N != 1 {
		t.Fatalf("%d objects, %+v", s.Objects.Len()-1, s.Record(1))
	}
	who := s.Delegates.At(0).Who
	if got := s.ValueStampOf(1, model.StampedDelegates, who); got.Text() != "2024-01-02T03:04:05Z" || got.Version != 3 {
		t.Errorf("the value: %+v", got)
	}
	if got, told := s.StampOf(1, model.StampedDelegates); !told || got.Text() != "2024-02-02T03:04:05Z" {
		t.Errorf("the attribute: %+v, %v", got, told)
	}
	if n := len(s.State.Problems); n != 1 {
		t.Errorf("%d problems, want one of the bad time", n)
	}
}

// TestMemberStamps: each member has a stamp of its own. One that was taken away, one
// from before links had stamps, and one of whom nothing is said have none, whatever else
// is said of the group.
func TestMemberStamps(t *testing.T) {
	text := func(who, at, deleted, version string) []byte {
		return []byte("<DS_REPL_VALUE_META_DATA><pszAttributeName>member</pszAttributeName><pszObjectDn>" + who + "</pszObjectDn><ftimeDeleted>" + deleted +
			"</ftimeDeleted><dwVersion>" + version + "</dwVersion><ftimeLastOriginatingChange>" + at + "</ftimeLastOriginatingChange></DS_REPL_VALUE_META_DATA>\x00")
	}
	const never = "1601-01-01T00:00:00Z"
	w := model.NewWriter(model.NewPool())
	d := newDecoder(w)
	d.Begin(collector.Query{ID: 1, Purpose: Groups.Purpose, Scope: collector.ScopeSub, Attributes: Groups.Attributes})
	members := []string{"CN=new,DC=x", "CN=back,DC=x", "CN=legacy,DC=x", "CN=untold,DC=x", "CN=torn,DC=x"}
	group := recordOf("CN=g,DC=x", "objectClass", "group", "sAMAccountName", "g", "groupType", "-2147483640")
	list := collector.Attribute{Name: "member"}
	for _, m := range members {
		list.Values = append(list.Values, []byte(m))
	}
	group.Attributes, group.Query = append(group.Attributes, list), 1
	d.Entry(group)
	d.End(1, nil)
	d.Begin(collector.Query{ID: 2, Purpose: MemberStamps.Purpose, Scope: collector.ScopeSub, Attributes: MemberStamps.Attributes})
	d.Entry(&collector.Entry{Query: 2, DN: "CN=g,DC=x", Attributes: []collector.Attribute{{Name: "objectClass", Values: [][]byte{[]byte("group")}},
		{Name: attrValueStamps, Values: [][]byte{
			text(members[0], "2024-05-14T08:12:33Z", never, "1"),
			text(members[1], "2023-01-01T00:00:00Z", "2023-01-01T00:00:00Z", "2"), text(members[1], "2024-01-01T00:00:00Z", never, "3"),
			text(members[2], never, never, "0"),
			text(members[4], "2024-06-01T00:00:00Z", "2024-06-01T00:00:00Z", "2"),
			[]byte(strings.Replace(string(text(members[3], "2024-07-01T00:00:00Z", never, "1")), ">member<", ">managedBy<", 1)),
		}}}})
	d.End(2, nil)
	_ = d.close(context.Background(), nil)
	s := w.Snapshot()
	if s.Record(1).Members.N != 5 || len(s.State.Problems) != 0 {
		t.Fatalf("%d members, problems %v", s.Record(1).Members.N, s.State.Problems)
	}
	for i, want := range []string{"2024-05-14T08:12:33Z 1", "2024-01-01T00:00:00Z 3", " 0", " 0", " 0"} {
		got := s.ValueStampOf(1, model.StampedMember, *s.Members.At(uint32(i)))
		if text := fmt.Sprintf("%s %d", got.Text(), got.Version); text != want {
			t.Errorf("%s: %q, want %q", members[i], text, want)
		}
		if got := s.ValueStampOf(1, model.StampedDelegates, *s.Members.At(uint32(i))); !got.IsZero() {
			t.Errorf("%s as a delegate: %+v", members[i], got)
		}
	}
	if got, told := s.StampOf(1, model.StampedMember); !told || got.Text() != "2024-06-01T00:00:00Z" {
		t.Errorf("the attribute: %+v, %v", got, told)
	}
}

// TestShorten: what is left says the same of the attributes that are wanted, whatever
// else is there.
func TestShorten(t *testing.T) {
	ids := NewStampIDs()
	ids.Learn(numbers)
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var records []metaRecord
		for range random.IntN(40) {
			records = append(records, metaRecord{[]uint32{0, idSecurity, testMailboxID, idDelegates, random.Uint32()}[random.IntN(5)], random.Uint32(), random.Int64N(1 << 32), byte(random.Uint32())})
		}
		var kept []metaRecord
		for _, r := range records {
			if r.id == idSecurity || r.id == testMailboxID || r.id == idDelegates {
				kept = append(kept, r)
			}
		}
		if got, want := ids.Shorten(metaData(records...)), metaData(kept...); !bytes.Equal(got, want) {
			t.Fatalf("%v: %x, want %x", records, got, want)
		}
	}
}

// FuzzStamps: bytes of a directory break nothing, what is shortened reads the same, and
// a text that is XML reads as encoding/xml does.
func FuzzStamps(f *testing.F) {
	f.Add(metaData(metaRecord{idSecurity, 1, 60, 1}, metaRecord{testMailboxID, 2, 1 << 31, 2}))
	f.Add([]byte("<DS_REPL_VALUE_META_DATA><pszAttributeName>publicDelegates</pszAttributeName><dwVersion>1</dwVersion><ftimeLastOriginatingChange>2024-01-02T03:04:05Z</ftimeLastOriginatingChange></DS_REPL_VALUE_META_DATA>"))
	f.Fuzz(func(t *testing.T, v []byte) {
		ids := NewStampIDs()
		ids.Learn(numbers)
		var before, after model.Stamps
		errBefore := ids.read(v, &before)
		short := ids.Shorten(bytes.Clone(v))
		if errAfter := ids.read(short, &after); errBefore != errAfter || before != after || len(short) > len(v) {
			t.Fatalf("%v %+v, shortened %v %+v", errBefore, before, errAfter, after)
		}
		got, err := stampText(v).stamp()
		var plain struct {
			XMLName xml.Name
			Time    []string `xml:"ftimeLastOriginatingChange"`
		}
		if err != nil || got.IsZero() || xml.Unmarshal(v, &plain) != nil || len(plain.Time) != 1 || !wellFormed(v) {
			return
		}
		if at, err := time.Parse(time.RFC3339, plain.Time[0]); err != nil || at.Unix() != got.At.Unix() {
			t.Fatalf("%q: %v, and encoding/xml has %q", v, got.At, plain.Time)
		}
	})
}

// wellFormed reports whether a text is of the form that a directory writes: fields
// alone, without comments, attributes or elements within.
func wellFormed(v []byte) bool {
	depth := 0
	for d := xml.NewDecoder(bytes.NewReader(v)); ; {
		token, err := d.Token()
		if err != nil {
			return depth == 0
		}
		switch x := token.(type) {
		case xml.StartElement:
			if depth++; depth > 2 || len(x.Attr) > 0 || x.Name.Space != "" {
				return false
			}
		case xml.EndElement:
			depth--
		case xml.Comment, xml.ProcInst, xml.Directive:
			return false
		}
	}
}

// BenchmarkStamps: bytes that the stamps of a mailbox take in the model, and time to
// decode them.
func BenchmarkStamps(b *testing.B) {
	ids := NewStampIDs()
	ids.Learn(numbers)
	v := metaData(metaRecord{idSecurity, 1, 60, 1}, metaRecord{testMailboxID, 2, 1 << 31, 2})
	var to model.Stamps
	for b.Loop() {
		if err := ids.read(v, &to); err != nil {
			b.Fatal(err)
		}
	}
}
