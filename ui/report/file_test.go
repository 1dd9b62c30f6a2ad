package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestMessage: every error is one line, of those that were joined each.
func TestMessage(t *testing.T) {
	a, b := errors.New("one\nline"), errors.New("two")
	for _, c := range []struct {
		err  error
		want string
	}{
		{a, "mbxperm: one<U+000A>line\n"},
		{errors.Join(a, nil, b), "mbxperm: one<U+000A>line\nmbxperm: two\n"},
		{errors.Join(errors.Join(b), fmt.Errorf("%w and %w", b, b)), "mbxperm: two\nmbxperm: two and two\n"},
		{fmt.Errorf("both: %w", errors.Join(b, b)), "mbxperm: both: two<U+000A>two\n"},
	} {
		var out strings.Builder
		Message(&out, c.err)
		if out.String() != c.want {
			t.Errorf("%q, want %q", out.String(), c.want)
		}
	}
}
