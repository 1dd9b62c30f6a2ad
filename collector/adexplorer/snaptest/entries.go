package snaptest

import (
	"context"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/collector"
)

// Entry is an object of a snapshot.
type Entry struct {
	DN         string
	Attributes []collector.Attribute
}

// Value returns the first value of an attribute as text.
func (e *Entry) Value(name string) string {
	c := collector.Entry{Attributes: e.Attributes}
	return c.Text(name)
}

// put sets an attribute, where the object does not have it.
func (e *Entry) put(a collector.Attribute) {
	for i := range e.Attributes {
		if strings.EqualFold(e.Attributes[i].Name, a.Name) {
			return
		}
	}
	values := make([][]byte, len(a.Values))
	for i, v := range a.Values {
		values[i] = slices.Clone(v)
	}
	e.Attributes = append(e.Attributes, collector.Attribute{Name: a.Name, Values: values, Partial: a.Partial})
}

// Text is an attribute with values that are texts.
func Text(name string, values ...string) collector.Attribute {
	a := collector.Attribute{Name: name}
	for _, v := range values {
		a.Values = append(a.Values, []byte(v))
	}
	return a
}

// sink takes the entries of a source, each object once with what all searches
// gave of it.
type sink struct {
	entries []*Entry
	byName  map[string]*Entry
	sids    map[acl.SID]bool
}

func (s *sink) Begin(collector.Query)         {}
func (s *sink) Expect(collector.QueryID, int) {}
func (s *sink) End(collector.QueryID, error)  {}
func (s *sink) Missed(acl.SID)                {}

func (s *sink) Entry(e *collector.Entry) {
	one := s.byName[e.DN]
	if one == nil {
		one = &Entry{DN: e.DN}
		s.byName[e.DN] = one
		s.entries = append(s.entries, one)
	}
	for _, a := range e.Attributes {
		one.put(a)
	}
	for _, a := range e.Attributes {
		if !strings.EqualFold(a.Name, "nTSecurityDescriptor") && !strings.EqualFold(a.Name, "msExchMailboxSecurityDescriptor") {
			continue
		}
		for _, v := range a.Values {
			if d, err := acl.Parse(v); err == nil {
				for ace := range d.DACL() {
					s.sids[ace.Trustee()] = true
				}
			}
		}
	}
}

// Of returns what a domain controller of the same directory as a source would
// give to AD Explorer: every object, its category too, those of the domain
// first, and deleted ones. The rootDSE is left out, as AD Explorer leaves it.
func Of(src collector.Source) ([]*Entry, error) {
	s := &sink{byName: map[string]*Entry{}, sids: map[acl.SID]bool{}}
	ctx := context.Background()
	if err := src.Read(ctx, s); err != nil {
		return nil, err
	}
	var sids []acl.SID
	for sid := range s.sids {
		sids = append(sids, sid)
	}
	slices.SortFunc(sids, func(a, b acl.SID) int { return strings.Compare(a.String(), b.String()) })
	before := len(s.entries)
	if err := src.Lookup(ctx, sids, s); err != nil {
		return nil, err
	}
	root := s.byName[""]
	schema := "CN=Schema,CN=Configuration,DC=contoso,DC=com"
	if root != nil {
		schema = root.Value("schemaNamingContext")
	}
	for i, e := range s.entries {
		e.put(Text("distinguishedName", e.DN))
		if i < before || e.Value("isDeleted") == "" {
			e.put(Text("objectCategory", category(e)+","+schema))
		}
	}
	entries := slices.DeleteFunc(s.entries, func(e *Entry) bool {
		return e.DN == "" || strings.HasSuffix(e.DN, ".invalid") || strings.HasSuffix(e.DN, "DC=invalid")
	})
	slices.SortStableFunc(entries, func(a, b *Entry) int { return place(a) - place(b) })
	return entries, nil
}

// Root is the rootDSE of a source as an object of a snapshot. AD Explorer writes
// none; with it, nothing is missing of what a directory says.
func Root(src collector.Source) (*Entry, error) {
	s := &sink{byName: map[string]*Entry{}, sids: map[acl.SID]bool{}}
	err := src.Read(context.Background(), s)
	return s.byName[""], err
}

// place orders objects as a domain controller gives them.
func place(e *Entry) int {
	isHead := func(class string) bool {
		return slices.ContainsFunc(e.Attributes, func(a collector.Attribute) bool {
			return strings.EqualFold(a.Name, "objectClass") && slices.ContainsFunc(a.Values, func(v []byte) bool { return string(v) == class })
		})
	}
	switch {
	case strings.Contains(e.DN, "CN=Schema,CN=Configuration,"):
		return 3
	case strings.Contains(e.DN, "CN=Configuration,"):
		return 2
	case isHead("domainDNS"):
		return 0
	}
	return 1
}

// category is the class by which AD categorises an object ([MS-ADSC]
// defaultObjectCategory).
func category(e *Entry) string {
	c := collector.Entry{Attributes: e.Attributes}
	classes := c.Values("objectClass")
	if len(classes) == 0 {
		return "CN=Top"
	}
	switch last := string(classes[len(classes)-1]); last {
	case "user", "inetOrgPerson", "contact":
		return "CN=Person"
	case "group":
		return "CN=Group"
	case "computer":
		return "CN=Computer"
	case "trustedDomain":
		return "CN=Trusted-Domain"
	default:
		return "CN=" + last
	}
}
