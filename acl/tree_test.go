package acl_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	. "mbxperm/acl"
	"mbxperm/acl/internal/acltest"
	"mbxperm/acl/sddl"
)

// objectTree is [MS-ADTS] 5.1.3.3.3 taken literally: the three-level tree of an
// object with a granted and a denied mask at each node, filled ACE by ACE. It
// is slow and keeps everything; the check in one pass must give the same at
// every attribute.
type objectTree struct {
	children map[GUID][]GUID // class to sets and lone attributes, set to attributes
	granted  map[GUID]Mask
	denied   map[GUID]Mask
}

// The tree of the cases: a class with two property sets of two attributes each
// and one attribute in no set.
var (
	treeClass = GUIDUserClass
	treeSets  = map[GUID][]GUID{
		GUIDPersonalInformation: {GUIDPublicDelegatesAttribute, {1}},
		GUIDExchangeInformation: {GUIDMailboxSDAttribute, {2}},
	}
	treeLone = GUID{3}
)

func newObjectTree() objectTree {
	t := objectTree{map[GUID][]GUID{}, map[GUID]Mask{}, map[GUID]Mask{}}
	maps.Copy(t.children, treeSets)
	t.children[treeClass] = append(slices.Collect(maps.Keys(treeSets)), treeLone)
	return t
}

// below applies f to a node and all its descendants.
func (t objectTree) below(node GUID, f func(GUID)) {
	f(node)
	for _, c := range t.children[node] {
		t.below(c, f)
	}
}

func (t objectTree) has(node GUID) (found bool) {
	t.below(treeClass, func(g GUID) { found = found || g == node })
	return found
}

// apply evaluates one ACE that is for the requester: on the whole tree without
// an ObjectType, below the node that has it otherwise.
func (t objectTree) apply(a ACE) {
	node := treeClass
	if a.HasObjectType {
		if node = a.ObjectType; !t.has(node) {
			return
		}
	}
	m := GenericAD.Map(a.Mask)
	t.below(node, func(g GUID) {
		if a.Allows() {
			t.granted[g] |= m &^ t.denied[g]
		} else {
			t.denied[g] |= m &^ t.granted[g]
		}
	})
}

// TestPropertyAgainstTree compares 5,000 random descriptors, at each of the
// five attributes.
func TestPropertyAgainstTree(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 5))
	const want = ReadProperty | WriteProperty
	types := []ACEType{TypeAllow, TypeDeny, TypeAllowObject, TypeDenyObject}
	nodes := []GUID{treeClass, GUIDPersonalInformation, GUIDExchangeInformation, GUIDPublicDelegatesAttribute, {1}, GUIDMailboxSDAttribute, {2}, treeLone, {4}}
	granted := 0
	for range 5000 {
		p := acltest.RandomParts(r, types, 10)
		for i := range p.DACL {
			a := &p.DACL[i]
			if a.Mask = acltest.Pick(r, []Mask{ReadProperty, WriteProperty, want, GenericRead, FullControl, GenericAll}); a.HasObjectType {
				a.ObjectType = acltest.Pick(r, nodes)
			}
		}
		d := acltest.MustParse(t, p)
		tok := NewToken(acltest.Trustees[0], acltest.Trustees[5], acltest.Trustees[7])
		tree := newObjectTree()
		for a := range d.DACL() {
			if !a.IsInheritOnly() && tok.Has(a.SID) {
				tree.apply(a)
			}
		}
		for set, attributes := range treeSets {
			for _, attribute := range attributes {
				got := d.CheckProperty(Requester{Token: tok}, want, Property{attribute, set, treeClass})
				if got.Granted != tree.granted[attribute]&want || got.Denied != tree.denied[attribute]&want {
					t.Fatalf("%s at %v: %v/%v, the tree says %v/%v", sddl.Format(p), attribute, got.Granted, got.Denied, tree.granted[attribute]&want, tree.denied[attribute]&want)
				}
				if got.Allowed() {
					granted++
				}
			}
		}
		if got := d.CheckProperty(Requester{Token: tok}, want, Property{Attribute: treeLone, Class: treeClass}); got.Granted != tree.granted[treeLone]&want {
			t.Fatalf("%s at an attribute in no set: %v, the tree says %v", sddl.Format(p), got.Granted, tree.granted[treeLone]&want)
		}
	}
	if granted < 2000 || granted > 18000 {
		t.Errorf("%d of 20000 allowed: the cases do not try enough", granted)
	}
}
