package ldif_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/ldif"
)

// TestReadLDIF: what ldapsearch, ldifde and people write.
func TestReadLDIF(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, c := range []struct{ name, text, want string }{
		{"plain", "dn: CN=a\ncn: a\n", `entry 0 "CN=a"|"cn" false false "a"`},
		{"version and comments", "# extended LDIF\n#\n\nversion: 1\n# a\ndn: CN=a\n# b\ncn: a\n\n# c\n# folded\n comment\n\n", `entry 0 "CN=a"|"cn" false false "a"`},
		{"CRLF", "version: 1\r\n\r\ndn: CN=a\r\ncn: a\r\n b\r\n\r\ndn: CN=b\r\n", `entry 0 "CN=a"|"cn" false false "ab"||entry 0 "CN=b"`},
		{"folded", "dn: CN=a,\n  OU=b\ncn: a\n b\n c\n", `entry 0 "CN=a, OU=b"|"cn" false false "abc"`},
		{"folded long", "dn: CN=a\ncn: " + strings.ReplaceAll(long, "xxx", "\n xxx") + "\n", `entry 0 "CN=a"|"cn" false false "` + long + `"`},
		{"base64", "dn:: Q049w7w=\ncn:: w7w=\ncn::w7w=\ncn::\ncn:: w7\n w=\n", `entry 0 "CN=ü"|"cn" false false "ü" false "ü" false "" false "ü"`},
		{"UTF-8", "dn: CN=ü\ncn: ü\n", `entry 0 "CN=ü"|"cn" false false "ü"`},
		{"byte order mark", "\xef\xbb\xbfdn: CN=a\ncn: a\n", `entry 0 "CN=a"|"cn" false false "a"`},
		{"spaces", "dn:CN=a\ncn:   a b \nsn:\n", `entry 0 "CN=a"|"cn" false false "a b "|"sn" false false ""`},
		{"no line end", "dn: CN=a\ncn: a", `entry 0 "CN=a"|"cn" false false "a"`},
		{"root DSE", "dn:\ndnsHostName: dc1\n", `entry 0 ""|"dnsHostName" false false "dc1"`},
		{"mixed order and case", "DN: CN=a\ncn: 1\nsn: s\nCN: 2\ncn;lang-de: 3\n",
			`entry 0 "CN=a"|"cn" false false "1" false "2"|"sn" false false "s"|"cn;lang-de" false false "3"`},
		{"binary", "dn: CN=a\nc;binary: 1\nC: 2\n", `entry 0 "CN=a"|"c" false false "1" false "2"`},
		{"changetype: add", "dn: CN=a\nchangetype: add\ncn: a\n\ndn: CN=b\ncontrol: 1.2 true\nchangetype: ADD\ncn: b\n",
			`entry 0 "CN=a"|"cn" false false "a"||entry 0 "CN=b"|"cn" false false "b"`},
		{"pieces", "dn: CN=a\nmember;range=0-1: 1\nmember;range=0-1: 2\nmember;Range=2-*: 3\n", `entry 0 "CN=a"|"member" false false "1" false "2" false "3"`},
		{"pieces in another order", "dn: CN=a\nmember;range=2-*: 3\nmember:\nmember;range=0-1: 1\nmember;range=0-1: 2\n",
			`entry 0 "CN=a"|"member" false false "" false "1" false "2" false "3"`},
		{"first piece only", "dn: CN=a\nmember;range=0-1: 1\nmember;range=0-1: 2\n", `entry 0 "CN=a"|"member" true false "1" false "2"`},
		{"piece missing", "dn: CN=a\nm;range=0-1: 1\nm;range=0-1: 2\nm;range=3-*: 4\n", `entry 0 "CN=a"|"m" true false "1" false "2" false "4"`},
		{"piece too short", "dn: CN=a\nm;range=0-1: 1\nm;range=2-*: 4\n", `entry 0 "CN=a"|"m" true false "1" false "4"`},
		{"two ends", "dn: CN=a\nm;range=0-*: 1\nm;range=1-*: 4\n", `entry 0 "CN=a"|"m" true false "1" false "4"`},
		{"whole piece", "dn: CN=a\nm;range=0-*: 1\n", `entry 0 "CN=a"|"m" false false "1"`},
		{"ldapsearch without -L", "# extended LDIF\n#\n\n# a\ndn: CN=a\ncn: a\n\n# search reference\nref: ldap://x/\n\n# search result\nsearch: 2\nresult: 0 Success\n\n# numEntries: 1\n",
			`entry 0 "CN=a"|"cn" false false "a"`},
		{"no empty line", "dn: CN=a\ncn: a\ndn: CN=b\ncn: b\nDN:: Q049Yw==\ncn: c\n", `entry 0 "CN=a"|"cn" false false "a"||entry 0 "CN=b"|"cn" false false "b"||entry 0 "CN=c"|"cn" false false "c"`},
		{"lines of blanks", "dn: CN=a\ncn: a\n  \n \ndn: CN=b\ncn: b\n\t \ndn: CN=c\ncn: c\n   ", `entry 0 "CN=a"|"cn" false false "a"||entry 0 "CN=b"|"cn" false false "b"||entry 0 "CN=c"|"cn" false false "c"`},
		{"blanks after an empty line", "dn: CN=a\ncn: a\n\n  \n# b\ndn: CN=b\ncn: b\n", `entry 0 "CN=a"|"cn" false false "a"||entry 0 "CN=b"|"cn" false false "b"`},
		{"blanks before a comment", "dn: CN=a\ncn: a\n  \n# b\ndn: CN=b\ncn: b\n", `entry 0 "CN=a"|"cn" false false "a"||entry 0 "CN=b"|"cn" false false "b"`},
		{"blanks within a value", "dn: CN=a\ncn: a\n  \n  b\nsn: c\n  \ngn: d\n", `entry 0 "CN=a"|"cn" false false "a  b"|"sn" false false "c "|"gn" false false "d"`},
		{"CR alone", "version: 1\rdn: CN=a\rcn: a\rsn: b\r  c\r\rdn: CN=b\rcn: b\r", `entry 0 "CN=a"|"cn" false false "a"|"sn" false false "b c"||entry 0 "CN=b"|"cn" false false "b"`},
		{"CR alone, no end", "dn: CN=a\rcn: a", `entry 0 "CN=a"|"cn" false false "a"`},
		{"CR CR LF", "dn: CN=a\r\r\ncn: a\r\r\n\r\r\ndn: CN=b\r\r\ncn: b\r\r\n c\r\r\n", `entry 0 "CN=a"|"cn" false false "a"||entry 0 "CN=b"|"cn" false false "bc"`},
		{"ends of every kind", "dn: CN=a\rcn: a\r\nsn: b\ngn: c\r\r\n\ndn: CN=b\n\r\n", `entry 0 "CN=a"|"cn" false false "a"|"sn" false false "b"|"gn" false false "c"||entry 0 "CN=b"`},
		{"result without an empty line", "dn: CN=a\ncn: a\nsearch: 2\nresult: 0 Success\ndn: CN=b\n", `entry 0 "CN=a"|"cn" false false "a"||entry 0 "CN=b"`},
		{"ldifde, in pieces", "dn: CN=g\nchangetype: add\nmember: CN=a\n\ndn: cn=G\nchangetype: modify\nadd: member\nmember: CN=b\nMember: CN=c\n-\nadd: publicDelegates\npublicDelegates: CN=d\n-\n\ndn: CN=h\n",
			`entry 0 "CN=g"|"member" false false "CN=a"||entry 0 "cn=G"|"member" false false "CN=b" false "CN=c"|"publicDelegates" false false "CN=d"||entry 0 "CN=h"`},
		{"ldifde, no empty lines", "dn: CN=g\nchangetype: add\nmember: CN=a\ndn: CN=g\nchangetype: modify\nadd: member\nmember: CN=b\n-\ndn: CN=h\n",
			`entry 0 "CN=g"|"member" false false "CN=a"||entry 0 "CN=g"|"member" false false "CN=b"||entry 0 "CN=h"`},
		{"the same value twice", "dn: CN=a\nobjectGUID:: AAAA\nobjectGUID:: AAAA\n", `entry 0 "CN=a"|"objectGUID" false false "\x00\x00\x00" false "\x00\x00\x00"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := strings.Split(c.want, "||")
			for i := range want {
				want[i] = strings.ReplaceAll(want[i], "|", "\n ")
			}
			wantEvents(t, readText(t, c.text), append(want, "read well", "lookup well"))
		})
	}
}

// TestRefuseLDIF: what is wrong, where, and what to do.
func TestRefuseLDIF(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		entries          int // delivered before
	}{
		{"empty", "", "it is empty", 0},
		{"byte order mark only", "\xef\xbb\xbf", "it is cut before its first entry", 0},
		{"comments only", "# search result\n\n", "LDIF without any entry", 0},
		{"version only", "version: 1\n", "LDIF without any entry", 0},
		{"a text", "Dear reader,\nthis is no LDIF.\n", `no LDIF: line 1 is neither a comment nor version: nor dn: but "Dear reader,"`, 0},
		{"CSV", "DN,objectClass\n", "no LDIF: line 1", 0},
		{"a program", "\x7fELF\x02\x01\x01\x00", "no LDIF", 0},
		{"UTF-16", "\xff\xfed\x00n\x00", "UTF-16", 0},
		{"newer LDIF", "version: 2\ndn: CN=a\n", "line 1: LDIF version", 0},
		{"URL", "dn: CN=a\ncn: a\n\ndn: CN=b\ncn:< file:///etc/passwd\n", "line 5: cn is given by a URL", 1},
		{"URL as DN", "dn:< file:///etc/passwd\n", "line 1: dn is given by a URL", 0},
		{"modify", "dn: CN=a\ncn: a\n\ndn: CN=a\nchangetype: modify\nreplace: cn\ncn: b\n-\n", "line 5: changetype: modify describes a change", 1},
		{"delete", "dn: CN=a\nchangetype: delete\n", "line 2: changetype: delete describes a change", 0},
		{"half a base64 line", "dn: CN=a\ncn:: w7w\n", "line 2: the base64 of cn is cut or damaged", 0},
		{"base64 of something else", "dn: CN=a\n\ndn: CN=b\ncn:: ?\n", "line 4: the base64 of cn is cut or damaged at its byte 0", 1},
		{"no colon", "dn: CN=a\ncn a\n", `line 2: no attribute and value: "cn a"`, 0},
		{"no DN", "dn: CN=a\n\ncn: a\n", `line 3: a record begins with dn:, and here is "cn: a"`, 1},
		{"DN in Latin-1", "dn: CN=\xfc\n", "line 1: the DN is not UTF-8", 0},
		{"size limit", "dn: CN=a\ncn: a\n\nsearch: 2\nresult: 4 Size limit exceeded\n", `the server answered "4 Size limit exceeded"`, 1},
		{"cut gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff", "cut", 0},
		{"damaged gzip", "\x1f\x8bxx", "gzip", 0},
		{"damaged zstd", "\x28\xb5\x2f\xfdxxxxxxxxxxxx", "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			events := readText(t, c.text)
			last := events[len(events)-1]
			if len(events) > 1 {
				last = events[c.entries]
				if strings.HasPrefix(last, "read well") && c.want != "" {
					t.Fatalf("no error, want %q", c.want)
				}
			}
			if !strings.Contains(strings.ReplaceAll(last, `\"`, `"`), c.want) {
				t.Errorf("got %v, want %q after %d entries", events, c.want, c.entries)
			}
			if strings.Contains(fmt.Sprint(events), "root:") {
				t.Error("a file was read")
			}
		})
	}
}

// TestLeftOut: what cannot be read of a file is left out and said, and what comes
// after it is read.
func TestLeftOut(t *testing.T) {
	const a, b = `entry 0 "CN=a"|"cn" false false "a"`, `entry 0 "CN=b"|"cn" false false "b"`
	for _, c := range []struct{ name, text, want, says string }{
		{"URL", "dn: CN=x\ncn:< file:///etc/passwd\nsn: x\n\ndn: CN=b\ncn: b\n", b, `line 2: cn is given by a URL, and URLs in files are never read: write the value itself (in the record of "CN=x"); this record was left out`},
		{"base64", "dn: CN=a\ncn: a\n\ndn: CN=x\ncn:: ?\nsn: x\ndn: CN=b\ncn: b\n", a + "||" + b, `line 5: the base64 of cn`},
		{"no colon", "dn: CN=x\ncn x\n\ndn: CN=b\ncn: b\n", b, `line 2: no attribute`},
		{"lost continuation", "dn: CN=x\ncn: x\n\n abc\ndn: CN=b\ncn: b\n", `entry 0 "CN=x"|"cn" false false "x"||` + b, `line 4: no attribute and value: " abc"`},
		{"half a record", "dn: CN=a\ncn: a\n\nsn: x\ngn: y\n\ndn: CN=b\ncn: b\n", a + "||" + b, `line 4: a record begins with dn:, and here is "sn: x"`},
		{"delete", "dn: CN=a\ncn: a\n\ndn: CN=x\nchangetype: delete\n\ndn: CN=b\ncn: b\n", a + "||" + b, `line 5: changetype: delete describes a change`},
		{"modify that replaces", "dn: CN=a\nchangetype: add\ncn: a\n\ndn: CN=a\nchangetype: modify\nreplace: cn\ncn: x\n-\n\ndn: CN=b\ncn: b\n", a + "||" + b, `line 7: changetype: modify describes a change and no entry; export entries: "replace: cn" does more`},
		{"modify that adds and deletes", "dn: CN=a\nchangetype: add\ncn: a\n\ndn: CN=a\nchangetype: modify\nadd: cn\ncn: x\n-\ndelete: cn\n-\n\ndn: CN=b\ncn: b\n", a + "||" + b, `line 10: changetype: modify describes a change and no entry; export entries: "delete: cn" does more`},
		{"modify of another", "dn: CN=a\nchangetype: modify\nadd: cn\ncn: x\n-\n\ndn: CN=b\ncn: b\n", b, `line 2: changetype: modify describes a change and no entry; export entries: the file did not add this one before (in the record of "CN=a")`},
		{"two records in one", "dn: CN=a\ncn: a\n\ndn: CN=x\nobjectGUID:: AAAA\ncn: xdn: CN=y\nobjectGUID:: AAAB\n\ndn: CN=b\ncn: b\n", a + "||" + b, `two values of objectGUID`},
		{"result", "dn: CN=a\ncn: a\n\nsearch: 2\nresult: 4 Size limit exceeded\n\ndn: CN=b\ncn: b\n", a + "||" + b, `line 5: the export was not read to its end: the server answered "4 Size limit exceeded"`},
		{"result and another", "dn: CN=x\ncn x\n\ndn: CN=b\ncn: b\n\nsearch: 2\nresult: 4 Size limit exceeded\n", b, `"4 Size limit exceeded"; before that line 2: no attribute and value`},
		{"five", "dn: CN=a\ncn: a\n\n" + strings.Repeat("dn: CN=x\ncn x\n", 5), a, `line 9: no attribute and value: "cn x" (in the record of "CN=x"); and 2 more`},
	} {
		t.Run(c.name, func(t *testing.T) {
			want := strings.Split(c.want, "||")
			for i := range want {
				want[i] = strings.ReplaceAll(want[i], "|", "\n ")
			}
			events := readText(t, c.text)
			last := events[len(events)-1]
			wantEvents(t, events[:len(events)-1], want)
			if said := strings.ReplaceAll(last, `\"`, `"`); !strings.HasPrefix(last, "read false") || !strings.Contains(said, c.says) {
				t.Errorf("Read says %s, want %s", said, c.says)
			}
		})
	}
}

// TestHeadless: a recording whose first lines are gone or altered is none that
// could be checked, and no export either.
func TestHeadless(t *testing.T) {
	_, path := recordEvents(t, t.Context(), source(t, "demo:5"))
	lines := strings.SplitAfter(string(unpack(t, path)), "\n")
	for name, text := range map[string]string{
		"first line":      strings.Join(lines[1:], ""),
		"two lines":       strings.Join(lines[2:], ""),
		"three lines":     strings.Join(lines[3:], ""),
		"altered":         strings.Replace(strings.Join(lines, ""), "recording", "recorping", 1),
		"altered mark":    strings.Replace(strings.Join(lines, ""), "mbxperm", "mbxpern", 1),
		"blank in front":  "\n" + strings.Join(lines, ""),
		"a comment alone": "# mbxperm:\ndn: CN=a\n",
	} {
		events := readText(t, text)
		if last := events[len(events)-1]; len(events) != 1 || !strings.Contains(last, "its first line is missing or damaged") {
			t.Errorf("%s: %d events, the last is %.300s", name, len(events), last)
		}
	}
	// Where more is gone, what is left looks like an export up to there.
	events := readText(t, "dn: CN=a\n\n"+strings.Join(lines[20:], ""))
	if last := events[len(events)-1]; !strings.Contains(last, "its first line is missing or damaged") {
		t.Errorf("the last event is %s", last)
	}
}

// TestNotThere: errors about files name the file, once.
func TestNotThere(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct{ path, want string }{
		{dir + "/none", "no such file"},
		{dir, "it is a folder"},
		{writeFile(t, "empty", nil), "it is empty"},
	} {
		_, err := ldif.Open(c.path)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), c.path) != 1 {
			t.Errorf("Open(%s) says %v, want %q", c.path, err, c.want)
		}
	}
}

// endless is a stream that repeats a text up to a size.
type endless struct {
	text string
	left int
	at   int
}

func (e *endless) Read(p []byte) (n int, err error) {
	if e.left <= 0 {
		return 0, fmt.Errorf("the reader went too far")
	}
	if len(e.text) < 4096 {
		e.text = strings.Repeat(e.text, 4096/len(e.text))
	}
	for n < len(p) {
		c := copy(p[n:], e.text[e.at:])
		n, e.at = n+c, (e.at+c)%len(e.text)
	}
	e.left -= n
	return n, nil
}

// TestHugeLines: a line of 2 GB, in whatever form, is refused long before it is
// in memory.
func TestHugeLines(t *testing.T) {
	const size = 2 << 30
	long := strings.Repeat("x", 1000) // as few lines as possible: they take time under the race detector
	for _, c := range []struct{ name, head, text, want string }{
		{"value", "dn: CN=a\ncn: ", "x", "line 2 is longer than 85 MiB"},
		{"base64", "dn: CN=a\ncn:: ", "AAAA", "line 2 is longer than 85 MiB"},
		{"folded", "dn: CN=a\ncn: ", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n ", "line 2 is longer than 85 MiB"},
		{"comment", "dn: CN=a\n#", "x", "line 2 is longer than 85 MiB"},
		{"values", "dn: CN=a\n", "cn: " + long + "\n", "is larger than 256 MiB"},
		{"events without a sum", "# mbxperm: recording format=1 time=2026-11-21T09:00:00Z\nversion: 1\n", "# mbxperm: end id=1 error=\"" + long + "\"\n", "there is no check line"},
		{"attributes without values", "# mbxperm: recording format=1 time=2026-11-21T09:00:00Z\ndn: CN=a\n", "# mbxperm: attribute name=\"" + long + "\"\n", "is larger than 256 MiB"},
		{"long name", "dn: CN=a\n" + strings.Repeat("x", 2000), ": " + long + "\n", "has a name of 2000 bytes"},
		{"plain value above the bound", "dn: CN=a\ncn: " + strings.Repeat("x", 65<<20) + "\n", "\n", "the value of cn is larger than 64 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			left := size
			if c.text == "\n" { // what follows a record that was left out is read line by line
				left = 1 << 20
			}
			src, err := ldif.Read("test", &prefixed{c.head, &endless{text: c.text, left: left}})
			if err == nil {
				err = src.Read(t.Context(), nothing{})
				src.Close()
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			runtime.ReadMemStats(&after)
			if grown := int64(after.HeapSys - before.HeapSys); grown > 1<<30 {
				t.Errorf("the heap grew by %d MiB", grown>>20)
			}
		})
	}
}

type prefixed struct {
	head string
	rest *endless
}

func (p *prefixed) Read(b []byte) (int, error) {
	if p.head == "" {
		return p.rest.Read(b)
	}
	n := copy(b, p.head)
	p.head = p.head[n:]
	return n, nil
}

// TestMemoryStaysTheSame: an entry costs its DN and no more, however many there are.
func TestMemoryStaysTheSame(t *testing.T) {
	record := "dn: CN=Somebody,OU=Staff,DC=contoso,DC=com\nobjectClass: top\nobjectClass: user\ncn: Somebody\nnTSecurityDescriptor:: " +
		strings.Repeat("AAAA", 200) + "\n\n"
	perEntry := func(n int) float64 {
		text := strings.Repeat(record, n)
		return testing.AllocsPerRun(1, func() {
			src, err := ldif.Read("test", strings.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if err := src.Read(t.Context(), nothing{}); err != nil {
				t.Fatal(err)
			}
		})
	}
	small, large := perEntry(2_000), perEntry(12_000)
	if more := (large - small) / 10_000; more > 1.2 {
		t.Errorf("%.2f allocations for each further entry, want 1", more)
	}
}

// TestManyNames: an attribute is found under any spelling in an entry with more
// names than are kept, and in the entries after it.
func TestManyNames(t *testing.T) {
	var b strings.Builder
	for r := range 3 {
		b.WriteString("dn: CN=a\ncn: 1\n")
		for i := range 20_000 {
			fmt.Fprintf(&b, "x%d-%d: 1\n", r, i)
		}
		b.WriteString("CN: 2\ncn;binary: 3\n\n")
	}
	src, err := ldif.Read("test", strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	n := &manyNames{}
	if err := src.Read(t.Context(), n); err != nil || len(n.said) != 3 {
		t.Fatal(err, len(n.said))
	}
	for _, said := range n.said {
		if said != `20001 attributes, cn ["1" "2" "3"]` {
			t.Errorf("got %s", said)
		}
	}
}

type manyNames struct {
	nothing
	said []string
}

func (n *manyNames) Entry(e *collector.Entry) {
	n.said = append(n.said, fmt.Sprintf("%d attributes, cn %q", len(e.Attributes), e.Values("cn")))
}
