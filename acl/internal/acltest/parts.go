package acltest

import (
	"reflect"
	"slices"
	"testing"

	"mbxperm/acl"
)

// MustParse is the descriptor that parts make.
func MustParse(t *testing.T, p acl.Parts) acl.Descriptor {
	t.Helper()
	raw, err := acl.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	d, err := acl.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// SameParts compares everything but Raw of entries whose layout is known: that
// may hold bits which mean nothing.
func SameParts(t *testing.T, want, got acl.Parts) {
	t.Helper()
	for _, p := range []*acl.Parts{&want, &got} {
		for _, list := range []*[]acl.ACE{&p.DACL, &p.SACL} {
			*list = slices.Clone(*list)
			for i := range *list {
				if a := &(*list)[i]; a.IsKnown() {
					a.Raw = nil
				}
			}
			if len(*list) == 0 {
				*list = nil
			}
		}
	}
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("%+v\nbecame %+v", want, got)
	}
}
