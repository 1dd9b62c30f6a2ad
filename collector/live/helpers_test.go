//go:debug x509negativeserial=1

package live

import (
	"context"
	"encoding/pem"
	"flag"
	"fmt"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"
	"mbxperm/model"
)

const (
	user     = "auditor@contoso.lab"
	password = "Tr0ub4dor&3 horse"
)

// TestMain lets many tests wait at once: those that run in parallel are those
// that wait for a server that is silent, on one core too.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "16"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// journal is a sink that writes everything down.
type journal struct {
	begun   []collector.Query
	ended   map[collector.QueryID]error
	entries map[collector.QueryID][]*collector.Entry
	expect  map[collector.QueryID]int
	missed  []acl.SID
	onEntry func(*collector.Entry)
}

func newJournal() *journal {
	return &journal{ended: map[collector.QueryID]error{}, entries: map[collector.QueryID][]*collector.Entry{}, expect: map[collector.QueryID]int{}}
}

func (j *journal) Begin(q collector.Query)            { j.begun = append(j.begun, q) }
func (j *journal) Expect(id collector.QueryID, n int) { j.expect[id] = n }
func (j *journal) End(id collector.QueryID, e error)  { j.ended[id] = e }
func (j *journal) Missed(sid acl.SID)                 { j.missed = append(j.missed, sid) }
func (j *journal) Entry(e *collector.Entry) {
	e = clone(e)
	j.entries[e.Query] = append(j.entries[e.Query], e)
	if j.onEntry != nil {
		j.onEntry(e)
	}
}

// of returns the entries and the first reason of all searches of a purpose.
func (j *journal) of(t *testing.T, p collector.Purpose) ([]*collector.Entry, error) {
	t.Helper()
	var all []*collector.Entry
	var reason error
	begun := false
	for _, q := range j.begun {
		if q.Purpose != p {
			continue
		}
		begun = true
		end, ok := j.ended[q.ID]
		if !ok {
			t.Errorf("%s: search %d has no End", p, q.ID)
		}
		if reason == nil {
			reason = end
		}
		all = append(all, j.entries[q.ID]...)
	}
	if !begun {
		t.Errorf("%s: no such search", p)
	}
	return all, reason
}

// complete wants every search to have ended without a reason, but for those of
// the purposes named.
func (j *journal) complete(t *testing.T, but ...collector.Purpose) {
	t.Helper()
	for _, q := range j.begun {
		end, ok := j.ended[q.ID]
		if !ok {
			t.Errorf("%s: search %d has no End", q.Purpose, q.ID)
		}
		excepted := false
		for _, p := range but {
			excepted = excepted || p == q.Purpose
		}
		if end != nil && !excepted {
			t.Errorf("%s ended with %v, want complete", q.Purpose, end)
		}
	}
}

// once wants no entry twice.
func once(t *testing.T, entries []*collector.Entry) {
	t.Helper()
	seen := make(map[string]bool)
	for _, e := range entries {
		if seen[e.DN] {
			t.Errorf("%s came twice", e.DN)
		}
		seen[e.DN] = true
	}
}

// options are those for a test server.
func options(s *ldaptest.Server) Options {
	return Options{URL: s.URL(), Auth: AuthSimple, User: user, Password: func() (string, error) { return password, nil }, CAFile: s.CAFile(), PageSize: 100, Pause: time.Millisecond}
}

// serve starts a server with a directory of the size; change may alter both.
func serve(t *testing.T, size ldaptest.Size, change ...func(*ldaptest.Config)) *ldaptest.Server {
	t.Helper()
	c := ldaptest.Config{Entries: ldaptest.Directory(size), Passwords: map[string]string{user: password}, WhoAmI: `u:CONTOSO\auditor`, LDAPS: true}
	for _, f := range change {
		f(&c)
	}
	return ldaptest.Start(t, c)
}

func open(t *testing.T, o Options) *Source {
	t.Helper()
	s, err := Open(context.Background(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// read opens, reads and closes.
func read(t *testing.T, o Options) (*journal, error) {
	t.Helper()
	s := open(t, o)
	j := newJournal()
	err := s.Read(context.Background(), j)
	s.Close()
	return j, err
}

// noLeaks fails the test if a goroutine of go-ldap or of this package is left
// when it ends. It must be called first, so that its check runs last. What the
// test starts has its label, and so has all that this starts in turn: tests
// that run beside it do not count.
func noLeaks(t *testing.T) {
	t.Helper()
	pprof.SetGoroutineLabels(pprof.WithLabels(t.Context(), pprof.Labels("test", t.Name())))
	t.Cleanup(func() {
		var left string
		for range 200 {
			if left = ours(t.Name()); left == "" {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		t.Errorf("goroutines left behind:\n%s", left)
	})
}

// ours returns the stacks of goroutines that belong to connections of a test.
func ours(name string) string {
	var stacks strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 1); err != nil {
		return err.Error()
	}
	label := fmt.Sprintf("%q:%q", "test", name)
	var found []string
	for _, g := range strings.Split(stacks.String(), "\n\n") {
		if !strings.Contains(g, label) {
			continue
		}
		if strings.Contains(g, "go-ldap/ldap/v3.(") || strings.Contains(g, "live.(*Source)") || strings.Contains(g, "live.(*stream)") {
			found = append(found, g)
		}
	}
	return strings.Join(found, "\n\n")
}

// der takes the certificate out of PEM.
func der(t *testing.T, text []byte) []byte {
	t.Helper()
	block, _ := pem.Decode(text)
	if block == nil {
		t.Fatal("no PEM")
	}
	return block.Bytes
}

// collect reads a source into a snapshot, and closes it. What does so for the
// program, package session, imports this one.
func collect(tb testing.TB, src collector.Source) *model.Snapshot {
	tb.Helper()
	defer src.Close()
	w := model.NewWriter(model.NewPool())
	w.State.Err = decode.Read(context.Background(), src, w, new(sync.Mutex))
	w.State.Phase = model.Finished
	return w.Snapshot()
}
