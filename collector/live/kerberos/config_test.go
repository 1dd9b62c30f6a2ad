package kerberos

import (
	"os"
	"os/user"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func load(t *testing.T, names ...string) *Config {
	t.Helper()
	t.Setenv("KRB5_CONFIG", strings.Join(names, string(filepath.ListSeparator)))
	c, err := LoadConfig()
	if err != nil {
		t.Fatalf("%s: %v", names, err)
	}
	return c
}

// TestConfigOfDistributions: the files of the bug reports, and what krb5.conf(5)
// allows besides. That kinit takes each is shown with a real KDC, in package live.
func TestConfigOfDistributions(t *testing.T) {
	files, err := filepath.Glob("testdata/krb5conf/*.conf")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	t.Setenv("KRB5CCNAME", "")
	for _, file := range files {
		c := load(t, file)
		kdcs := c.KDCs("CONTOSO.LAB")
		if c.DefaultRealm() != "CONTOSO.LAB" || len(kdcs) == 0 || kdcs[len(kdcs)-1] != "dc1.contoso.lab:88" {
			t.Errorf("%s: default realm %q, KDCs %v", file, c.DefaultRealm(), kdcs)
		}
		if realm := c.RealmOf("dc1.contoso.lab"); realm != "" && realm != "CONTOSO.LAB" {
			t.Errorf("%s: the realm of the server is %q", file, realm)
		}
		var want []string
		if strings.HasSuffix(file, "many-values.conf") {
			want = []string{`"dc1.contoso.lab   # the main one" is taken for "dc1.contoso.lab": a comment needs a line of its own`}
		}
		if !slices.Equal(c.Warnings, want) {
			t.Errorf("%s: warnings %q, want %q", file, c.Warnings, want)
		}
	}
	c := load(t, "testdata/not-there.conf", "testdata/realm.conf", "testdata/defaults.conf")
	if c.DefaultRealm() != "CONTOSO.LAB" || !c.Knows("CONTOSO.LAB") || len(c.Warnings) != 1 || !strings.Contains(c.Warnings[0], "not-there.conf is passed over") {
		t.Errorf("a list of files: %q, %v, %q", c.DefaultRealm(), c.KDCs("CONTOSO.LAB"), c.Warnings)
	}
	if c := load(t, "testdata/krb5conf"); c.DefaultRealm() != "CONTOSO.LAB" || !c.Knows("FABRIKAM.LAB") {
		t.Errorf("a folder: %q", c.DefaultRealm())
	}
	if got := load(t, "testdata/krb5conf/debian.conf").KDCs("ATHENA.MIT.EDU"); !slices.Equal(got, []string{"kerberos.mit.edu:88", "kerberos-1.mit.edu:88", "[2001:db8::1]:88"}) {
		t.Errorf("KDCs %q", got)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := load(t, "testdata/krb5conf/tokens.conf").CacheName(), "FILE:"+os.TempDir()+"/krb5cc_"+me.Username+"_"+me.Uid; got != want {
		t.Errorf("cache %q, want %q", got, want)
	}
}

// TestProfile: what is not understood costs its own line and no other.
func TestProfile(t *testing.T) {
	const good = "[libdefaults]\n default_realm = CONTOSO.LAB\n"
	for _, c := range []struct{ name, text, warning string }{
		{"nothing", good, ""},
		{"mark", "\ufeff" + good, ""},
		{"a comment in a code page", "# f\xfcr uns\n" + good, ""},
		{"no equals sign", "[libdefaults]\n junk\n default_realm = CONTOSO.LAB\n", `line 2: "junk" is no relation`},
		{"blank in a name", good + " a b = c\n", `line 3: "a b = c" is no relation`},
		{"empty value", "[libdefaults]\n k5login_directory =\n default_realm = CONTOSO.LAB\n", "k5login_directory has no value"},
		{"brace on one line", good + "[realms]\n X = { kdc = a }\n", "belongs on the next line"},
		{"brace too many", good + "}\n", "line 3: a brace is closed that was not opened"},
		{"brace too few", good + "[realms]\n X = {\n kdc = a\n", "not closed at the end"},
		{"section inside", "[realms]\n X = {\n" + good, "before the braces are closed"},
		{"broken section", "[realms\n" + good, "is no section"},
		{"text after a section", "[libdefaults] x\n default_realm = CONTOSO.LAB\n", "is no section"},
		{"unknown relation", good + " new_in_2030 = yes\n", "[libdefaults] new_in_2030 is not known"},
		{"unknown boolean", good + " forwardable = perhaps\n", "forwardable = perhaps is neither true nor false"},
		{"unknown time", good + " clockskew = 5 minutes\n", "clockskew = 5 minutes is no length of time"},
		{"unknown type", good + " permitted_enctypes = aes256-cts rot13\n", "encryption type rot13 is not known"},
		{"no type of ours", good + " permitted_enctypes = camellia\n", "leaves no encryption type"},
		{"unknown token", good + " default_ccache_name = FILE:%{bogus}\n", "token %{bogus}"},
		{"include of nothing", "include /does/not/exist\n" + good, "/does/not/exist is passed over"},
		{"includedir of nothing", "includedir /does/not/exist\n" + good, "/does/not/exist is passed over"},
		{"module", "module /usr/lib/x.so:y\n" + good, "the module"},
		{"proxy", good + "[realms]\n X = {\n kdc = https://proxy/KdcProxy\n }\n", "MS-KKDCP"},
		{"odd address", good + "[realms]\n X = {\n kdc = a/b\n }\n", "is no address"},
		{"comment behind", "[libdefaults]\n default_realm = CONTOSO.LAB # ours\n", "a comment needs a line of its own"},
	} {
		file := write(t, t.TempDir(), "krb5.conf", c.text)
		got := load(t, file)
		if got.DefaultRealm() != "CONTOSO.LAB" {
			t.Errorf("%s: default realm %q", c.name, got.DefaultRealm())
		}
		if all := strings.Join(got.Warnings, "\n"); (all == "") != (c.warning == "") || !strings.Contains(all, c.warning) {
			t.Errorf("%s: warnings %q, want one of %q", c.name, all, c.warning)
		}
	}
}

// TestFilesInOrder: of several files the first counts, lists go on, and what is
// marked with * is closed to later files.
func TestFilesInOrder(t *testing.T) {
	dir := t.TempDir()
	first := write(t, dir, "a", "[libdefaults]\n default_realm = A.LAB\n[realms]\n A.LAB = {\n kdc = one\n }\n B.LAB* = {\n kdc = two\n }\n")
	second := write(t, dir, "b", "[libdefaults]\n default_realm = B.LAB\n[realms]\n A.LAB = {\n kdc = three:750\n }\n B.LAB = {\n kdc = four\n }\n")
	c := load(t, first, second)
	if a, b := c.KDCs("A.LAB"), c.KDCs("B.LAB"); c.DefaultRealm() != "A.LAB" || !slices.Equal(a, []string{"one:88", "three:750"}) || !slices.Equal(b, []string{"two:88"}) {
		t.Errorf("default realm %q, KDCs %q and %q", c.DefaultRealm(), a, b)
	}
}

func TestRealmOf(t *testing.T) {
	c := load(t, write(t, t.TempDir(), "c", "[domain_realm]\n DC9.contoso.lab = NINE\n .contoso.lab = ONE\n fabrikam.lab = TWO\n .lab = LAST\n"))
	for host, want := range map[string]string{
		"dc1.contoso.lab": "ONE", "DC9.Contoso.Lab.": "NINE", "a.b.contoso.lab": "ONE", "contoso.lab": "LAST",
		"dc1.fabrikam.lab": "TWO", "fabrikam.lab": "TWO", "x.lab": "LAST", "lab": "", "dc1.example.com": "", "": "",
	} {
		if got := c.RealmOf(host); got != want {
			t.Errorf("%q: %q, want %q", host, got, want)
		}
	}
}

func TestEncryptionTypes(t *testing.T) {
	all := []int32{18, 17, 20, 19, 16, 23}
	for text, want := range map[string][]int32{
		"": all, "DEFAULT": all, "aes": {18, 17, 20, 19}, "aes rc4": {18, 17, 20, 19, 23}, "rc4,aes256-cts": {23, 18},
		"DEFAULT -des3 -rc4": {18, 17, 20, 19}, "aes -aes256-cts-hmac-sha384-192": {18, 17, 19}, "+aes128-sha2": {19},
		"AES256-CTS aes256-cts-hmac-sha1-96": {18}, "camellia": all, "des-cbc-crc": all, "des3-cbc-sha1 arcfour-hmac": {16, 23},
	} {
		if got := new(profile).encryption("x", text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestDurations(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"300": 300 * time.Second, "5m": 5 * time.Minute, "1d2h3m4s": 26*time.Hour + 3*time.Minute + 4*time.Second, "1d 2h": 26 * time.Hour,
		"10h 30m": 630 * time.Minute, "1:30": 90 * time.Minute, "1:30:10": 90*time.Minute + 10*time.Second, "": time.Hour, "0": time.Hour, "soon": time.Hour, "1:x": time.Hour,
	} {
		if got := new(profile).duration("x", text, time.Hour); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// FuzzProfile: no text makes the reader panic or run on.
func FuzzProfile(f *testing.F) {
	files, _ := filepath.Glob("testdata/krb5conf/*.conf")
	for _, file := range files {
		b, _ := os.ReadFile(file)
		f.Add(string(b))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "include") {
			return // files of the machine are no part of this
		}
		var p profile
		root := newSection()
		_ = p.file(root, write(t, t.TempDir(), "krb5.conf", text))
		c := newConfig(&p, root)
		c.RealmOf(text)
		if len(c.Warnings) > mostWarnings {
			t.Errorf("%d warnings", len(c.Warnings))
		}
	})
}
