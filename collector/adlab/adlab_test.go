package adlab

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/go-ldap/ldap/v3"
)

const accounts = "(&(objectCategory=person)(objectClass=user)(mailNickname=*))"

// bind connects as the program under test does: LDAPS to the address, the host's name in the certificate.
func bind(t *testing.T, l *Lab, name, password string) *ldap.Conn {
	t.Helper()
	config, err := l.TLSConfig()
	if err != nil {
		t.Fatal(err)
	}
	dialer := tls.Dialer{Config: config}
	conn, err := dialer.DialContext(t.Context(), "tcp", net.JoinHostPort(l.Address, "636"))
	if err != nil {
		t.Fatal(err)
	}
	c := ldap.NewConn(conn, true)
	c.Start()
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Bind(name, password); err != nil {
		t.Fatalf("bind as %s: %v", name, err)
	}
	return c
}

// read returns the entries below base by DN, lower case, in pages and with the DACL but not the SACL.
func read(t *testing.T, c *ldap.Conn, base, filter string, attributes ...string) map[string]*ldap.Entry {
	t.Helper()
	flags := &ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: 7}
	req := ldap.NewSearchRequest(base, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, attributes,
		[]ldap.Control{flags})
	res, err := c.SearchWithPaging(req, 250)
	if err != nil {
		t.Fatalf("search %s below %s: %v", filter, base, err)
	}
	out := make(map[string]*ldap.Entry, len(res.Entries))
	for _, e := range res.Entries {
		out[fold(t, e.DN)] = e
	}
	return out
}

// fold makes one form of a DN: two libraries escape the same name in different ways.
func fold(t *testing.T, dn string) string {
	t.Helper()
	parsed, err := ldap.ParseDN(dn)
	if err != nil {
		t.Fatalf("%q: %v", dn, err)
	}
	var b strings.Builder
	for _, rdn := range parsed.RDNs {
		for _, a := range rdn.Attributes {
			fmt.Fprintf(&b, "%s=%q,", strings.ToLower(a.Type), strings.ToLower(a.Value))
		}
	}
	return b.String()
}

func TestDirectoryEqualsOracle(t *testing.T) {
	lab := Start(t)
	o := lab.Oracle
	c := bind(t, lab, lab.Administrator, lab.AdministratorPassword)
	attributes := []string{"nTSecurityDescriptor", "msExchMailboxSecurityDescriptor"}
	got := read(t, c, lab.BaseDN, accounts, attributes...)
	if want := o.With(RoleAccount); len(got) != len(want) {
		t.Errorf("%d accounts with a mail nickname, want %d", len(got), len(want))
	}
	if n := len(o.Mailboxes()); n != defaultMailboxes {
		t.Errorf("%d mailboxes, want %d", n, defaultMailboxes)
	}
	all := read(t, c, lab.BaseDN, "(objectClass=*)", attributes...)
	for dn, e := range read(t, c, lab.ConfigDN, "(objectClass=*)", attributes...) {
		all[dn] = e
	}
	compared := 0
	for i := range o.Objects {
		x := &o.Objects[i]
		e := all[fold(t, x.DN)]
		if e == nil {
			t.Errorf("%s is not there", x.DN)
			continue
		}
		if o.ByDN(e.DN) != x {
			t.Errorf("%s is not found by the name that the server gives it, %s", x.DN, e.DN)
		}
		for name, want := range map[string]*Descriptor{attributes[0]: o.Descriptor(x), attributes[1]: o.MailDescriptor(x)} {
			raw := e.GetRawAttributeValue(name)
			if want == nil && len(raw) > 0 || want != nil && !bytes.Equal(raw, want.Raw) {
				t.Errorf("%s: %s differs from the oracle", x.DN, name)
			}
			compared++
		}
	}
	t.Logf("%d descriptors of %d objects are equal", compared, len(o.Objects))
}

func TestReaderSeesWhatTheOracleSays(t *testing.T) {
	lab := Start(t)
	c := bind(t, lab, lab.Reader, lab.ReaderPassword)
	attributes := []string{"nTSecurityDescriptor", "msExchMailboxSecurityDescriptor", "publicDelegates", "homeMDB",
		"msExchRecipientTypeDetails", "userAccountControl", "member"}
	got := read(t, c, lab.BaseDN, "(objectClass=*)", attributes...)
	for dn, e := range read(t, c, lab.Oracle.ExchangeDN, "(objectClass=*)", attributes...) {
		got[dn] = e
	}
	hidden, denied := 0, 0
	for i := range lab.Oracle.Objects {
		x := &lab.Oracle.Objects[i]
		e := got[fold(t, x.DN)]
		if strings.HasSuffix(x.DN, lab.ConfigDN) && !strings.HasSuffix(x.DN, lab.Oracle.ExchangeDN) {
			continue // the containers above are not below that base
		}
		if x.Hidden {
			hidden++
			// The oracle asks with a filter; an entry without a readable attribute says as little.
			if e != nil && len(e.Attributes) > 0 {
				t.Errorf("%s: seen, with %d attributes", x.DN, len(e.Attributes))
			}
			continue
		}
		if e == nil {
			t.Errorf("%s: not seen", x.DN)
			continue
		}
		for _, name := range attributes {
			if slices.Contains(x.Denied, name) {
				denied++
				if len(e.GetRawAttributeValue(name)) > 0 {
					t.Errorf("%s: %s was read", x.DN, name)
				}
			}
		}
		if x.MailDescriptor != nil && !slices.Contains(x.Denied, "msExchMailboxSecurityDescriptor") &&
			!bytes.Equal(e.GetRawAttributeValue("msExchMailboxSecurityDescriptor"), lab.Oracle.MailDescriptor(x).Raw) {
			t.Errorf("%s: the mailbox descriptor was not read", x.DN)
		}
	}
	t.Logf("%d objects hidden, %d reads denied", hidden, denied)
	if hidden < 5 || denied < 10 {
		t.Errorf("%d objects hidden and %d reads denied: too few to test anything", hidden, denied)
	}
}

func TestOracleHasEverySpecialCase(t *testing.T) {
	o := Start(t).Oracle
	var cut, long, entries, objectACEs, history int
	types := map[uint8]int{}
	for _, m := range o.Mailboxes() {
		for _, d := range []*Descriptor{o.Descriptor(m), o.MailDescriptor(m)} {
			if d == nil {
				continue
			}
			entries += len(d.ACEs)
			if d.Undecodable != "" {
				cut++
			}
			if d.Trailing > 0 {
				long++
			}
			for _, a := range d.ACEs {
				types[a.Type]++
				if a.Object != "" {
					objectACEs++
				}
			}
		}
	}
	for i := range o.Objects {
		history += len(o.Objects[i].SIDHistory)
	}
	most := len(o.MailDescriptor(o.BySAM("x-400")).ACEs)
	staff := len(o.BySAM("All Staff").Members)
	for _, c := range []struct {
		what string
		got  int
		want int
	}{
		{"entries", entries, 15000}, {"cut descriptors", cut, 2}, {"over-long descriptors", long, 1},
		{"callback allows", types[9], 2}, {"callback denies", types[10], 1}, {"callback object entries", types[11], 1},
		{"object entries", objectACEs, 1000}, {"old SIDs", history, 1}, {"entries of x-400", most, 400},
		{"members of All Staff", staff, 1501}, {"deleted accounts", len(o.Deleted), 3}, {"stores", len(o.Stores()), 7},
	} {
		if c.got < c.want {
			t.Errorf("%s: %d, want at least %d", c.what, c.got, c.want)
		}
	}
	if o.BySAM("x-none").MailDescriptor != nil {
		t.Error("x-none has a mailbox descriptor")
	}
}

func TestRangeOfMembers(t *testing.T) {
	lab := Start(t)
	c := bind(t, lab, lab.Reader, lab.ReaderPassword)
	group := lab.Oracle.BySAM("All Staff")
	total := 0
	for from := 0; ; {
		req := ldap.NewSearchRequest(group.DN, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, "(objectClass=*)",
			[]string{fmt.Sprintf("member;range=%d-%d", from, from+1499)}, nil)
		res, err := c.Search(req)
		if err != nil {
			t.Fatal(err)
		}
		a := res.Entries[0].Attributes[0]
		total += len(a.Values)
		from += len(a.Values)
		if strings.HasSuffix(a.Name, "-*") {
			break
		}
	}
	if total != len(group.Members) {
		t.Errorf("%d members by range, want %d", total, len(group.Members))
	}
}

func TestBindsThatFail(t *testing.T) {
	lab := Start(t)
	config, err := lab.TLSConfig()
	if err != nil {
		t.Fatal(err)
	}
	subCodes := map[string]string{
		"": "", "disabled": "533", "account expired": "701", "password must change": "773", "locked": "775",
	}
	for _, a := range lab.Oracle.BindAccounts {
		c, err := ldap.DialURL("ldaps://"+lab.Address, ldap.DialWithTLSConfig(config))
		if err != nil {
			t.Fatal(err)
		}
		err = c.Bind(a.SAM+"@"+lab.Domain, lab.ReaderPassword)
		_ = c.Close()
		code := subCodes[a.State]
		if ok := err == nil; ok != (code == "") || !ok && !strings.Contains(err.Error(), "data "+code) {
			t.Errorf("bind as %s (%s): %v, want sub-code %q", a.SAM, a.State, err, code)
		}
	}
	c, err := ldap.DialURL("ldap://" + lab.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.Bind(lab.Reader, lab.ReaderPassword); !ldap.IsErrorWithCode(err, ldap.LDAPResultStrongAuthRequired) {
		t.Errorf("bind in clear text: %v, want result 8", err)
	}
	if err := c.StartTLS(config); err != nil {
		t.Fatalf("StartTLS: %v", err)
	}
	if err := c.Bind(lab.Reader, lab.ReaderPassword); err != nil {
		t.Errorf("bind after StartTLS: %v", err)
	}
}

func TestLdapsearch(t *testing.T) {
	lab := Start(t)
	program, err := exec.LookPath("ldapsearch")
	if err != nil {
		t.Skip("ldapsearch is not installed (package ldap-utils)")
	}
	for name, password := range map[string]string{lab.Administrator: lab.AdministratorPassword, lab.Reader: lab.ReaderPassword} {
		cmd := exec.CommandContext(t.Context(), program, "-LLL", "-x", "-o", "ldif-wrap=no", "-E", "pr=100/noprompt",
			"-H", "ldaps://"+lab.Address, "-D", name, "-w", password, "-b", lab.BaseDN, accounts, "sAMAccountName")
		cmd.Env = append(os.Environ(), "LDAPTLS_CACERT="+lab.CAFile)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("ldapsearch as %s: %v", name, err)
		}
		want := 0
		for _, x := range lab.Oracle.With(RoleAccount) {
			if name == lab.Administrator || !x.Hidden {
				want++
			}
		}
		if got := bytes.Count(out, []byte("\nsAMAccountName")); got != want {
			t.Errorf("ldapsearch as %s finds %d accounts, want %d", name, got, want)
		}
	}
}

func TestWrongNameAndClearText(t *testing.T) {
	lab := StartOwn(t, Options{WrongName: true, Cleartext: true})
	config, err := lab.TLSConfig()
	if err != nil {
		t.Fatal(err)
	}
	_, err = tls.Dial("tcp", net.JoinHostPort(lab.Address, "636"), config)
	if verify := new(tls.CertificateVerificationError); !errors.As(err, &verify) {
		t.Errorf("dial: %v, want a certificate for another name", err)
	}
	c, err := ldap.DialURL("ldap://" + lab.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if err := c.Bind(lab.Reader, lab.ReaderPassword); err != nil {
		t.Errorf("bind in clear text: %v", err)
	}
}

// TestLabsRunSideBySide: a lab of one's own has another address, beside the one that all share.
func TestLabsRunSideBySide(t *testing.T) {
	all, own := Start(t), StartOwn(t, Options{})
	for _, lab := range []*Lab{all, own} {
		bind(t, lab, lab.Reader, lab.ReaderPassword)
	}
	if all.Address == own.Address {
		t.Errorf("both labs are on %s", own.Address)
	}
	if again := Start(t); again.Address != all.Address {
		t.Errorf("the shared lab is on %s and on %s", all.Address, again.Address)
	}
}

func TestLongLab(t *testing.T) {
	lab := StartLong(t)
	if n := len(lab.Oracle.Mailboxes()); n != longMailboxes {
		t.Errorf("%d mailboxes, want %d", n, longMailboxes)
	}
	c := bind(t, lab, lab.Reader, lab.ReaderPassword)
	if got, all := len(read(t, c, lab.BaseDN, accounts, "cn")), len(lab.Oracle.With(RoleAccount)); got < all-5 {
		t.Errorf("the reader finds %d accounts of %d", got, all)
	}
}
