package model

import (
	"testing"
)

// TestDisplayOf: a displayName is there as it came, whether it is the value of the
// name, spelled alike or not, or another.
func TestDisplayOf(t *testing.T) {
	w := NewWriter(NewPool())
	type named struct{ dn, display, want string }
	objects := []named{
		{"CN=Karin Arvidsson,OU=x,DC=contoso,DC=lab", "Karin Arvidsson", "Karin Arvidsson"},
		{"CN=karin arvidsson 2,DC=contoso,DC=lab", "Karin Arvidsson 2", "Karin Arvidsson 2"},
		{`CN=Müller\, Z.,DC=contoso,DC=lab`, "Müller, Z.", "Müller, Z."},
		{`CN=a\,b,DC=contoso,DC=lab`, `a\,b`, `a\,b`},
		{"CN=u1=x,DC=contoso,DC=lab", "u1=x", "u1=x"},
		{" CN = padded ,DC=contoso,DC=lab", "padded", "padded"},
		{"CN=u2,DC=contoso,DC=lab", "=", "="},
		{"CN=u3,DC=contoso,DC=lab", "", ""},
		{"no equals sign", "no equals sign", "no equals sign"},
	}
	for _, o := range objects {
		w.Put(&Object{DN: o.dn, Display: o.display, Class: ClassUser})
		w.Put(&Object{DN: o.dn, Display: "another that came later"}) // the first stays, where there was one
	}
	s := w.Snapshot()
	for i, o := range objects {
		want := o.want
		if want == "" {
			want = "another that came later"
		}
		if got := string(s.DisplayOf(s.Record(ObjectID(i + 1)))); got != want {
			t.Errorf("%s is displayed as %q, want %q", o.dn, got, want)
		}
	}
}
