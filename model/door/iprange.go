package door

import (
	"math/bits"
	"net/netip"
	"strconv"
	"strings"
)

// Range is a run of addresses of one family, as connectors and client access
// rules have them. The zero value holds none.
type Range struct{ From, To netip.Addr }

// ParseRange reads a single address, two with a dash between them, one with a
// number of leading bits (bits behind these do not count), or one with a mask in
// brackets. A zone is left out, and an IPv4 address inside IPv6 is taken for what
// it is.
func ParseRange(text string) (Range, bool) {
	text = strings.TrimSpace(text)
	if from, to, ok := strings.Cut(text, "-"); ok {
		a, okA := parseAddr(from)
		b, okB := parseAddr(to)
		if !okA || !okB || a.Is4() != b.Is4() || b.Less(a) {
			return Range{}, false
		}
		return Range{a, b}, true
	}
	if host, n, ok := strings.Cut(text, "/"); ok {
		a, okA := parseAddr(host)
		length, err := strconv.Atoi(n)
		if !okA || err != nil {
			return Range{}, false
		}
		return prefix(a, length)
	}
	if host, mask, ok := strings.Cut(strings.TrimSuffix(text, ")"), "("); ok {
		a, okA := parseAddr(host)
		m, okM := parseAddr(mask)
		if !okA || !okM || a.Is4() != m.Is4() {
			return Range{}, false
		}
		ones := 0
		for i, b := range m.AsSlice() {
			n := bits.LeadingZeros8(^b)
			if b != ^byte(0)<<(8-n) || n > 0 && ones < 8*i {
				return Range{}, false // ones after a zero
			}
			ones += n
		}
		return prefix(a, ones)
	}
	a, ok := parseAddr(text)
	return Range{a, a}, ok
}

func parseAddr(text string) (netip.Addr, bool) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		text = text[1 : len(text)-1]
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}, false
	}
	return a.Unmap().WithZone(""), true
}

func prefix(a netip.Addr, length int) (Range, bool) {
	p, err := a.Prefix(length)
	if err != nil {
		return Range{}, false
	}
	from := p.Addr()
	last := from.AsSlice()
	for i := range last {
		if at := length - 8*i; at < 8 {
			last[i] |= byte(0xFF) >> max(at, 0)
		}
	}
	to, _ := netip.AddrFromSlice(last)
	return Range{from, to}, true
}

// Has reports whether an address lies in the range.
func (r Range) Has(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return r.From.IsValid() && r.From.Is4() == a.Is4() && !a.Less(r.From) && !r.To.Less(a)
}

// All reports whether the range is every address of its family.
func (r Range) All() bool {
	return r.From.IsValid() && r.From == netip.AddrFrom16([16]byte{}) && r.To == allOnes6 || r.From == netip.AddrFrom4([4]byte{}) && r.To == allOnes4
}

var (
	allOnes4 = netip.AddrFrom4([4]byte{255, 255, 255, 255})
	allOnes6 = netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
)

// Narrower reports whether a range has fewer addresses than another.
func (r Range) Narrower(than Range) bool {
	a, b := r.size(), than.size()
	for i := range a {
		if a[i] != b[i] {
			return a[i] < b[i]
		}
	}
	return false
}

// size is the last address less the first, as 16 bytes.
func (r Range) size() (out [16]byte) {
	from, to := r.From.As16(), r.To.As16()
	borrow := 0
	for i := 15; i >= 0; i-- {
		d := int(to[i]) - int(from[i]) - borrow
		borrow = 0
		if d < 0 {
			d, borrow = d+256, 1
		}
		out[i] = byte(d)
	}
	return out
}

// Binding is a local address and a port that is listened at.
type Binding struct {
	Addr netip.Addr // unspecified: every one of its family
	Port uint16
}

// ParseBinding reads address:port, with an IPv6 address in brackets; without an
// address, or behind the port another colon with a host name, as Exchange 2003
// wrote it, too.
func ParseBinding(text string) (Binding, bool) {
	text = strings.TrimSpace(text)
	host, rest := "", text
	if strings.HasPrefix(text, "[") {
		end := strings.IndexByte(text, ']')
		if end < 0 || !strings.HasPrefix(text[end+1:], ":") {
			return Binding{}, false
		}
		host, rest = text[:end+1], text[end+2:]
	} else {
		var ok bool
		if host, rest, ok = strings.Cut(text, ":"); !ok {
			return Binding{}, false
		}
	}
	number, _, _ := strings.Cut(rest, ":")
	port, err := strconv.ParseUint(number, 10, 16)
	if err != nil || port == 0 {
		return Binding{}, false
	}
	if host == "" {
		return Binding{netip.IPv4Unspecified(), uint16(port)}, true
	}
	a, ok := parseAddr(host)
	return Binding{a, uint16(port)}, ok
}

// Takes reports whether what listens at a binding takes a connection to an
// address and port.
func (b Binding) Takes(to netip.AddrPort) bool {
	a := to.Addr().Unmap().WithZone("")
	return b.Port == to.Port() && (b.Addr == a || b.Addr.IsUnspecified() && b.Addr.Is4() == a.Is4())
}
