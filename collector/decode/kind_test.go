package decode

import (
	"context"
	"strings"
	"sync"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// TestKinds: the object classes of an entry, in whatever order and spelling,
// say which kind it is, and of several the more special one counts.
func TestKinds(t *testing.T) {
	for _, c := range []struct {
		classes string
		kind    *kind
		class   model.Class
	}{
		{"top crossRef", &partition, model.ClassUnknown},
		{"top leaf trustedDomain", &trust, model.ClassUnknown},
		{"top attributeSchema", &schema, model.ClassUnknown},
		{"top classSchema", &schema, model.ClassUnknown},
		{"top controlAccessRight", &right, model.ClassUnknown},
		{"top msExchMDB msExchPrivateMDB", &store, model.ClassStore},
		{"MSEXCHPUBLICMDB top", &store, model.ClassPublic},
		{"top msExchMDBCopy", &storeCopy, model.ClassStoreCopy},
		{"top server msExchExchangeServer", &server, model.ClassServer},
		{"top person organizationalPerson user", &account, model.ClassUser},
		{"inetOrgPerson person top", &account, model.ClassUser},
		{"computer user organizationalPerson person top", &account, model.ClassComputer},
		{"top person user computer msDS-ManagedServiceAccount", &account, model.ClassService},
		{"msDS-GroupManagedServiceAccount computer user top", &account, model.ClassService},
		{"top group", &group, model.ClassGroup},
		{"top person organizationalPerson contact", &contact, model.ClassContact},
		{"top foreignSecurityPrincipal", &foreign, model.ClassForeign},
		{"top domain domainDNS", &domainHead, model.ClassDomain},
		{"top organizationalUnit", &container, model.ClassContainer},
		{"top builtinDomain", &container, model.ClassContainer},
		{"top lostAndFound", &container, model.ClassContainer},
		{"top organization", &container, model.ClassContainer},
		{"top country", &container, model.ClassContainer},
		{"top locality", &container, model.ClassContainer},
		{"top container msExchOrganizationContainer", &organisation, model.ClassContainer},
		{"top container msExchConfigurationContainer", &exchangeObject, model.ClassContainer},
		{"top msExchSystemMailbox", &unknown, model.ClassUnknown},
		{"top msExchDynamicDistributionList", &addressed, model.ClassDynamic},
		{"top msExchBaseClass msExchDynamicDistributionList", &addressed, model.ClassDynamic},
		{"top publicFolder", &addressed, model.ClassFolder},
		{"", &unknown, model.ClassUnknown},
	} {
		var values [][]byte
		for word := range strings.FieldsSeq(c.classes) {
			values = append(values, []byte(word))
		}
		set := newClassSet(values)
		if at := set.kind; at.decode == nil || strings.Join(classNames(at), " ") != strings.Join(classNames(c.kind), " ") || (at.fits == nil) != (c.kind.fits == nil) {
			t.Errorf("%q: kind of %v, want of %v", c.classes, classNames(at), classNames(c.kind))
		}
		if at := set.kind; at.fits == nil && set.class != c.class {
			t.Errorf("%q: class %v, want %v", c.classes, set.class, c.class)
		}
	}
}

func classNames(k *kind) (names []string) {
	for _, c := range k.classes {
		names = append(names, c.name)
	}
	return names
}

// TestSearches: each search says all that a source needs to put it, and those
// of one purpose ask for the same, since that is what an entry is decoded by.
func TestSearches(t *testing.T) {
	root := collector.Root{Domain: "DC=contoso,DC=com", Configuration: "CN=Configuration,DC=contoso,DC=com", Schema: "CN=Schema,CN=Configuration,DC=contoso,DC=com"}
	asked, weights := map[collector.Purpose]string{}, map[int]collector.Purpose{}
	for _, s := range Searches() {
		if s.Purpose == "" || len(s.Attributes) == 0 {
			t.Errorf("%+v: no purpose, or nothing asked for", s)
		}
		if s.Base(root) == "" && s.Scope != collector.ScopeBase {
			t.Errorf("%s searches nowhere", s.Purpose)
		}
		if s.Filter == "" && s.Stage != collector.Apart {
			t.Errorf("%s is to be put as it stands, and has no filter", s.Purpose)
		}
		list := strings.Join(s.Attributes, " ")
		if other, ok := asked[s.Purpose]; ok && other != list && s.Purpose != StoreLinks.Purpose {
			t.Errorf("%s asks for %q and for %q", s.Purpose, other, list)
		}
		asked[s.Purpose] = list
		if other, ok := weights[s.Weight]; ok && other != s.Purpose && s.Weight != 0 {
			t.Errorf("%s and %s weigh the same", s.Purpose, other)
		}
		weights[s.Weight] = s.Purpose
	}
}

// one is a Source of one search, or of none.
type one struct {
	search  *collector.Search
	entries []collector.Entry
}

func (*one) Name() string { return "one" }
func (*one) Close() error { return nil }
func (o *one) Read(_ context.Context, s collector.Sink) error {
	if o.search != nil {
		s.Begin(collector.Query{ID: 1, Purpose: o.search.Purpose, Base: "DC=contoso,DC=com", Scope: o.search.Scope, Attributes: o.search.Attributes})
	}
	for i := range o.entries {
		s.Entry(&o.entries[i])
	}
	if o.search != nil {
		s.End(1, nil)
	}
	return nil
}
func (*one) Lookup(context.Context, []acl.SID, collector.Sink) error { return nil }
func (*one) Changes(context.Context, []string, collector.Sink) error { return nil }

// TestAnotherKind: one value in the table is all that a new kind of entry
// takes: it is asked for, decoded, shown as what is being read, and missed in a
// file.
func TestAnotherKind(t *testing.T) {
	was := kinds
	t.Cleanup(func() { kinds = was })
	folders := collector.Search{
		Purpose: "folders", Stage: collector.OfDomain, Base: domainBase, Scope: collector.ScopeSub,
		Filter: "(objectClass=folder)", Attributes: []string{attrObjectClass, attrCN}, Weight: 99,
	}
	var decoded, shown []string
	kinds = append([]kind{{
		classes:  []class{{"folder", model.ClassUnknown}},
		searches: []collector.Search{folders},
		lacks:    []*evidence{has(attrCN, "folder")},
		decode: func(d *decoder, e *collector.Entry, _ *classSet) {
			decoded, shown = append(decoded, e.DN), append(shown, d.w.State.Search)
		},
	}}, was...)
	if list := Searches(); list[0].Purpose != "folders" {
		t.Errorf("the first search is for %s", list[0].Purpose)
	}
	entries := []collector.Entry{{Query: 1, DN: "CN=a,DC=contoso,DC=com", Attributes: []collector.Attribute{{Name: "objectClass", Values: [][]byte{[]byte("Folder")}}}}}
	read := func(src *one) *model.Snapshot {
		w := model.NewWriter(model.NewPool())
		_ = Read(t.Context(), src, w, new(sync.Mutex)) // nothing of it is of Exchange
		return w.Snapshot()
	}
	read(&one{&folders, entries})
	if len(decoded) != 1 || decoded[0] != entries[0].DN || shown[0] != "folders" {
		t.Errorf("decoded %q while %q was shown", decoded, shown)
	}
	s := read(&one{nil, entries})
	for _, g := range s.State.Incomplete {
		if g.Search == "folders" && strings.HasSuffix(g.Reason, "it holds no folder") {
			return
		}
	}
	t.Errorf("a file without any leaves no gap: %v", s.State.Incomplete)
}
