package adlab

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
)

// Oracle is what the directory really holds, as Samba's library read it from the
// database file after everything was written and inheritance was propagated. It is
// the view of an account that may read all; Object.Hidden and Object.Denied say what
// the lab's ordinary reader does not get.
type Oracle struct {
	Domain       string        `json:"domain"`
	NetBIOS      string        `json:"netbios"`
	DomainSID    string        `json:"domainSID"`
	BaseDN       string        `json:"baseDN"`
	ConfigDN     string        `json:"configDN"`
	SchemaDN     string        `json:"schemaDN"`
	ExchangeDN   string        `json:"exchangeDN"` // CN=Microsoft Exchange,CN=Services,…
	BindAccounts []BindAccount `json:"bindAccounts"`
	Deleted      []Deleted     `json:"deleted"`
	Objects      []Object      `json:"objects"`
	Descriptors  []Descriptor  `json:"descriptors"`

	byDN, bySAM, bySID map[string]*Object
}

// BindAccount is an account with the reader's password, for what can become of a bind.
type BindAccount struct {
	SAM   string `json:"sam"`
	State string `json:"state"` // empty, or why the bind is refused
}

// Deleted is an account that is a tombstone now.
type Deleted struct {
	SAM string `json:"sam"`
	SID string `json:"sid"`
}

// Roles of an object. One object may have several.
const (
	RoleAccount       = "account"       // matches (&(objectCategory=person)(objectClass=user)(mailNickname=*))
	RoleMailbox       = "mailbox"       // an account whose mailbox is in this organisation
	RoleRecipient     = "recipient"     // has a mail nickname but no mailbox here
	RoleSystemMailbox = "systemMailbox" // msExchSystemMailbox, no user object
	RoleStore         = "store"         // msExchPrivateMDB or msExchPublicMDB
	RolePrincipal     = "principal"     // has a SID
	RoleGroup         = "group"
	RoleContainer     = "container" // stands above a store or a recipient, or is Exchange configuration
)

// Object is one object of the directory.
type Object struct {
	DN              string   `json:"dn"`
	GUID            string   `json:"guid"`
	Classes         []string `json:"classes"`
	Roles           []string `json:"roles"`
	SID             string   `json:"sid"`
	SIDHistory      []string `json:"sidHistory"`
	MasterSID       string   `json:"masterSID"`
	SAM             string   `json:"sam"`
	UPN             string   `json:"upn"`
	DisplayName     string   `json:"displayName"`
	MailNickname    string   `json:"mailNickname"`
	LegacyDN        string   `json:"legacyDN"`
	HomeMDB         string   `json:"homeMDB"`
	HomeServer      string   `json:"homeServer"`
	MailboxGUID     string   `json:"mailboxGUID"` // the stored bytes in hex
	TypeDetails     *int64   `json:"typeDetails"` // nil where the attribute is missing
	UAC             int64    `json:"uac"`
	AdminCount      int64    `json:"adminCount"`
	GroupType       int64    `json:"groupType"`
	SerialNumber    string   `json:"serialNumber"`
	ObjectVersion   int64    `json:"objectVersion"`
	OwningServer    string   `json:"owningServer"`
	AltRecipient    string   `json:"altRecipient"`
	PublicDelegates []string `json:"publicDelegates"`
	DelegateList    []string `json:"delegateList"`
	Managers        []string `json:"managers"`
	CoManagers      []string `json:"coManagers"`
	Accept          []string `json:"accept"`
	AcceptMembers   []string `json:"acceptMembers"`
	Reject          []string `json:"reject"`
	RejectMembers   []string `json:"rejectMembers"`
	RequireAuth     string   `json:"requireAuth"` // TRUE, FALSE or nothing
	Members         []string `json:"members"`
	Descriptor      *int     `json:"descriptor"`     // index of nTSecurityDescriptor, nil where there is none
	MailDescriptor  *int     `json:"mailDescriptor"` // index of msExchMailboxSecurityDescriptor
	Hidden          bool     `json:"hidden"`         // the reader does not see the object at all
	Denied          []string `json:"denied"`         // attributes that have a value which the reader is not given
}

// Has says whether the object has a role.
func (o *Object) Has(role string) bool { return slices.Contains(o.Roles, role) }

// Class is the most special class, as LDAP lists it last.
func (o *Object) Class() string { return o.Classes[len(o.Classes)-1] }

// Descriptor is one distinct security descriptor. Objects refer to it by index.
type Descriptor struct {
	Raw         HexBytes `json:"raw"`
	Undecodable string   `json:"undecodable"` // what Samba's library says about bytes that are no descriptor
	Trailing    int      `json:"trailing"`    // bytes behind the last part
	Control     uint16   `json:"control"`
	Owner       string   `json:"owner"`
	Group       string   `json:"group"`
	ACEs        []ACE    `json:"aces"` // in stored order
}

// ACE is one entry. Object types are empty where the entry has none.
type ACE struct {
	Type            uint8  `json:"type"`
	Flags           uint8  `json:"flags"`
	Mask            uint32 `json:"mask"`
	ObjectFlags     uint32 `json:"objectFlags"`
	Object          string `json:"object"`
	InheritedObject string `json:"inheritedObject"`
	SID             string `json:"sid"`
}

// HexBytes is written as hex text.
type HexBytes []byte

// UnmarshalText reads hex text.
func (b *HexBytes) UnmarshalText(text []byte) error {
	raw, err := hex.DecodeString(string(text))
	*b = raw
	return err
}

func readOracle(file string) (*Oracle, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	o := new(Oracle)
	if err := json.Unmarshal(text, o); err != nil {
		return nil, err
	}
	o.index()
	return o, nil
}

func (o *Oracle) index() {
	o.byDN, o.bySAM, o.bySID = map[string]*Object{}, map[string]*Object{}, map[string]*Object{}
	for i := range o.Objects {
		x := &o.Objects[i]
		o.byDN[strings.ToLower(x.DN)] = x
		if x.SAM != "" {
			o.bySAM[x.SAM] = x
		}
		if x.SID != "" {
			o.bySID[x.SID] = x
		}
	}
}

// With returns the objects that have a role, in the order of their DNs.
func (o *Oracle) With(role string) []*Object {
	var out []*Object
	for i := range o.Objects {
		if o.Objects[i].Has(role) {
			out = append(out, &o.Objects[i])
		}
	}
	return out
}

// Mailboxes returns the accounts whose mailbox is in this organisation.
func (o *Oracle) Mailboxes() []*Object { return o.With(RoleMailbox) }

// Stores returns the mailbox and public folder stores.
func (o *Oracle) Stores() []*Object { return o.With(RoleStore) }

// ByDN returns the object with a DN as the server writes it, case ignored, or nil.
func (o *Oracle) ByDN(dn string) *Object { return o.byDN[strings.ToLower(dn)] }

// BySAM returns the object with a sAMAccountName, or nil.
func (o *Oracle) BySAM(sam string) *Object { return o.bySAM[sam] }

// BySID returns the object whose objectSid it is, or nil.
func (o *Oracle) BySID(sid string) *Object { return o.bySID[sid] }

// Descriptor returns the object's own descriptor (owner, group and DACL), or nil.
func (o *Oracle) Descriptor(x *Object) *Descriptor { return o.at(x.Descriptor) }

// MailDescriptor returns the mailbox descriptor, or nil.
func (o *Oracle) MailDescriptor(x *Object) *Descriptor { return o.at(x.MailDescriptor) }

func (o *Oracle) at(index *int) *Descriptor {
	if index == nil {
		return nil
	}
	return &o.Descriptors[*index]
}
