package door

import (
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
}

// Relays are all that the logs tell, in their order. They are worked out once
// for a snapshot; nobody changes them.
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
	}
	return append(out, silent(s)...)
})

// quiet are the connectors that set-up makes and that do not log by default.
var quiet = []string{"Client Frontend"}

// silent are the connectors of which it is known that there should be one and
// that no line tells of: a client that uses one of them is seen nowhere.
func silent(s *model.Snapshot) (out []Relay) {
	seen := map[string]bool{}
	var servers []string
	for i := range s.Relays {
		r := s.Relays[i]
		if r.Side == "front end" {
			if key := strings.ToLower(r.Server); !seen[key] {
				seen[key] = true
				servers = append(servers, r.Server)
			}
			seen[strings.ToLower(r.Server+"\x00"+r.Connector)] = true
		}
	}
	for _, server := range servers {
		for _, name := range quiet {
			connector := name + " " + server
			if !seen[strings.ToLower(server+"\x00"+connector)] {
				out = append(out, Relay{
					Relay:   &model.Relay{Server: server, Side: "front end", Connector: connector},
					Logging: NotLogged, Judged: true,
					Notes: []string{"not logged: set-up does not switch logging on for it, and no line tells of it; who sends through it is not known"},
				})
			}
		}
	}
	return out
}
