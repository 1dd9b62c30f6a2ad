package verdict_test

import (
	"slices"
	"strings"
)

// A second, plain implementation of the verdicts: structs, SIDs as texts, no
// index, no cache. It says of a person and a mailbox what the sections of the
// contract say, in every world that what was read leaves open. Package verdict
// is held against it.

// forest is what a directory holds, and what of it was read.
type forest struct {
	Domains  []*domain
	Accounts []*account
	Stores   []*store
	Servers  []*server
	Copies   []*storeCopy

	// Roles and what belongs to them, see plainroles_test.go; NoRoles: nothing of
	// it was read.
	Roles       []*role
	Assignments []*assignment
	Scopes      []*roleScope
	Policies    []*policy
	NoRoles     bool `json:",omitempty"`
	// Exchange names the groups that set-up made: "OM", "ETS", "ES".
	Exchange map[string]string `json:",omitempty"`
	// Deaf: nobody answered whose the SIDs are that nothing was delivered for.
	Deaf bool `json:",omitempty"`

	exact bool             // look at how one group's being open goes with another's
	held  map[string]uint8 // what tokens hold, over the worlds

	asked            int // pairs, see byHand
	compared, differ int // answers, see careless
}

type domain struct {
	Name, SID string
	Partial   bool `json:",omitempty"` // not read to its end
}

// account is a user, a computer, a group, a contact, a dynamic group, a public
// folder, a foreign principal or a tombstone.
type account struct {
	Name, Domain string
	SID          string   `json:",omitempty"`
	Kind         string   // user, computer, group, contact, dynamic, folder, foreign, deleted
	Hidden       bool     `json:",omitempty"` // no search delivered it
	History      []string `json:",omitempty"`
	Primary      string   `json:",omitempty"` // SID of the primary group
	AdminCount   bool     `json:",omitempty"`

	Scope        string   `json:",omitempty"` // of a group: global, universal, local, builtin
	Distribution bool     `json:",omitempty"`
	NoType       bool     `json:",omitempty"` // groupType was not read
	Members      []string `json:",omitempty"` // names
	MembersState string   `json:",omitempty"` // "", unread, partial

	Recipient      string   `json:",omitempty"` // "", mailbox, other
	Store          string   `json:",omitempty"`
	HomeServer     string   `json:",omitempty"`
	Master         string   `json:",omitempty"`
	Mailbox        list     // msExchMailboxSecurityDescriptor
	List           list     // nTSecurityDescriptor
	Delegates      []string `json:",omitempty"` // names
	DelegatesState string   `json:",omitempty"` // "", unread, partial

	OU     string `json:",omitempty"` // below Staff
	Policy string `json:",omitempty"` // the role assignment policy; noPolicy: none; empty: not read

	Veils []string `json:",omitempty"` // what an account that does not see all misses, see seen
}

type store struct {
	Name, Server string
	Hidden       bool `json:",omitempty"`
	List         list
	Veils        []string `json:",omitempty"`
}

type server struct {
	Name    string
	Version string // 2003, 2007, 2010, 2019, "" for not read
	Hidden  bool   `json:",omitempty"` // its object; the version is known all the same
	List    list
	Veils   []string `json:",omitempty"`
}

// storeCopy is a copy of a store on another server.
type storeCopy struct{ Store, Server string }

// list is an access control list.
type list struct {
	State     string  `json:",omitempty"` // "" read, absent, unread, broken: what follows the entries was not read
	None      string  `json:",omitempty"` // absent or null: there is no list
	Protected bool    `json:",omitempty"`
	Entries   []entry `json:",omitempty"`
}

// entry is an entry of a list.
type entry struct {
	Deny      bool   `json:",omitempty"`
	Condition bool   `json:",omitempty"`
	Object    bool   `json:",omitempty"` // of an object type, with or without GUIDs
	Type      string `json:",omitempty"` // ObjectType, a GUID
	Class     string `json:",omitempty"` // InheritedObjectType, a GUID
	Flags     string `json:",omitempty"` // CI, OI, NP, IO, ID, joined by spaces
	Mask      uint32
	SID       string
}

func (e *entry) is(flag string) bool { return slices.Contains(strings.Fields(e.Flags), flag) }

// The GUIDs that matter, and one that nobody knows.
const (
	sendAsRight    = "ab721a54-1e2f-11d0-9819-00aa0040529b"
	receiveAsRight = "ab721a56-1e2f-11d0-9819-00aa0040529b"
	storeAdmin     = "d74a8762-22b9-11d3-aa62-00c04f8eedd8"
	transport      = "9fbec2a2-f761-11d9-963d-00065bbd3175"
	delegation     = "9fbec2a1-f761-11d9-963d-00065bbd3175"
	personal       = "77b5b886-944a-11d1-aebd-0000f80367c1"
	userClass      = "bf967aba-0de6-11d0-a285-00aa003049e2"
	groupClass     = "bf967a9c-0de6-11d0-a285-00aa003049e2"
	oddType        = "11111111-2222-3333-4444-555555555555"
)

const (
	sidEveryone = "S-1-1-0"
	sidSelf     = "S-1-5-10"
	builtin     = "S-1-5-32-"
)

// onControllersOnly are BUILTIN groups that no Exchange server has.
var onControllersOnly = []string{"548", "549", "550", "554", "557", "560", "561"}

// everybodys are the SIDs that every token holds.
var everybodys = []string{sidEveryone, "S-1-5-11", "S-1-5-2", "S-1-5-15"}

// person is somebody who can log on: an account of the forest, or a SID outside it.
type person struct {
	SID     string
	Account *account // nil outside the forest
}

func (o *forest) account(name string) *account {
	for _, a := range o.Accounts {
		if a.Name == name && !a.Hidden {
			return a
		}
	}
	return nil
}

func (o *forest) server(name string) *server {
	for _, s := range o.Servers {
		if s.Name == name {
			return s
		}
	}
	return nil
}

func (o *forest) storeOf(m *account) *store {
	for _, s := range o.Stores {
		if s.Name == m.Store && !s.Hidden {
			return s
		}
	}
	return nil
}

// domainOf takes the last number off a SID.
func domainOf(sid string) string { return sid[:strings.LastIndexByte(sid, '-')] }

// domainBySID returns a domain of the forest, nil for others.
func (o *forest) domainBySID(sid string) *domain {
	for _, d := range o.Domains {
		if d.SID == sid {
			return d
		}
	}
	return nil
}

// isOutside reports whether a SID is that of an account of another forest.
func (o *forest) isOutside(sid string) bool {
	return strings.HasPrefix(sid, "S-1-5-21-") && o.domainBySID(domainOf(sid)) == nil
}

// holder returns who has a SID now, foreign principals aside; former, who had it.
func (o *forest) holder(sid string) *account {
	for _, a := range o.Accounts {
		if !a.Hidden && a.SID == sid && a.Kind != "foreign" {
			return a
		}
	}
	return nil
}

func (o *forest) former(sid string) bool {
	for _, a := range o.Accounts {
		if !a.Hidden && slices.Contains(a.History, sid) {
			return true
		}
	}
	return false
}

// lists returns every list that was read.
func (o *forest) lists() (out []*list) {
	for _, a := range o.Accounts {
		if !a.Hidden {
			out = append(out, &a.List)
			if a.Recipient == "mailbox" {
				out = append(out, &a.Mailbox)
			}
		}
	}
	for _, s := range o.Stores {
		if !s.Hidden {
			out = append(out, &s.List)
		}
	}
	for _, s := range o.Servers {
		if !s.Hidden {
			out = append(out, &s.List)
		}
	}
	return slices.DeleteFunc(out, func(l *list) bool { return l.State == "absent" || l.State == "unread" || l.None != "" })
}

// persons are those of section 1: never a group, an orphan, a deleted account.
// A SID outside the forest that an account of the forest had before is that
// account's, unless a mailbox says that it is its owner's or a group holds it.
func (o *forest) persons() (out []person) {
	for _, a := range o.Accounts {
		if !a.Hidden && (a.Kind == "user" || a.Kind == "computer") {
			out = append(out, person{a.SID, a})
		}
	}
	seen := map[string]bool{}
	add := func(sid string) {
		if o.isOutside(sid) && !seen[sid] {
			seen[sid] = true
			out = append(out, person{SID: sid})
		}
	}
	for _, a := range o.Accounts {
		switch {
		case a.Hidden:
		case a.Kind == "foreign": // made when the account came into a group
			add(a.SID)
		case a.Master != "":
			add(a.Master)
		}
	}
	for _, l := range o.lists() {
		for _, e := range l.Entries {
			if !o.former(e.SID) {
				add(e.SID)
			}
		}
	}
	return out
}
