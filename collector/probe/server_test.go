package probe

import (
	"flag"
	"os"
	"testing"
	"time"

	"mbxperm/model/door"
)

// TestMain lets the cases wait beside each other that wait for a server's silence:
// there are some dozens, and none of them computes meanwhile.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "64"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// checked checks a target, and returns the one check.
func checked(t testing.TB, o Options, target door.Target) *door.Check {
	t.Helper()
	checks := checkAll(t, o, target)
	if len(checks) != 1 {
		t.Fatalf("%d checks, want 1", len(checks))
	}
	return &checks[0]
}

func checkAll(t testing.TB, o Options, targets ...door.Target) []door.Check {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Deadline == 0 {
		o.Deadline = 20 * time.Second
	}
	if o.Parallel == 0 {
		o.Parallel = 200
	}
	b, err := New(o, targets[0].Protocol)
	if err != nil {
		t.Fatal(err)
	}
	checks, err := b.Run(t.Context(), targets, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range checks {
		for i, name := range c.Protocol.Steps() {
			if c.Steps[i].Name != name {
				t.Fatalf("step %d is %s, want %s", i, c.Steps[i].Name, name)
			}
		}
	}
	return checks
}

func mechanismsOf(_ capabilities, m door.Mechanisms) []string { return m.Auth }
