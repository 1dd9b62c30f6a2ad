package door

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mbxperm/model"
)

// Connection is what one client did with one account at one server, joined with
// the directory.
type Connection struct {
	*model.Connection
	Account Account
	// Mailbox is somebody else's mailbox that was opened; zero where it is the
	// account's own, or nobody's who was read.
	Other Account
	// Probe: it is no client of anybody: a health check, the server itself, or
	// somebody who connected and did not try to log on.
	Probe bool
	// Spare: it comes from a back end whose front end has logs, which count it.
	Spare bool
	state uint8    // see State: the number of its name, and 1 more
	said  *remarks // nil where there is nothing to say, as of most
}

// remarks are what is to be said of a connection.
type remarks struct {
	notes  []string
	faults []Fault
}

// State says whether the mailbox may be used by the protocol now; empty where it is
// none that was read.
func (c *Connection) State() string {
	if c.state == 0 {
		return ""
	}
	return stateNames[c.state-1]
}

// Notes are what is to be said of it, a sentence each.
func (c *Connection) Notes() []string {
	if c.said == nil {
		return nil
	}
	return c.said.notes
}

// Faults are what is wrong with it; Notes say them too.
func (c *Connection) Faults() []Fault {
	if c.said == nil {
		return nil
	}
	return c.said.faults
}

// note adds a note. Connections of which the same is to be said share it: it is made
// anew.
func (c *Connection) note(text string) {
	c.said = &remarks{append(slices.Clip(c.Notes()), text), c.Faults()}
}

// fault notes a fault, and says so.
func (c *Connection) fault(f Fault) {
	c.said = &remarks{append(slices.Clip(c.Notes()), f.Text), append(slices.Clip(c.Faults()), f)}
}

// Connections are all that the logs tell: by server, protocol, account, mailbox and
// client, clients by their addresses, logons with names of nobody last. They are worked
// out once for a snapshot; nobody changes them.
func Connections(s *model.Snapshot) []Connection { return connections.Of(s) }

var connections = model.Derive(func(s *model.Snapshot) []Connection {
	front := map[string]bool{} // server and protocol whose front end has logs
	for i := range s.Logs {
		if l := s.Logs[i]; part(l.Side) == "front" && l.Files > 0 {
			front[strings.ToLower(l.Server)+l.Protocol] = true
		}
	}
	access, say := NewAccessReader(s), explainer{s: s, login: map[string]string{}}
	plain := map[int]*remarks{} // by the number of logons
	out := make([]Connection, len(s.Connections))
	for i := range s.Connections {
		c := &out[i]
		c.Connection = s.Connections[i]
		user, _ := model.LogonNames(c.User)
		if c.Account = AccountOf(s, user); c.Account.ID == 0 && c.Typed != "" {
			typed, _ := model.LogonNames(c.Typed)
			if a := AccountOf(s, typed); a.ID != 0 {
				c.Account = a
			}
		}
		if c.Mailbox != "" {
			if c.Other = AccountOf(s, c.Mailbox); c.Other.ID == c.Account.ID {
				c.Other = Account{}
			}
		}
		c.Probe = isProbe(c.Connection)
		c.mayUse(s, access)
		if part(c.Side) == "back" {
			c.Spare = front[strings.ToLower(c.Server)+c.Protocol]
			c.note("from the log of the back end: the front end has none here")
		}
		c.byBindings(s)
		c.plainText(plain)
		if c.Account.Several {
			c.note("several accounts have this name")
		}
		for _, r := range c.Reasons {
			if text := say.explain(c, r.Name); text != r.Name && text != wrongPassword {
				c.note(fmt.Sprintf("%s (%s)", text, some(r.N, "time")))
			}
		}
	}
	balanced(out)
	guessing(out)
	orderConnections(s, out)
	return out
})

// SpareCount is how many connections of back ends are left out because the front ends
// of their servers have logs, which count them.
func SpareCount(s *model.Snapshot) int { return spareCount.Of(s) }

var spareCount = model.Derive(func(s *model.Snapshot) (n int) {
	for i, all := 0, Connections(s); i < len(all); i++ {
		if all[i].Spare {
			n++
		}
	}
	return n
})

// byBindings says how logons came at a port that is not the usual one: as the
// service has it now, where that leaves one answer. Back ends are not asked: how the
// front end came says nothing of the client.
func (c *Connection) byBindings(s *model.Snapshot) {
	n := c.OK - c.TLS - c.StartTLS - c.Plain
	if n <= 0 || part(c.Side) == "back" {
		return
	}
	p := SettingsAt(s, c.Server, protocolOf(c.Protocol))
	if p == nil {
		return
	}
	tls, open := p.unusual("SSLBindings"), p.unusual("UnencryptedOrTLSBindings")
	if tls == open {
		return
	}
	known := *c.Connection
	if tls {
		known.TLS += n
	} else {
		known.Plain += n
	}
	c.Connection = &known
}

// unusual reports whether a service listens at a port that is not the usual one of
// its protocol. What was not read may be any.
func (p *Settings) unusual(setting string) bool {
	v := p.Get(setting)
	if v.Unknown {
		return true
	}
	for text := range strings.SplitSeq(strings.Trim(v.Value, "{}"), ", ") {
		if b, ok := ParseBinding(text); ok && !slices.Contains(usualPorts, b.Port) {
			return true
		}
	}
	return false
}

// usualPorts are those by which the logs themselves tell how a client came.
var usualPorts = []uint16{110, 143, 993, 995}

// mayUse finds out whether the mailbox may be used by the protocol.
func (c *Connection) mayUse(s *model.Snapshot, access *AccessReader) {
	id := c.Account.ID
	if c.Other.ID != 0 {
		id = c.Other.ID
	}
	by, ok := map[string]Client{"POP3": ByPOP3, "IMAP4": ByIMAP4}[c.Protocol]
	if id == 0 || !ok || !s.Record(id).HasMailbox() {
		return
	}
	state := access.Of(id, by).State
	if c.state = uint8(1 + slices.Index(stateNames[:], state)); state == AccessOff && c.OK > 0 {
		c.note(c.Protocol + " is off for the mailbox now")
	}
}

// leastGuessed is how many names that fail from one address look like somebody
// who tries them out.
const leastGuessed = 10

// guessing says where logons from one client fail with many names.
func guessing(list []Connection) {
	names := map[string]int{}
	for i := range list {
		c := &list[i]
		switch {
		case c.Spare || c.Probe || c.OK > 0 || c.Failed == 0:
		case c.User != "":
			names[c.Client]++
		default:
			names[c.Client] += c.Names
		}
	}
	for i := range list {
		c := &list[i]
		if n := names[c.Client]; n >= leastGuessed && c.OK == 0 && c.Failed > 0 && !c.Spare && !c.Probe {
			c.fault(Fault{FaultGuessing, fmt.Sprintf("logons from this client failed with %d names", n), c.Failed})
		}
	}
}

// isProbe reports whether a client is none of anybody's.
func isProbe(c *model.Connection) bool {
	if a, err := netip.ParseAddr(c.Client); err == nil && a.IsLoopback() {
		return true
	}
	_, login := splitName(strings.ToLower(c.User))
	return strings.HasPrefix(login, healthPrefix) || c.OK+c.Failed == 0
}

// leastBalanced is how many accounts from one address make it likely that a
// load balancer stands there.
const leastBalanced = 5

// balanced says where all logons of a server come from one address.
func balanced(list []Connection) {
	type seen struct {
		client   string
		several  bool
		accounts map[string]bool
	}
	servers := map[string]*seen{}
	for i := range list {
		c := &list[i]
		if c.Probe || c.Spare {
			continue
		}
		v := servers[strings.ToLower(c.Server)]
		if v == nil {
			v = &seen{client: c.Client, accounts: map[string]bool{}}
			servers[strings.ToLower(c.Server)] = v
		}
		v.several = v.several || v.client != c.Client
		if len(v.accounts) < leastBalanced {
			v.accounts[strings.ToLower(c.User)] = true
		}
	}
	for i := range list {
		c := &list[i]
		if v := servers[strings.ToLower(c.Server)]; v != nil && !v.several && !c.Probe && len(v.accounts) >= leastBalanced {
			c.note("all logons of " + c.Server + " come from this address: a load balancer hides the clients")
		}
	}
}
