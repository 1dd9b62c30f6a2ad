package live

import (
	"errors"
	"strings"
	"testing"
)

// wantError wants an error of the kind whose text has all the parts, and never
// the password.
func wantError(t *testing.T, err, kind error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %v", kind)
	}
	if kind != nil && !errors.Is(err, kind) {
		t.Errorf("error %q is not %q", err, kind)
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("error %q does not say %q", err, p)
		}
	}
	noPassword(t, err)
}

// noPassword looks through the whole chain of an error.
func noPassword(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	if strings.Contains(err.Error(), password) {
		t.Errorf("the password is in %T: %v", err, err)
	}
	switch u := err.(type) {
	case interface{ Unwrap() []error }:
		for _, e := range u.Unwrap() {
			noPassword(t, e)
		}
	case interface{ Unwrap() error }:
		noPassword(t, u.Unwrap())
	}
}
