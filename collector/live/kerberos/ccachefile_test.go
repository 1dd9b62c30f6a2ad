package kerberos

import (
	"encoding/binary"
	"testing"
	"time"
)

// cacheText is a cache with a ticket for the realm's own service and one that
// the library keeps for itself.
func cacheText(version byte) []byte {
	u32, data := binary.BigEndian.AppendUint32, func(b []byte, s string) []byte { return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...) }
	principal := func(b []byte, realm string, name ...string) []byte {
		b = data(u32(u32(b, 1), uint32(len(name))), realm)
		for _, n := range name {
			b = data(b, n)
		}
		return b
	}
	b := []byte{5, version}
	if version == 4 {
		b = append(b, 0, 12, 0, 1, 0, 8, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0)
	}
	b = principal(b, "R", "anna")
	for _, server := range [][]string{{"R", "krbtgt", "R"}, {"X-CACHECONF:", "krb5_ccache_conf_data", "pa_type"}} {
		b = principal(principal(b, "R", "anna"), server[0], server[1:]...)
		b = append(b, 0, 18)
		if version == 3 {
			b = append(b, 0, 18)
		}
		b = data(b, "key")
		b = u32(u32(u32(u32(b, 1), 2), 0xFFFFFFF0), 4) // until 2106: an unsigned number
		b = append(b, 0, 0x40, 0, 0, 0)
		b = data(append(u32(b, 1), 0, 2), "addr")
		b = data(append(u32(b, 1), 0, 1), "auth")
		b = data(data(b, "ticket"), "")
	}
	return b
}

func TestParseCache(t *testing.T) {
	for _, version := range []byte{3, 4} {
		b := cacheText(version)
		c, err := parseCache(b)
		if err != nil || c.client.PrincipalNameString() != "anna" || c.realm != "R" || len(c.entries) != 1 {
			t.Fatalf("version %d: %+v, %v", version, c, err)
		}
		e := c.entries[0]
		if e.server.PrincipalNameString() != "krbtgt/R" || e.key.KeyType != 18 || string(e.key.KeyValue) != "key" || string(e.ticket) != "ticket" || !e.until.After(time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("version %d: %+v", version, e)
		}
		// The header ends with the client, and each ticket with its last byte.
		whole := 0
		for n := range b {
			if _, err := parseCache(b[:n]); err == nil {
				whole++
			}
		}
		if whole != 2 {
			t.Errorf("version %d: %d of %d beginnings are taken, want 2", version, whole, len(b))
		}
	}
	for _, bad := range []string{"", "\x05", "\x05\x01", "\x05\x02", "\x05\x05x", "\x04\x04", "password"} {
		if _, err := parseCache([]byte(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func FuzzCache(f *testing.F) {
	f.Add(cacheText(3))
	f.Add(cacheText(4))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := parseCache(b); err == nil && c == nil {
			t.Error("neither a cache nor an error")
		}
	})
}
