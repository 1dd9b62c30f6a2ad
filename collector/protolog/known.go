package protolog

import (
	"bytes"
	"hash/maphash"
	"strings"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/model"
)

// known is what the directory says that sums depend on: whose names there are,
// and which domains mail is taken for.
type known struct {
	names   map[uint64]struct{} // hashes of names in lower case
	domains domains
}

func newKnown(accepted []string) *known {
	k := &known{names: map[uint64]struct{}{}}
	for _, d := range accepted {
		k.domains.add(d)
	}
	return k
}

func (k *known) entry(e *collector.Entry) {
	if v := e.Value(decode.AttrAccount); v != nil {
		k.name(v)
	}
	if v := e.Value(decode.AttrUPN); v != nil {
		k.name(v)
	}
	for _, v := range e.Values(decode.AttrAddresses) {
		if _, address, ok := bytes.Cut(v, []byte{':'}); ok {
			k.name(address)
		}
	}
	if d, ok := decode.AcceptedDomain(e); ok {
		k.domains.add(d)
	}
}

func (k *known) name(b []byte) { k.names[nameHash(b)] = struct{}{} }

func nameHash(b []byte) uint64 { return maphash.Bytes(seed, bytes.ToLower(b)) }

func (k *known) has(name string) bool {
	_, ok := k.names[nameHash([]byte(name))]
	return ok
}

// isName reports whether what somebody typed is a name of the directory, in one
// of the forms in which one logs on.
func (k *known) isName(typed string) bool {
	if k.has(typed) {
		return true
	}
	if i := strings.LastIndexAny(typed, `\/`); i >= 0 {
		return k.has(typed[i+1:])
	}
	account, _, _ := strings.Cut(typed, "@")
	return len(account) > 20 && strings.HasPrefix(strings.ToLower(account), "healthmailbox") && k.has(account[:20])
}

// isAccount reports whether the account that somebody typed is a name of the
// directory.
func (k *known) isAccount(typed string) bool {
	account, _ := model.LogonNames(typed)
	return k.isName(account)
}

// domains are those that mail is taken for.
type domains struct {
	exact map[string]bool // in lower case
	below []string        // .contoso.com, for *.contoso.com
	any   bool            // *
	buf   []byte
}

func (d *domains) add(name string) {
	name = strings.ToLower(strings.TrimSpace(name))
	if d.exact == nil {
		d.exact = map[string]bool{}
	}
	switch rest, wild := strings.CutPrefix(name, "*."); {
	case name == "*":
		d.any = true
	case wild:
		d.below = append(d.below, "."+rest)
		fallthrough
	default:
		if rest != "" {
			d.exact[rest] = true
		}
	}
}

// outside reports whether an address is in none of the domains; unknown where
// none is known. An address without a domain is the server's own.
func (d *domains) outside(address []byte) (outside, unknown bool) {
	i := bytes.LastIndexByte(address, '@')
	if i < 0 || d.any {
		return false, false
	}
	if d.exact == nil {
		return false, true
	}
	d.buf = append(d.buf[:0], address[i+1:]...)
	for j, c := range d.buf {
		if 'A' <= c && c <= 'Z' {
			d.buf[j] = c | 0x20
		}
	}
	if d.exact[string(d.buf)] {
		return false, false
	}
	for _, b := range d.below {
		if bytes.HasSuffix(d.buf, []byte(b)) {
			return false, false
		}
	}
	return true, false
}
