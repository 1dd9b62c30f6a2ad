package model

import (
	"fmt"
	"testing"

	"mbxperm/model/internal/pool"
)

// TestManyTypesAndServers: no type and no server passes for none because there
// are many of them.
func TestManyTypesAndServers(t *testing.T) {
	const n = 70_000
	w := NewWriter(pool.NewPool())
	name := func(i int) string { return fmt.Sprintf("CN=m%d,DC=contoso,DC=com", i) }
	for i := range n {
		w.Put(&Object{DN: name(i), Class: ClassUser, Recipient: Mailbox, Type: fmt.Sprintf("type %d", i), HomeServer: fmt.Sprintf("EX%d", i)})
	}
	s := w.Snapshot()
	for _, i := range []int{0, 254, 255, 256, 257, 65_000, n - 1} {
		o := s.Record(s.At(w.Pool.DN(name(i))))
		typ, server := fmt.Sprintf("type %d", i), fmt.Sprintf("ex%d", i)
		if i >= mostNumbered {
			typ, server = moreNumbered, moreNumbered
		}
		if got := s.TypeName(o); got != typ {
			t.Errorf("type of %d is %q, want %q", i, got, typ)
		}
		if got := s.Forest.Servers[o.Server]; got != server {
			t.Errorf("server of %d is %q, want %q", i, got, server)
		}
	}
}
