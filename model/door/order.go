package door

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"mbxperm/model"
)

// ranks number texts, and then say which comes before which: rows of logs are many,
// and what they are ordered by is the same in most of them.
type ranks struct {
	number map[string]uint32
	texts  []string
}

func (r *ranks) of(text string) uint32 {
	n, ok := r.number[text]
	if !ok {
		if r.number == nil {
			r.number = map[string]uint32{}
		}
		n = uint32(len(r.texts))
		r.number[text] = n
		r.texts = append(r.texts, text)
	}
	return n
}

// inOrder returns the rank of each number.
func (r *ranks) inOrder(compare func(a, b string) int) []uint32 {
	order := make([]uint32, len(r.texts))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return compare(r.texts[a], r.texts[b]) })
	out := make([]uint32, len(order))
	for rank, n := range order {
		out[n] = uint32(rank)
		if rank > 0 && compare(r.texts[order[rank-1]], r.texts[n]) == 0 { // the same but for case
			out[n] = out[order[rank-1]]
		}
	}
	return out
}

// compareNames: without regard to case, and who is nobody comes last.
func compareNames(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(b), len(a))
	}
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

func compareFolded(a, b string) int {
	return strings.Compare(strings.ToLower(a), strings.ToLower(b))
}

// compareClients: addresses as numbers, and behind them what is none.
func compareClients(a, b string) int {
	x, errX := netip.ParseAddr(a)
	y, errY := netip.ParseAddr(b)
	if errX != nil || errY != nil {
		return cmp.Or(-cmp.Compare(bitOf(errX == nil), bitOf(errY == nil)), strings.Compare(a, b))
	}
	return x.Compare(y)
}

func bitOf(b bool) int {
	if b {
		return 1
	}
	return 0
}

// place is what rows of logs are ordered by: server, protocol or connector, account,
// mailbox, client and side. Logs have an order of their own, by when somebody came first
// and which file was read when, that helps nobody.
type place [6]uint32

// placing makes the places of rows.
type placing struct {
	places []place
	ranks  [len(place{})]ranks
}

func (p *placing) add(texts ...string) {
	var at place
	for i, text := range texts {
		at[i] = p.ranks[i].of(text)
	}
	p.places = append(p.places, at)
}

// inOrder brings the rows into the order of their places.
func inOrder[T any](rows []T, p *placing) {
	var by [len(place{})][]uint32
	for i, compare := range [...]func(a, b string) int{compareFolded, compareFolded, compareNames, compareFolded, compareClients, strings.Compare} {
		by[i] = p.ranks[i].inOrder(compare)
		p.ranks[i] = ranks{} // some hundred thousand names
	}
	for i := range p.places {
		for k := range by {
			p.places[i][k] = by[k][p.places[i][k]]
		}
	}
	order := make([]int32, len(rows))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return slices.Compare(p.places[a][:], p.places[b][:]) })
	for i := range order { // each cycle of the permutation once
		if order[i] < 0 {
			continue
		}
		first, at := rows[i], int32(i)
		for {
			from := order[at]
			order[at] = -1
			if from == int32(i) {
				rows[at] = first
				break
			}
			rows[at] = rows[from]
			at = from
		}
	}
}

// orderConnections puts connections in order.
func orderConnections(s *model.Snapshot, list []Connection) {
	p := placing{places: make([]place, 0, len(list))}
	for i := range list {
		c := &list[i]
		name := c.User
		if c.Account.ID != 0 {
			name = s.ObjectName(s.Record(c.Account.ID))
		}
		p.add(c.Server, c.Protocol, name, c.Mailbox, c.Client, c.Side)
	}
	inOrder(list, &p)
}

// orderRelays puts relays in order.
func orderRelays(list []Relay) {
	var p placing
	for i := range list {
		r := &list[i]
		p.add(r.Server, r.Connector, "", "", r.Client, r.Side)
	}
	inOrder(list, &p)
}
