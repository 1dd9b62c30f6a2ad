package ldif_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/ldif"
)

var (
	sidA = acl.MustParseSID("S-1-5-21-1-2-3-1001")
	sidB = acl.MustParseSID("S-1-5-21-1-2-3-1002")
)

// odd is everything that LDIF alone cannot say.
func odd(_ context.Context, s collector.Sink) error {
	s.Begin(collector.Query{ID: 7, Purpose: "mailboxes", Base: "DC=a\nb,DC=\"c\" d=e", Scope: collector.ScopeSub,
		Filter: "(cn=\\00\x00\xff\n# mbxperm: end id=7)", Attributes: []string{"cn", "a,b", `"`, ""}, Account: `CONTOSO\Jörg`})
	s.Begin(collector.Query{ID: -2, Scope: 9, Attributes: []string{}})
	s.Begin(collector.Query{ID: 3})
	s.Expect(7, 12)
	s.Entry(&collector.Entry{Query: 7, DN: "CN=Müller\r\n,OU= x ", Attributes: []collector.Attribute{
		{Name: "cn", Values: [][]byte{[]byte(" lead"), []byte("trail "), []byte(":"), []byte("<file:///etc/passwd"), {}, []byte("plain"), {0}, []byte("a\nb")}},
		{Name: "empty"},
		{Name: "empty"},
		{Name: "empty", Values: [][]byte{[]byte("x")}},
		{Name: "member", Values: [][]byte{[]byte("CN=x")}, Partial: true},
		{Name: "none", Partial: true},
		{Name: "nil", Values: [][]byte{nil, {}, []byte("x")}},
		{Name: "member;range=0-1499", Values: [][]byte{[]byte("CN=y")}},
		{Name: "dn", Values: [][]byte{[]byte("no dn")}},
		{Name: "changetype", Values: [][]byte{[]byte("delete")}},
		{Name: "", Values: [][]byte{[]byte("without a name")}},
		{Name: "# mbxperm", Values: [][]byte{[]byte("a\n\nb")}},
		{Name: "cn", Values: [][]byte{[]byte("again")}},
		{Name: "CN", Values: [][]byte{[]byte("and again")}},
	}})
	s.Entry(&collector.Entry{Query: 3, DN: ""})
	s.Entry(&collector.Entry{Query: 7, DN: "#", Attributes: []collector.Attribute{{Name: "version", Values: [][]byte{[]byte("2")}}}})
	s.Missed(sidA)
	s.Missed(acl.SID{})
	s.End(7, errors.New("page 3:\n\"cut\" \xff"))
	s.End(3, context.Canceled)
	s.End(-2, nil)
	return nil
}

func TestOddEventsComeBack(t *testing.T) {
	for _, c := range []struct {
		name string
		src  *script
	}{
		{"well", &script{read: odd, lookups: []func(collector.Sink) error{
			func(s collector.Sink) error { s.Missed(sidA); return nil },
			func(s collector.Sink) error { s.Missed(sidB); return errors.New("gone") },
		}}},
		{"nothing at all", &script{read: func(context.Context, collector.Sink) error { return nil }}},
		{"read failed", &script{read: func(ctx context.Context, s collector.Sink) error { _ = odd(ctx, s); return errors.New("gone") }}},
		{"read cancelled", &script{read: func(ctx context.Context, s collector.Sink) error { _ = odd(ctx, s); return context.Canceled }}},
	} {
		t.Run(c.name, func(t *testing.T) {
			lookups := [][]acl.SID{{sidA}, {sidB}}
			want, path := recordEvents(t, t.Context(), c.src, lookups...)
			wantEvents(t, everything(t.Context(), reopen(t, path), lookups...), want)
		})
	}
}

// TestCancelledIsSaid: a context that ended while the source did not look.
func TestCancelledIsSaid(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, path := recordEvents(t, ctx, &script{read: func(context.Context, collector.Sink) error { cancel(); return nil }})
	s := collect(t, reopen(t, path))
	if len(s.State.Incomplete) != 1 || s.State.Incomplete[0].Reason != "cancelled" || s.State.Err != nil {
		t.Errorf("the replay says %v, %v; want cancelled", s.State.Incomplete, s.State.Err)
	}
}

// TestDemoComesBack: each event of a whole organisation, from the file as it is,
// unpacked, packed by gzip, with a byte order mark, and recorded once more.
func TestDemoComesBack(t *testing.T) {
	lookups := [][]acl.SID{{sidA}, {sidA, sidB}}
	want, path := recordEvents(t, t.Context(), source(t, "demo:120"), lookups...)
	if len(want) < 500 {
		t.Fatalf("only %d events", len(want))
	}
	plain := unpack(t, path)
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = z.Write(plain)
	z.Close()
	for _, c := range []struct{ name, path string }{
		{"as recorded", path},
		{"plain", writeFile(t, "plain", plain)},
		{"gzip", writeFile(t, "gzip", packed.Bytes())},
		{"byte order mark", writeFile(t, "bom", append([]byte("\xef\xbb\xbf"), plain...))},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := reopen(t, c.path)
			again, path := recordEvents(t, t.Context(), src, lookups...)
			wantEvents(t, again, want)
			wantEvents(t, everything(t.Context(), reopen(t, path), lookups...), want)
		})
	}
}

func unpack(tb testing.TB, path string) []byte {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	defer z.Close()
	b, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// TestHead: the evidence is there, and no more than was given.
func TestHead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "r")
	want := ldif.Head{Program: "mbxperm 1.0", Source: "ldaps://dc1", Bound: "simple bind", Warnings: []string{"not verified\n", "b"}}
	r, err := ldif.Create(t.Context(), path, want, ldif.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	src := reopen(t, path)
	defer src.Close()
	got, ok := src.Recording()
	if got.Time.IsZero() || !ok {
		t.Errorf("%v, %v", got, ok)
	}
	if got.Program != want.Program || got.Source != want.Source || got.Bound != want.Bound || !slices.Equal(got.Warnings, want.Warnings) {
		t.Errorf("the head says %+v, want %+v", got, want)
	}
	if w := src.Warnings(); len(w) != 2 || w[1] != "when it was recorded: b" {
		t.Errorf("warnings %q", w)
	}
	if !strings.Contains(src.Name(), "ldaps://dc1") || !strings.HasPrefix(src.Name(), path) {
		t.Errorf("the name is %q", src.Name())
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, mode %v; want 0600", err, info.Mode())
	}
}

// TestOthersReadIt: zstd takes the file for whole, and OpenLDAP's ldapadd, which
// with -n parses everything and sends nothing, finds every entry.
func TestOthersReadIt(t *testing.T) {
	_, path := recordEvents(t, t.Context(), source(t, "demo:120"))
	if zstd, err := exec.LookPath("zstd"); err == nil {
		if out, err := exec.Command(zstd, "-t", path).CombinedOutput(); err != nil {
			t.Errorf("zstd -t: %v: %s", err, out)
		}
	} else {
		t.Log("no zstd here")
	}
	ldapadd, err := exec.LookPath("ldapadd")
	if err != nil {
		t.Skip("no ldapadd here (Debian: ldap-utils)")
	}
	plain := unpack(t, path)
	if i := bytes.IndexFunc(plain, func(r rune) bool { return r >= 0x80 || r < ' ' && r != '\n' }); i >= 0 {
		t.Errorf("byte %d is %#x: RFC 2849 wants such values in base64", i, plain[i])
	}
	cmd := exec.Command(ldapadd, "-n", "-v", "-c", "-H", "ldap://127.0.0.1:1")
	cmd.Stdin = bytes.NewReader(plain)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	_ = cmd.Run()
	want := bytes.Count(plain, []byte("\ndn:"))
	if got := strings.Count(out.String(), "!adding new entry"); got != want || want == 0 {
		t.Errorf("ldapadd found %d entries, want %d; it says %.500s", got, want, errs.String())
	}
}

// A fault in the program while it records leaves no recording that looks whole.
func TestFaultIsRecorded(t *testing.T) {
	panics := func(context.Context, collector.Sink) error { panic("index out of range") }
	whole := odd
	for name, read := range map[string]func(context.Context, collector.Sink) error{"while it reads": panics, "while it looks up": whole} {
		path := filepath.Join(t.TempDir(), "fault.ldif.zst")
		r, err := ldif.Create(t.Context(), path, ldif.Head{Program: "test"}, ldif.Options{})
		if err != nil {
			t.Fatal(err)
		}
		src := r.Record(&faultySource{script{read: read}})
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: the fault was swallowed", name)
				}
			}()
			if err := src.Read(t.Context(), nothing{}); err != nil {
				t.Error(err)
			}
			_ = src.Lookup(t.Context(), []acl.SID{sidA}, nothing{})
		}()
		if err := src.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := ldif.Open(r.Path())
		if err != nil {
			t.Fatal(err)
		}
		err = again.Read(t.Context(), nothing{})
		if err == nil {
			err = again.Lookup(t.Context(), []acl.SID{sidA}, nothing{})
		}
		if err == nil || !strings.Contains(err.Error(), "internal error") {
			t.Errorf("%s: %v", name, err)
		}
		again.Close()
	}
}

// faultySource has a fault in its Lookup.
type faultySource struct{ script }

func (*faultySource) Lookup(context.Context, []acl.SID, collector.Sink) error { panic("nil map") }
func (*faultySource) Changes(context.Context, []string, collector.Sink) error { return nil }
