package door

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
)

// Connector is a receive connector: where a server listens for SMTP, for whom,
// and who may do what there.
type Connector struct {
	Obj    model.ObjectID
	Server *Server // nil where it was not read
	Name   string
	Values model.DoorValues

	Enabled       bool
	Role          string // FrontendTransport, HubTransport; empty before 2013 and where it was not read
	Bindings      []string
	Ranges        []string
	Auth          []string // AuthMechanism
	RequireTLS    bool
	Logging       string // Verbose, None; empty where it was not read
	Permissions   Permissions
	Anonymous     string   // who is not known relays: yes, no, externally secured, unknown
	Everywhere    bool     // its ranges hold every address
	Weak          []string // what Faults say
	Faults        []Fault
	Notes         []string
	bindings      []Binding
	ranges        []Range
	unknownRanges int
}

// The answers to the question whether somebody who does not log on relays.
const (
	RelayYes     = "yes"
	RelayNo      = "no"
	RelaySecured = "externally secured"
	RelayUnknown = "unknown"
)

// Connectors are the receive connectors, by server and name. They are worked out
// once for a snapshot and are not to be changed.
func Connectors(s *model.Snapshot) []*Connector { return connectorsOf.Of(s) }

// ConnectorOf returns the connector that an object is, nil for another.
func ConnectorOf(s *model.Snapshot, id model.ObjectID) *Connector { return connectorByObject.Of(s)[id] }

var connectorByObject = model.Derive(func(s *model.Snapshot) map[model.ObjectID]*Connector {
	out := map[model.ObjectID]*Connector{}
	for _, c := range Connectors(s) {
		out[c.Obj] = c
	}
	return out
})

var connectorsOf = model.Derive(func(s *model.Snapshot) (out []*Connector) {
	for i := range s.Doors.Len() {
		if d := s.Doors.At(i); d.Kind == model.DoorConnector {
			out = append(out, newConnector(s, d))
		}
	}
	slices.SortFunc(out, func(a, b *Connector) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.ServerName()), strings.ToLower(b.ServerName())),
			strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Obj, b.Obj))
	})
	return out
})

// authNames are the bits of AuthMechanism, and what they are called (exchange-facts 8).
var authNames = []struct {
	bit  int64
	name string
}{{1, "Tls"}, {2, "Integrated"}, {4, "BasicAuth"}, {8, "BasicAuthRequireTLS"}, {16, "ExchangeServer"}, {32, "ExternalAuthoritative"}}

func newConnector(s *model.Snapshot, d *model.Door) *Connector {
	v := d.Values
	c := &Connector{Obj: d.Obj, Server: ServerAbove(s, d.Obj), Name: s.CN(s.Record(d.Obj).DN), Values: v, Enabled: !strings.EqualFold(v.Text("Enabled"), "FALSE"),
		Bindings: sorted(v.Find("Bindings").Texts), Ranges: sorted(v.Find("RemoteIPRanges").Texts),
		RequireTLS: v.Text("RequireTLS") == "True", Permissions: PermissionsOf(s, d.Obj)}
	switch role, _ := number(v.Text("TransportRole")); role {
	case 32:
		c.Role = "HubTransport"
	case 16384:
		c.Role = "FrontendTransport"
	}
	switch level, ok := number(v.Text("ProtocolLoggingLevel")); {
	case ok && level == 0, v.Find("ProtocolLoggingLevel").State == model.Missing:
		c.Logging = "None" // the value of the schema
	case ok:
		c.Logging = "Verbose"
	}
	c.Auth = bitNames(v.Text("AuthMechanism"))
	for _, text := range c.Bindings {
		if b, ok := ParseBinding(text); ok {
			c.bindings = append(c.bindings, b)
		}
	}
	four, six := false, false
	for _, text := range c.Ranges {
		r, ok := ParseRange(text)
		if !ok {
			c.unknownRanges++
			continue
		}
		c.ranges = append(c.ranges, r)
		four, six = four || r.All() && r.From.Is4(), six || r.All() && r.From.Is6()
	}
	c.Everywhere = four || six
	c.Anonymous = c.anonymous(s)
	c.judge(s)
	return c
}

func bitNames(text string) (out []string) {
	n, ok := number(text)
	if !ok {
		return nil
	}
	for _, a := range authNames {
		if n&a.bit != 0 {
			out = append(out, a.name)
			n &^= a.bit
		}
	}
	if n != 0 {
		out = append(out, fmt.Sprintf("0x%x", n))
	}
	if out == nil {
		out = []string{"None"}
	}
	return out
}

// sorted orders texts that LDAP keeps no order of.
func sorted(texts []string) []string {
	texts = slices.Clone(texts)
	slices.Sort(texts)
	return texts
}

// ServerName is the name of its server, empty where that was not read.
func (c *Connector) ServerName() string {
	if c.Server == nil {
		return ""
	}
	return c.Server.Name
}

// LogName is what the connector is called in protocol logs.
func (c *Connector) LogName() string { return c.ServerName() + `\` + c.Name }

// InRanges reports whether an address is one that the connector is for. known is
// false where that cannot be told: its ranges were not read, or not understood.
func (c *Connector) InRanges(a netip.Addr) (in, known bool) {
	for _, r := range c.ranges {
		if r.Has(a) {
			return true, true
		}
	}
	return false, c.Values.Find("RemoteIPRanges").State == model.Present && c.unknownRanges == 0
}

// anonymous says whether somebody who does not log on may send to anybody: what
// the entries give Anonymous, or everybody.
func (c *Connector) anonymous(s *model.Snapshot) string {
	p := &c.Permissions
	if !p.Read {
		return RelayUnknown
	}
	d, err := acl.Parse(s.Bytes(s.Record(c.Obj).Security))
	token := acl.Requester{Token: acl.NewToken(acl.SIDAnonymous, acl.SIDEveryone)}
	r := d.CheckControlRight(token, rightAnyRecipient)
	switch {
	case p.Null, r.Granted != 0 && r.Uncertain == 0:
		return RelayYes
	case slices.Contains(c.Auth, "ExternalAuthoritative"):
		return RelaySecured
	case err != nil || r.Uncertain != 0:
		return RelayUnknown
	}
	return RelayNo
}

// judge finds what is weak about the connector, and what is to be known of it.
func (c *Connector) judge(s *model.Snapshot) {
	weak := func(kind FaultKind, text string) {
		if c.Enabled {
			c.Weak, c.Faults = append(c.Weak, text), append(c.Faults, Fault{kind, text, 1})
		} else {
			c.Notes = append(c.Notes, "not enabled: "+text)
		}
	}
	switch {
	case c.Anonymous == RelayYes && c.Everywhere:
		weak(FaultRelayEverybody, "anonymous relay for everybody")
	case c.Anonymous == RelayYes:
		weak(FaultRelayRange, "anonymous relay for its ranges")
	case c.Anonymous == RelaySecured:
		weak(FaultExternallySecured, "externally secured: whoever comes from its ranges is taken for a server")
	}
	if slices.Contains(c.Auth, "BasicAuth") && !slices.Contains(c.Auth, "BasicAuthRequireTLS") && !c.RequireTLS {
		weak(FaultPlainLogon, "plain-text logon without TLS")
	}
	note := func(on bool, text string) {
		if on {
			c.Notes = append(c.Notes, text)
		}
	}
	p := &c.Permissions
	note(!p.Read, "its list of permissions was not read")
	note(p.Broken, "its list of permissions is damaged")
	note(p.Null, "no list of permissions: everybody holds every right")
	note(p.Inherits > 0, fmt.Sprintf("%d more relay by inherited entries for all rights", p.Inherits))
	note(c.Logging == "None", "logging is off: who uses it is not known")
	note(c.unknownRanges > 0, fmt.Sprintf("%d ranges are not understood", c.unknownRanges))
}

// OpenRelay reports whether everybody on the network may send to anybody.
func (c *Connector) OpenRelay() bool { return c.Enabled && c.Anonymous == RelayYes && c.Everywhere }

// Setting spells a setting that has a value of its own: sizes, times, texts.
func (c *Connector) Setting(name string) string {
	text := c.Values.Text(name)
	switch name {
	case "MaxMessageSize":
		return byteSize(text)
	case "TarpitInterval":
		return seconds(text)
	case "ExtendedProtectionPolicy":
		return named(text, protections)
	}
	return text
}

// Bid is what a connector says to a connection.
type Bid struct {
	*Connector
	Range Range
	Takes bool
	Why   string // in words
}

// Choose says which connector of a server takes a connection from an address to
// one of its own: of those that listen there, the one with the most specific
// range. All connectors of the server are told with the reason, the one that
// takes it first. Where two are equally specific neither is said to take it.
func Choose(s *model.Snapshot, server *Server, to netip.AddrPort, from netip.Addr) (out []Bid) {
	best := -1
	tie := false
	for _, c := range Connectors(s) {
		if c.Server != server {
			continue
		}
		b := Bid{Connector: c}
		listens := slices.ContainsFunc(c.bindings, func(b Binding) bool { return b.Takes(to) })
		fits := false
		for _, r := range c.ranges {
			if r.Has(from) && (!fits || r.Narrower(b.Range)) {
				fits, b.Range = true, r
			}
		}
		_, known := c.InRanges(from)
		switch {
		case !c.Enabled:
			b.Why = "it is not enabled"
		case !listens && c.Values.Find("Bindings").State != model.Present:
			b.Why = "where it listens was not read"
		case !listens:
			b.Why = "it does not listen at " + to.String()
		case !fits && !known:
			b.Why = "its ranges were not read, or not understood"
		case !fits:
			b.Why = "no range of it holds " + from.String()
		default:
			b.Takes = true
		}
		if b.Takes {
			switch {
			case best < 0 || b.Range.Narrower(out[best].Range):
				best, tie = len(out), false
			case !out[best].Range.Narrower(b.Range):
				tie = true
			}
		}
		out = append(out, b)
	}
	for i := range out {
		b := &out[i]
		switch {
		case !b.Takes:
		case i == best && !tie:
			b.Why = "its range " + b.Range.String() + " is the most specific that holds " + from.String()
		case !out[best].Range.Narrower(b.Range):
			b.Takes, b.Why = false, "its range "+b.Range.String()+" is as specific as that of another: which of them takes it is not known"
		default:
			b.Takes, b.Why = false, "its range "+b.Range.String()+" is less specific than "+out[best].Range.String()+" of "+out[best].Name
		}
	}
	slices.SortStableFunc(out, func(a, b Bid) int { return cmp.Compare(btoi(b.Takes), btoi(a.Takes)) })
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// String spells a range: one address, or two with a dash between them.
func (r Range) String() string {
	if r.From == r.To {
		return r.From.String()
	}
	return r.From.String() + "-" + r.To.String()
}
