package decode

import (
	"testing"

	"mbxperm/model"
)

func TestServerVersion(t *testing.T) {
	for _, c := range []struct {
		serial, number string
		want           model.ServerVersion
	}{
		{"Version 15.2 (Build 31544.4)", "1942128136", model.ServerVersion{Major: 15, Minor: 2, Build: 1544, Revision: 4}},
		{"Version 15.1 (Build 32507.6)", "", model.ServerVersion{Major: 15, Minor: 1, Build: 2507, Revision: 6}},
		{"Version 14.3 (Build 30123.4)", "", model.ServerVersion{Major: 14, Minor: 3, Build: 123, Revision: 4}},
		{"Version 6.5 (Build 7638.2: Service Pack 2)", "7638", model.ServerVersion{Major: 6, Minor: 5, Build: 7638, Revision: 2}},
		{"", "1942128136", model.ServerVersion{Major: 15, Minor: 2, Build: 1544}},
		{"Version of \x1b[2J (Build", "1942128136", model.ServerVersion{Major: 15, Minor: 2, Build: 1544}},
		{"", "7638", model.ServerVersion{}}, // of 2000 or 2003: the number alone does not say
		{"", "99999999999999999999", model.ServerVersion{}},
		{"", "", model.ServerVersion{}},
	} {
		got, ok := serialVersion(c.serial)
		if !ok {
			got = packedVersion(c.number)
		}
		if got != c.want {
			t.Errorf("%q, %q: %+v, want %+v", c.serial, c.number, got, c.want)
		}
	}
}
