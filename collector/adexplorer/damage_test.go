package adexplorer_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"mbxperm/collector/adexplorer"
	"mbxperm/collector/adexplorer/snaptest"
	"mbxperm/collector/decode"
	"mbxperm/collector/demo"
)

var le = binary.LittleEndian

// openBytes reads bytes as a snapshot, and returns what opening and reading say.
func openBytes(b []byte) (*taker, []string, error, error) {
	src, err := adexplorer.Read("test.dat", bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return nil, nil, err, nil
	}
	defer src.Close()
	t := newTaker()
	err = src.Read(context.Background(), t)
	return t, src.Warnings(), nil, err
}

// TestCutAnywhere: a snapshot that ends too early is refused, or, where only what
// nobody needs is gone, read with a warning.
func TestCutAnywhere(t *testing.T) {
	s := groupSnapshot(team("CN=bert,DC=contoso,DC=com"), member("bert", "S-1-5-21-1-2-3-1105", "CN=Team,DC=contoso,DC=com"))
	cuts := []int{0, 1, 8, 9, 10, 14, 0x426, 0x43D, 0x43E, s.Tables - 1, s.Tables, s.Tables + 1, s.Tables + 3, s.Tables + 4, s.Classes - 1}
	for _, at := range s.Objects {
		cuts = append(cuts, at, at+3, at+7)
	}
	for at := s.Tables; at < s.Classes; at++ {
		cuts = append(cuts, at)
	}
	for _, at := range cuts {
		_, _, err, _ := openBytes(s.Bytes[:at])
		want := "it is cut: copy it again"
		if at < 9 {
			want = "it is no snapshot of AD Explorer"
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("cut at %d of %d: %v, want %q", at, len(s.Bytes), err, want)
		}
	}
	whole, warnings, _, err := openBytes(s.Bytes)
	if err != nil || warnings != nil {
		t.Fatal(err, warnings)
	}
	for at := s.Classes; at <= s.Tree; at++ {
		got, warnings, open, err := openBytes(s.Bytes[:at])
		if open != nil || err != nil || len(got.entries) != len(whole.entries) || len(warnings) == 0 {
			t.Fatalf("cut at %d: %v, %v, warnings %q", at, open, err, warnings)
		}
	}
}

// TestRefuse: files that are no snapshot, or not yet one.
func TestRefuse(t *testing.T) {
	s := written(t, "demo:5", false, snaptest.Options{})
	with := func(change func(b []byte)) []byte {
		b := slices.Clone(s.Bytes)
		change(b)
		return b
	}
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"empty", nil, "it is no snapshot"},
		{"another file", bytes.Repeat([]byte("dn: CN=a\n"), 1000), "it is no snapshot"},
		{"not finished", with(func(b []byte) { copy(b, "win-ad-XX\x00") }), "AD Explorer did not finish this snapshot: take it again"},
		{"tables never written", with(func(b []byte) { le.PutUint64(b[0x42E:], 0) }), "AD Explorer did not finish"},
		{"another version", with(func(b []byte) { le.PutUint32(b[10:], 0x20001) }), "in another format (0x20001"},
		{"tables in the header", with(func(b []byte) { le.PutUint64(b[0x42E:], 100) }), "its tables cannot begin at byte 100"},
		{"tables below zero", with(func(b []byte) { le.PutUint64(b[0x42E:], 1<<63) }), "its tables cannot begin"},
		{"tables behind the end", with(func(b []byte) { le.PutUint64(b[0x42E:], 1<<40) }), "it is cut"},
		{"too many attributes", with(func(b []byte) { le.PutUint32(b[s.Tables:], 1<<31) }), "its table of attributes is damaged: it cannot have 2147483648 rows"},
		{"more attributes than there are", with(func(b []byte) { le.PutUint32(b[s.Tables:], 1<<20) }), "its table of attributes"},
		{"a name that cannot be", with(func(b []byte) { le.PutUint32(b[s.Tables+4:], 0xFFFFFFFF) }), "a text in it is too long"},
		{"no attributes", with(func(b []byte) { le.PutUint32(b[s.Tables:], 0) }), "it names no schema"},
	} {
		_, _, err, _ := openBytes(c.b)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

// place is where the values of an attribute of an object lie.
func place(t *testing.T, s *snaptest.Snapshot, object int, name string) (row, values int) {
	t.Helper()
	at := s.Objects[object]
	for i := range int(le.Uint32(s.Bytes[at+4:])) {
		row := at + 8 + 8*i
		if s.Names[le.Uint32(s.Bytes[row:])] == name {
			return row, at + int(int32(le.Uint32(s.Bytes[row+4:])))
		}
	}
	t.Fatalf("object %d has no %s", object, name)
	return 0, 0
}

// TestHostileObject: one object lies about itself. It is left out and said to
// be, or one of its attributes is; everything else is read, and no memory is
// taken for what is not there.
func TestHostileObject(t *testing.T) {
	s := written(t, "demo:30", false, snaptest.Options{Alone: true})
	whole, _, _, err := openBytes(s.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	victim := -1
	for i, o := range readPlain(s.Bytes) {
		if o["msExchMailboxGuid"] != nil && o["nTSecurityDescriptor"] != nil && o["userAccountControl"] != nil && o["msExchRecipientTypeDetails"] != nil {
			victim = i
			break
		}
	}
	at := s.Objects[victim]
	_, class := place(t, s, victim, "objectClass")
	row, sid := place(t, s, victim, "objectSid")
	_, security := place(t, s, victim, "nTSecurityDescriptor")
	_, control := place(t, s, victim, "userAccountControl")
	_, kind := place(t, s, victim, "msExchRecipientTypeDetails")
	nameRow, _ := place(t, s, victim, "distinguishedName")
	put := func(at int, v uint32) func(b []byte) { return func(b []byte) { le.PutUint32(b[at:], v) } }
	for _, c := range []struct {
		name   string
		change func(b []byte)
		want   string
	}{
		{"a table that does not fit", put(at+4, 1<<29), "its table of attributes does not fit into it"},
		{"an attribute that there is not", put(row, 1<<31), "it has attribute 2147483648 of"},
		{"values before the file", put(row+4, 0x80000000), "objectSid of 1 objects: it refers to a place outside the objects"},
		{"values behind the objects", put(row+4, 0x7FFFFFFF), "objectSid of 1 objects: it refers to a place outside the objects"},
		{"values in the header", put(nameRow+4, uint32(int32(16-at))), "distinguishedName: it refers to a place outside"},
		{"four billion texts", put(class, 0xFFFFFFFF), "objectClass: it refers to a place outside"},
		{"a text outside", put(class+4, 0x70000000), "objectClass: it refers to a place outside"},
		{"a text before the file", put(class+4, 0x90000000), "objectClass: it refers to a place outside"},
		{"four billion SIDs", put(sid, 0xFFFFFFFF), "objectSid of 1 objects: it refers to a place outside"},
		{"a SID of 4 GB", put(sid+4, 0xFFFFFFFF), "objectSid of 1 objects: a value of it is larger than 64 MiB"},
		{"a SID of 60 MiB", put(sid+4, 60<<20), "objectSid of 1 objects: it refers to a place outside"},
		{"a descriptor of 60 MiB", put(security+4, 60<<20), "nTSecurityDescriptor of 1 objects: it refers to a place outside"},
		{"four billion numbers", put(control, 0xFFFFFFFF), "userAccountControl of 1 objects: it refers to a place outside"},
		{"four billion large numbers", put(kind, 0xFFFFFFFF), "msExchRecipientTypeDetails of 1 objects: it refers to a place outside"},
	} {
		b := slices.Clone(s.Bytes)
		c.change(b)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, _, open, err := openBytes(b)
		runtime.ReadMemStats(&after)
		if open != nil || err != nil {
			t.Errorf("%s: %v, %v", c.name, open, err)
			continue
		}
		says, lost := "mailboxes: 1 objects cannot be read, or not in full; the first is object", 1
		if strings.Contains(c.want, " of 1 objects: ") {
			says, lost = "mailboxes: not read: ", 0
		}
		if failed := strings.Join(got.failed(), "\n"); !strings.Contains(failed, says) || !strings.Contains(failed, c.want) {
			t.Errorf("%s: %s, want %q", c.name, failed, c.want)
		}
		if n, all := len(got.of(decode.Mailboxes.Purpose)), len(whole.of(decode.Mailboxes.Purpose)); n != all-lost {
			t.Errorf("%s: %d mailboxes of %d", c.name, n, all)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
			t.Errorf("%s took %d MiB", c.name, grown>>20)
		}
	}
}

// TestBrokenChain: after an object whose size is wrong nobody knows where the
// next begins. What came before counts, and no search is whole.
func TestBrokenChain(t *testing.T) {
	s := written(t, "demo:30", false, snaptest.Options{})
	for name, size := range map[string]uint32{"zero": 0, "seven": 7, "larger than the file": 0x7FFFFFFF, "all bits": 0xFFFFFFFF, "beyond the objects": uint32(s.Tables)} {
		b := slices.Clone(s.Bytes)
		le.PutUint32(b[s.Objects[20]:], size)
		got, _, open, err := openBytes(b)
		if open != nil || err == nil || !strings.Contains(err.Error(), "object 21 of ") || !strings.Contains(err.Error(), "its size cannot be") {
			t.Fatalf("%s: %v, %v", name, open, err)
		}
		for p, ends := range got.ends {
			if p != decode.RootDSE.Purpose && (len(ends) == 0 || ends[0] == nil) {
				t.Errorf("%s: %s counts as whole", name, p)
			}
		}
		if len(got.entries) < 15 {
			t.Errorf("%s: only %d entries before", name, len(got.entries))
		}
	}
	b := slices.Clone(s.Bytes)
	le.PutUint32(b[0x426:], 0xFFFFFFFF) // more objects than there are
	if _, _, _, err := openBytes(b); err == nil || !strings.Contains(err.Error(), "its size cannot be") {
		t.Errorf("more objects: %v", err)
	}
}

// TestBomb: one large value stands for those of many objects. That comes to an
// end.
func TestBomb(t *testing.T) {
	big := strings.Repeat("x", 1<<20)
	entries := []*snaptest.Entry{}
	for i := range 4000 {
		e := member("m", "S-1-5-21-1-2-3-1105")
		if i == 0 {
			e.Attributes = append(e.Attributes, snaptest.Text("displayName", big))
		}
		entries = append(entries, e)
	}
	s := snaptest.Write(entries, snaptest.Options{Schema: schema, Taken: taken, Alone: true})
	row, _ := place(t, s, 0, "displayName")
	_, values := place(t, s, 0, "displayName")
	for i := 1; i < 4000; i++ { // the account of each is the large name of the first
		at := s.Objects[i]
		r, _ := place(t, s, i, "sAMAccountName")
		copy(s.Bytes[r:], s.Bytes[row:row+4])
		le.PutUint32(s.Bytes[r+4:], uint32(int32(values-at)))
	}
	_, _, _, err := openBytes(s.Bytes)
	if err == nil || !strings.Contains(err.Error(), "its values take more than 100 times its size") {
		t.Errorf("error %v", err)
	}
}

// TestEveryByteChanged: wherever a byte of a file is another, reading ends, and
// takes no memory beyond that of the file.
func TestEveryByteChanged(t *testing.T) {
	small := groupFile(team("CN=bert,DC=contoso,DC=com"), member("bert", "S-1-5-21-1-2-3-1105", "CN=Team,DC=contoso,DC=com"))
	large := written(t, "demo:5", true, snaptest.Options{}).Bytes
	for n, whole := range [][]byte{small, large} {
		step := []int{1, len(large)/300 + 1}[n]
		for at := 0; at < len(whole); at += step {
			b := slices.Clone(whole)
			b[at] ^= []byte{0xFF, 0x80}[at/step%2]
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _, _, _ = openBytes(b)
			runtime.ReadMemStats(&after)
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 256<<20 {
				t.Fatalf("byte %d: %d MiB", at, grown>>20)
			}
		}
	}
}

// TestShorterMeanwhile: somebody cuts the file while it is read.
func TestShorterMeanwhile(t *testing.T) {
	s := written(t, "demo:100", false, snaptest.Options{})
	name := file(t, s.Bytes)
	src, err := adexplorer.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if err := os.Truncate(name, int64(s.Objects[10])); err != nil {
		t.Skip(err) // Windows does not cut a file that is open
	}
	if err := src.Read(t.Context(), newTaker()); err == nil || !strings.Contains(err.Error(), "the file became shorter while it was read") {
		t.Errorf("error %v", err)
	}
}

// failing gives an error from some place on.
type failing struct {
	io.ReaderAt
	from int64
}

var errDisk = errors.New("the disk failed")

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.from {
		return 0, errDisk
	}
	return f.ReaderAt.ReadAt(b, at)
}

// TestDiskFails: an error of the disk is the error of Read.
func TestDiskFails(t *testing.T) {
	s := written(t, "demo:100", false, snaptest.Options{})
	whole := bytes.NewReader(s.Bytes)
	good, bad := failing{whole, 1 << 40}, failing{whole, int64(s.Objects[1])}
	r := &switching{good}
	src, err := adexplorer.Read("test.dat", r, int64(len(s.Bytes)))
	if err != nil {
		t.Fatal(err)
	}
	r.ReaderAt = bad
	if err := src.Read(t.Context(), newTaker()); !errors.Is(err, errDisk) {
		t.Errorf("error %v", err)
	}
}

type switching struct{ io.ReaderAt }

// oneOfEach is a snapshot of one object of each kind.
func oneOfEach(tb testing.TB) []byte {
	tb.Helper()
	src, err := demo.New("demo:20")
	if err != nil {
		tb.Fatal(err)
	}
	entries, err := snaptest.Of(src)
	if err != nil {
		tb.Fatal(err)
	}
	seen := map[string]bool{}
	var some []*snaptest.Entry
	for _, e := range entries {
		if key := e.Value("objectCategory"); !seen[key] {
			seen[key] = true
			some = append(some, e)
		}
	}
	return snaptest.Write(some, snaptest.Options{Schema: schema, Taken: taken}).Bytes
}

// FuzzSnapshot: whatever a file holds, it ends in entries or in one sentence.
func FuzzSnapshot(f *testing.F) {
	s := groupSnapshot(team("CN=bert,DC=contoso,DC=com"), member("bert", "S-1-5-21-1-2-3-1105", "CN=Team,DC=contoso,DC=com"))
	f.Add(s.Bytes)
	f.Add(s.Bytes[:s.Tables])
	f.Add(oneOfEach(f))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, _, open, err := openBytes(b)
		for _, e := range []error{open, err} {
			if e != nil && strings.ContainsAny(e.Error(), "\n\x00") {
				t.Errorf("error %q", e)
			}
		}
		if open == nil && err == nil {
			for _, q := range got.queries {
				if len(got.ends[q.Purpose]) == 0 {
					t.Errorf("%s did not end", q.Purpose)
				}
			}
		}
	})
}
