package door

import (
	"net/netip"
	"strings"

	"mbxperm/model"
)

// Relay is what one client did at one receive connector, or a connector of
// which there are no logs.
type Relay struct {
	*model.Relay
	// Logging is whether the connector logs, as far as it shows: on where it has
	// lines.
	Logging string
	// External and Relayed are known: the accepted domains are.
	Judged bool
	Notes  []string
	// Faults are what is wrong with it; Notes say them too.
	Faults []Fault
}

// Relays are all that the logs tell, by server, connector and client, clients by their
// addresses, and behind them the connectors of which no line tells. They are worked out
// once for a snapshot; nobody changes them.
func Relays(s *model.Snapshot) []Relay { return relays.Of(s) }

var relays = model.Derive(func(s *model.Snapshot) []Relay {
	out := make([]Relay, len(s.Relays))
	for i := range s.Relays {
		r := &out[i]
		r.Relay, r.Logging = s.Relays[i], LoggingOn
		if r.Judged = r.Unjudged == 0; !r.Judged {
			r.Notes = append(r.Notes, "which recipients are outside is not known: the accepted domains are not; give --accepted DOMAIN")
		}
		if r.Side == "hub" {
			r.Notes = append(r.Notes, "from the log of the hub: the front end's does not have these sessions")
		}
		r.outside(s)
		r.judge()
	}
	orderRelays(out)
	return append(out, silent(s)...)
})

// quiet are the connectors that set-up makes and that do not log by default.
var quiet = []string{"Client Frontend"}

// silent are the connectors of which no line tells, once there are logs: a client that
// uses one that does not log is seen nowhere. Where the directory has told of
// connectors these are its own, else those that set-up makes.
func silent(s *model.Snapshot) (out []Relay) {
	seen := map[string]bool{}
	var servers []string
	for i := range s.Relays {
		r := s.Relays[i]
		if r.Side == "hub" {
			continue
		}
		if key := strings.ToLower(r.Server); !seen[key] {
			seen[key] = true
			servers = append(servers, r.Server)
		}
		seen[strings.ToLower(r.Server+`\`+r.Connector)] = true
	}
	logged := len(servers)
	for _, v := range Servers(s) { // of those without any log it holds all the more
		if len(s.Relays) > 0 && !seen[strings.ToLower(v.Name)] {
			servers = append(servers, v.Name)
		}
	}
	add := func(server, connector, logging, note string) {
		if !seen[strings.ToLower(server+`\`+connector)] {
			out = append(out, Relay{Relay: &model.Relay{Server: server, Side: "front end", Connector: connector}, Logging: logging, Judged: true, Notes: []string{note}})
		}
	}
	for i, server := range servers {
		told := i >= logged // of others the directory alone tells
		for _, c := range Connectors(s) {
			if !strings.EqualFold(c.ServerName(), server) || !c.Enabled || c.Role == "HubTransport" {
				continue
			}
			told = true
			switch c.Logging {
			case "None":
				add(server, c.Name, NotLogged, "not logged: logging is off; who sends through it is not known")
			case "Verbose":
				add(server, c.Name, LoggingOn, "no line tells of it")
			default:
				add(server, c.Name, LoggingUnknown, "no line tells of it, and whether it logs was not read")
			}
		}
		for _, name := range quiet {
			if !told {
				add(server, name+" "+server, NotLogged, "not logged: set-up does not switch logging on for it, and no line tells of it; who sends through it is not known")
			}
		}
	}
	return out
}

// outside says where a client is none of those that the connector is for: a
// connector with wider ranges took it when the log was written, or the ranges were
// changed.
func (r *Relay) outside(s *model.Snapshot) {
	c := ConnectorNamed(s, r.Server+`\`+r.Connector)
	address, err := netip.ParseAddr(r.Client)
	if c == nil || err != nil {
		return
	}
	if in, known := c.InRanges(address); known && !in {
		r.fault(Fault{FaultOutside, "the client is outside the ranges that the connector has now", r.Sessions})
	}
}
