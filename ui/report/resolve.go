package report

import (
	"context"
	"net"
	"strings"
	"sync"
	"time"

	"mbxperm/model"
)

// How clients are asked for: so many at a time, each for so long.
const (
	resolvers    = 20
	resolveLimit = 2 * time.Second
)

// resolve asks DNS for the names of all clients, once each. A client without an
// answer has no name.
func resolve(ctx context.Context, s *model.Snapshot) map[string]string {
	names := map[string]string{}
	for i := range s.Connections {
		names[s.Connections[i].Client] = ""
	}
	for i := range s.Relays {
		names[s.Relays[i].Client] = ""
	}
	ask := make(chan string)
	var mu sync.Mutex
	var running sync.WaitGroup
	found := map[string]string{}
	for range resolvers {
		running.Go(func() {
			for address := range ask {
				limited, cancel := context.WithTimeout(ctx, resolveLimit)
				answers, err := net.DefaultResolver.LookupAddr(limited, address)
				cancel()
				if err == nil && len(answers) > 0 {
					mu.Lock()
					found[address] = strings.TrimSuffix(answers[0], ".")
					mu.Unlock()
				}
			}
		})
	}
	for address := range names {
		if net.ParseIP(address) != nil && ctx.Err() == nil {
			ask <- address
		}
	}
	close(ask)
	running.Wait()
	return found
}
