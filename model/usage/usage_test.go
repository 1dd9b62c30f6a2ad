package usage

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{Wrap(nil), false},
		{fs.ErrNotExist, false},
		{Errorf("unknown format %q", "yaml"), true},
		{Wrap(fs.ErrNotExist), true},
		{fmt.Errorf("report: %w", Errorf("no source")), true},
		{errors.Join(fs.ErrExist, Errorf("no source")), true},
	} {
		if got := Is(c.err); got != c.want {
			t.Errorf("Is(%v) is %v, want %v", c.err, got, c.want)
		}
	}
	for _, c := range []struct {
		args []string
		n    int
		want string
	}{
		{[]string{"demo"}, 1, ""},
		{nil, 1, "few"},
		{[]string{"demo", "a b"}, 1, `one source at a time: "a b" is too much`},
		{[]string{"a", "b"}, 2, ""},
		{[]string{"a"}, 2, "few"},
		{[]string{"a", "b", "c"}, 2, "few"},
	} {
		got := ""
		if err := Arguments(c.args, c.n, "few"); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("Arguments(%q, %d) says %q, want %q", c.args, c.n, got, c.want)
		}
	}
	if err := Wrap(fs.ErrNotExist); !errors.Is(err, fs.ErrNotExist) || err.Error() != fs.ErrNotExist.Error() {
		t.Errorf("Wrap changes the error to %v", err)
	}
}
