package demo

import (
	"strings"

	"mbxperm/acl"
)

// node is a container that is kept: its DN, and the DACL that everything below
// it inherits from.
type node struct {
	dn      string
	cn      string
	classes [][]byte
	parent  *node
	own     []ace // set here
	dacl    []ace // set here, then inherited
	sd      []byte
	number  uint64  // of its DN: the objectGUID is drawn from it
	attrs   []fixed // what only this kind of object has

	// Of a container of accounts: what each account in it gets.
	userSD   []byte
	forUsers chunk
	owner    trustee // whoever created them
}

// fixed is an attribute that was made once.
type fixed struct {
	name   string
	values [][]byte
}

// shape says how a node is made.
type shape struct {
	rdn       string // "OU=Berlin", already escaped
	class     acl.GUID
	classes   string // objectClass values, from top down
	own       []ace  // denies first
	protected bool   // blocks inheritance
}

// child makes a node below parent, which may be nil for a root whose DN is rdn.
func child(parent *node, s shape) *node {
	n := &node{dn: s.rdn, parent: parent, own: s.own, dacl: s.own, owner: domainAdmins, classes: values(strings.Fields(s.classes)...)}
	n.cn = unescape(s.rdn[strings.IndexByte(s.rdn, '=')+1:])
	flags := acl.DACLAutoInherited
	if parent != nil {
		n.dn = s.rdn + "," + parent.dn
		if s.protected {
			flags |= acl.DACLProtected
		} else {
			n.dacl = append(append([]ace(nil), s.own...), inherit(parent.dacl, s.class)...)
		}
	}
	for _, c := range []byte(n.dn) {
		n.number = mix(n.number + uint64(c) + 1)
	}
	n.sd = encode(flags, n.owner, n.owner, n.dacl)
	return n
}

// forAccounts works out what the accounts in the container get.
func (n *node) forAccounts(owner trustee) {
	inherited := inherit(n.dacl, acl.GUIDUserClass)
	n.owner = owner
	n.forUsers = encodeChunk(inherited)
	n.userSD = encode(acl.DACLAutoInherited, owner, domainUsers, userDefaults, inherited)
}

// values makes attribute values of texts.
func values(texts ...string) [][]byte {
	v := make([][]byte, len(texts))
	for i, t := range texts {
		v[i] = []byte(t)
	}
	return v
}

// unescape takes the backslashes out of our own RDNs, which hold no hexadecimal
// pairs.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
