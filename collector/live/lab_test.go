package live

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/adlab"
	"mbxperm/collector/decode"
	"mbxperm/model/dn"
)

// The tests in this file run against a real Active Directory (package adlab).

// labOptions are those of an account in the lab.
func labOptions(lab *adlab.Lab, scheme, user, password string) Options {
	return Options{URL: scheme + "://" + lab.Host, Auth: AuthSimple, User: user, Password: func() (string, error) { return password, nil },
		CAFile: lab.CAFile, DC: map[string]string{lab.Host: lab.Address}}
}

func TestLab(t *testing.T) {
	lab := adlab.Start(t)
	noLeaks(t)
	for _, scheme := range []string{"ldaps", "ldap"} {
		t.Run(scheme, func(t *testing.T) {
			j, err := read(t, labOptions(lab, scheme, lab.Administrator, lab.AdministratorPassword))
			if err != nil {
				t.Fatalf("Read: %v", err)
			}
			j.complete(t)
			labHoldsOracle(t, lab, j, false)
			labGroups(t, lab, j)
			// Samba 4.17 does not know Who Am I, so the name is the one we gave.
			if got := j.begun[0].Account; got != lab.Administrator && !strings.EqualFold(got, `CONTOSO\Administrator`) {
				t.Errorf("bound as %q, want %q", got, lab.Administrator)
			}
		})
	}
	t.Run("reader", func(t *testing.T) {
		j, err := read(t, labOptions(lab, "ldaps", lab.Reader, lab.ReaderPassword))
		if err != nil {
			t.Fatalf("Read: %v", err)
		}
		labHoldsOracle(t, lab, j, true)
		for _, q := range j.begun {
			if j.ended[q.ID] != nil {
				t.Logf("%s: %v", q.Purpose, j.ended[q.ID])
			}
		}
	})
	t.Run("in parts", func(t *testing.T) { labInParts(t, lab) })
	t.Run("lookup", func(t *testing.T) { labLookup(t, lab) })
	t.Run("deleted", func(t *testing.T) { labDeleted(t, lab) })
	t.Run("binds", func(t *testing.T) { labBinds(t, lab) })
	t.Run("password in clear", func(t *testing.T) { labCleartext(t, lab) })
}

// labInParts reads the mailboxes in parts of about a hundred, by an account that
// sees everything, and by one that sees neither all stores nor all attributes.
func labInParts(t *testing.T, lab *adlab.Lab) {
	for _, who := range []struct{ user, password string }{{lab.Administrator, lab.AdministratorPassword}, {lab.Reader, lab.ReaderPassword}} {
		for _, connections := range []int{1, 4} {
			o := labOptions(lab, "ldaps", who.user, who.password)
			o.partition, o.Connections = 100, connections
			j, err := read(t, o)
			if err != nil {
				t.Fatalf("Read: %v", err)
			}
			labHoldsOracle(t, lab, j, who.user == lab.Reader)
			j.complete(t, decode.Stores.Purpose, decode.Containers.Purpose)
			parts, beyond := 0, 0
			for _, q := range j.begun {
				if q.Purpose == decode.Mailboxes.Purpose {
					parts++
				}
				beyond += strings.Count(q.Filter, "(objectGUID=")
			}
			if _, err := j.of(t, decode.Keys.Purpose); err != nil || parts < 4 {
				t.Errorf("%s: %d parts, keys %v", who.user, parts, err)
			}
			t.Logf("%s, %d connections: %d parts, %d mailboxes beyond them", who.user, connections, parts, beyond)
		}
	}
}

// labHoldsOracle wants every object that the oracle knows in the search where
// it belongs, once, with the very bytes of its descriptors; and nothing that the
// oracle does not know. The reader gets what the oracle says a reader gets.
func labHoldsOracle(t *testing.T, lab *adlab.Lab, j *journal, reader bool) {
	t.Helper()
	byDN := make(map[collector.Purpose]map[string]*collector.Entry)
	for _, p := range []collector.Purpose{decode.Mailboxes.Purpose, decode.Recipients.Purpose,
		decode.Groups.Purpose, decode.Principals.Purpose, decode.Stores.Purpose, decode.Containers.Purpose} {
		byDN[p] = make(map[string]*collector.Entry)
		entries, _ := j.of(t, p)
		for _, e := range entries {
			if byDN[p][foldDN(e.DN)] != nil {
				t.Errorf("%s: %s came twice", p, e.DN)
			}
			byDN[p][foldDN(e.DN)] = e
		}
	}
	want := make(map[collector.Purpose]int)
	for i := range lab.Oracle.Objects {
		o := &lab.Oracle.Objects[i]
		for _, p := range labPurposes(lab, o) {
			if reader && o.Hidden {
				continue
			}
			e := byDN[p][foldDN(o.DN)]
			if e == nil {
				t.Errorf("%s: %s did not come", p, o.DN)
				continue
			}
			want[p]++
			if p != decode.Principals.Purpose {
				sameDescriptor(t, lab, o, e, "nTSecurityDescriptor", lab.Oracle.Descriptor(o), reader)
			}
			if p == decode.Mailboxes.Purpose {
				sameDescriptor(t, lab, o, e, "msExchMailboxSecurityDescriptor", lab.Oracle.MailDescriptor(o), reader)
			}
		}
	}
	labHoldsAncestors(t, lab, j, byDN, reader)
	for _, p := range []collector.Purpose{decode.Mailboxes.Purpose, decode.Recipients.Purpose} {
		if got := len(byDN[p]); got != want[p] || got == 0 {
			t.Errorf("%s: %d entries, the oracle has %d", p, got, want[p])
		}
	}
}

// labHoldsAncestors wants everything above stores and recipients that the
// account may see, with its descriptor, and the reason where it may not.
func labHoldsAncestors(t *testing.T, lab *adlab.Lab, j *journal, byDN map[collector.Purpose]map[string]*collector.Entry, reader bool) {
	t.Helper()
	checked := make(map[string]bool)
	up := func(p collector.Purpose, name, top string) {
		for _, name = dn.Split(name); below(name, top) || foldDN(name) == foldDN(top); _, name = dn.Split(name) {
			if checked[foldDN(name)] {
				return
			}
			checked[foldDN(name)] = true
			o, e := lab.Oracle.ByDN(name), byDN[p][foldDN(name)]
			switch {
			case o == nil:
				t.Errorf("%s: the oracle has no %s", p, name)
			case e == nil && !(reader && o.Hidden):
				t.Errorf("%s: %s did not come", p, name)
			case e == nil:
				if _, reason := j.of(t, p); reason == nil {
					t.Errorf("%s: %s did not come, and nothing was said", p, name)
				}
			default:
				sameDescriptor(t, lab, o, e, "nTSecurityDescriptor", lab.Oracle.Descriptor(o), reader)
			}
		}
	}
	for dn := range byDN[decode.Stores.Purpose] {
		if lab.Oracle.ByDN(dn) != nil && lab.Oracle.ByDN(dn).Has(adlab.RoleStore) {
			up(decode.Stores.Purpose, dn, "CN=Services,"+lab.ConfigDN)
		}
	}
	for _, p := range []collector.Purpose{decode.Mailboxes.Purpose, decode.Recipients.Purpose} {
		for dn := range byDN[p] {
			up(decode.Containers.Purpose, dn, lab.BaseDN)
		}
	}
	t.Logf("%d objects above stores and recipients", len(checked))
	if byDN[decode.Containers.Purpose][foldDN("CN=AdminSDHolder,CN=System,"+lab.BaseDN)] == nil {
		t.Error("AdminSDHolder did not come")
	}
}

// labPurposes says which searches must give an object.
func labPurposes(lab *adlab.Lab, o *adlab.Object) []collector.Purpose {
	var p []collector.Purpose
	inDomain := !below(o.DN, lab.ConfigDN)
	switch {
	case o.Has(adlab.RoleStore):
		p = append(p, decode.Stores.Purpose)
	case o.Has(adlab.RoleAccount):
		p = append(p, decode.Mailboxes.Purpose)
	case o.MailNickname != "" && inDomain:
		p = append(p, decode.Recipients.Purpose)
	case o.SID != "" && inDomain && o.Has(adlab.RoleGroup):
		p = append(p, decode.Groups.Purpose)
	case o.SID != "" && inDomain:
		p = append(p, decode.Principals.Purpose)
	}
	return p
}

func below(dn, top string) bool {
	return strings.HasSuffix(foldDN(dn), ","+foldDN(top))
}

func sameDescriptor(t *testing.T, lab *adlab.Lab, o *adlab.Object, e *collector.Entry, name string, want *adlab.Descriptor, reader bool) {
	t.Helper()
	if reader && slices.ContainsFunc(o.Denied, func(d string) bool { return strings.EqualFold(d, name) }) {
		want = nil
	}
	got := e.Values(name)
	switch {
	case want == nil && len(got) != 0:
		t.Errorf("%s: %s came, the oracle has none", o.DN, name)
	case want != nil && len(got) != 1:
		t.Errorf("%s: %d values of %s, want 1", o.DN, len(got), name)
	case want != nil && !bytes.Equal(got[0], want.Raw):
		t.Errorf("%s: %s is\n% x, the oracle has\n% x", o.DN, name, got[0], []byte(want.Raw))
	}
}

// labGroups wants the members of every group, and one with more than a server
// gives at once.
func labGroups(t *testing.T, lab *adlab.Lab, j *journal) {
	t.Helper()
	most := 0
	for _, p := range []collector.Purpose{decode.Recipients.Purpose, decode.Groups.Purpose} {
		entries, _ := j.of(t, p)
		for _, e := range entries {
			o := lab.Oracle.ByDN(e.DN)
			if o == nil || !o.Has(adlab.RoleGroup) {
				continue
			}
			got := make([]string, 0, len(o.Members))
			for _, v := range e.Values("member") {
				got = append(got, foldDN(string(v)))
			}
			want := make([]string, 0, len(o.Members))
			for _, m := range o.Members {
				want = append(want, foldDN(m))
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %d members, want %d", e.DN, len(got), len(want))
			}
			for _, a := range e.Attributes {
				if a.Partial {
					t.Errorf("%s: %s is marked partial", e.DN, a.Name)
				}
			}
			most = max(most, len(got))
		}
	}
	if most <= 1500 {
		t.Errorf("the largest group has %d members: nothing was read by range", most)
	}
}

// labLookup asks for every SID that an ACE of the lab names.
func labLookup(t *testing.T, lab *adlab.Lab) {
	s := open(t, labOptions(lab, "ldaps", lab.Administrator, lab.AdministratorPassword))
	holders := make(map[string]bool)
	for _, o := range lab.Oracle.Objects {
		if !below(o.DN, lab.ConfigDN) {
			holders[o.SID] = true
			for _, h := range o.SIDHistory {
				holders[h] = true
			}
		}
	}
	for _, d := range lab.Oracle.Deleted {
		holders[d.SID] = true
	}
	var sids []acl.SID
	want := 0
	asked := make(map[string]bool)
	for _, d := range lab.Oracle.Descriptors {
		for _, a := range d.ACEs {
			if asked[a.SID] {
				continue
			}
			asked[a.SID] = true
			sid, err := acl.ParseSID(a.SID)
			if err != nil {
				t.Fatal(err)
			}
			sids = append(sids, sid)
			if !holders[a.SID] {
				want++
			}
		}
	}
	j := newJournal()
	if err := s.Lookup(context.Background(), sids, j); err != nil {
		t.Fatalf("Lookup: %v", err)
	}
	j.complete(t)
	for _, sid := range j.missed {
		if holders[sid.String()] {
			t.Errorf("%s is called missing, and somebody holds it", sid)
		}
	}
	if len(j.missed) != want {
		t.Errorf("%d of %d SIDs missed, want %d", len(j.missed), len(sids), want)
	}
	if got, most := len(j.begun), (len(sids)+namesPerFilter-1)/namesPerFilter; got != most {
		t.Errorf("%d searches for %d SIDs, want %d", got, len(sids), most)
	}
	s.Close()
}

// labDeleted wants the tombstone of every deleted account for somebody who may
// see it, and for somebody who may not the answer that nobody holds the SID.
func labDeleted(t *testing.T, lab *adlab.Lab) {
	var sids []acl.SID
	for _, d := range lab.Oracle.Deleted {
		sids = append(sids, acl.MustParseSID(d.SID))
	}
	ask := func(user, password string) *journal {
		s := open(t, labOptions(lab, "ldaps", user, password))
		defer s.Close()
		j := newJournal()
		if err := s.Lookup(t.Context(), sids, j); err != nil {
			t.Fatal(err)
		}
		j.complete(t)
		return j
	}
	entries, _ := ask(lab.Administrator, lab.AdministratorPassword).of(t, decode.Lookup.Purpose)
	if len(entries) != len(sids) {
		t.Fatalf("%d tombstones of %d", len(entries), len(sids))
	}
	for _, e := range entries {
		i := slices.IndexFunc(lab.Oracle.Deleted, func(d adlab.Deleted) bool { return d.SAM == e.Text("sAMAccountName") })
		if i < 0 || e.Text("isDeleted") != "TRUE" || e.Text("whenChanged") == "" || !below(e.Text("lastKnownParent"), lab.BaseDN) {
			t.Errorf("tombstone %s: %q, %q, %q, %q", e.DN, e.Text("sAMAccountName"), e.Text("isDeleted"), e.Text("whenChanged"), e.Text("lastKnownParent"))
		}
	}
	if j := ask(lab.Reader, lab.ReaderPassword); len(j.missed) != len(sids) {
		t.Errorf("the reader misses %d SIDs of %d deleted accounts", len(j.missed), len(sids))
	}
}

// labBinds wants the server's own reason for each bind that it refuses.
func labBinds(t *testing.T, lab *adlab.Lab) {
	refused(t, labOptions(lab, "ldaps", lab.Administrator, "wrong-"+lab.AdministratorPassword), ErrCredentials, lab.Administrator, "wrong password")
	refused(t, labOptions(lab, "ldap", lab.Administrator, "wrong-"+lab.AdministratorPassword), ErrCredentials, lab.Administrator, "wrong password")
	for _, a := range lab.Oracle.BindAccounts {
		o := labOptions(lab, "ldaps", a.SAM+"@"+lab.Domain, lab.ReaderPassword)
		s, err := Open(context.Background(), o)
		if err == nil {
			s.Close()
		}
		t.Logf("%s (%s): %v", a.SAM, a.State, err)
		if (err == nil) != (a.State == "") {
			t.Errorf("%s is %q, and the bind gave %v", a.SAM, a.State, err)
		}
		if err != nil {
			wantError(t, err, ErrCredentials, a.SAM)
		}
	}
}

// labCleartext listens between us and the server: with StartTLS the password
// does not go over the wire, and neither does anything that was read. The same
// ear hears it with Cleartext, so it would have.
func labCleartext(t *testing.T, lab *adlab.Lab) {
	ear := listen(t, net.JoinHostPort(lab.Address, "389"))
	o := labOptions(lab, "ldap", lab.Administrator, lab.AdministratorPassword)
	o.DC = map[string]string{lab.Host: ear.address}
	open(t, o).Close()
	for _, secret := range []string{lab.AdministratorPassword, hex.EncodeToString([]byte(lab.AdministratorPassword)), lab.Administrator, lab.BaseDN} {
		if ear.heard(secret) {
			t.Errorf("%q went over the wire in clear", secret)
		}
	}
	o.Cleartext = true
	s, err := Open(context.Background(), o)
	if err == nil {
		s.Close()
	} else {
		wantError(t, err, ErrSigning, "ldaps://")
	}
	if !ear.heard(lab.AdministratorPassword) {
		t.Error("the ear is deaf: not even --cleartext shows the password")
	}
}

// ear is a proxy that keeps what it hears.
type ear struct {
	address string
	mu      sync.Mutex
	text    []byte
}

func listen(t *testing.T, to string) *ear {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	e := &ear{address: l.Addr().String()}
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", to)
			if err != nil {
				in.Close()
				return
			}
			for _, way := range [][2]net.Conn{{in, out}, {out, in}} {
				go func() {
					_, _ = io.Copy(way[1], io.TeeReader(way[0], e))
					way[1].Close()
				}()
			}
		}
	}()
	return e
}

func (e *ear) Write(b []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.text = append(e.text, b...)
	return len(b), nil
}

func (e *ear) heard(s string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return bytes.Contains(e.text, []byte(s))
}

func TestLabWrongName(t *testing.T) {
	lab := adlab.Start(t)
	noLeaks(t)
	const other = "dc2.contoso.lab"
	for _, scheme := range []string{"ldaps", "ldap"} {
		o := labOptions(lab, scheme, lab.Administrator, lab.AdministratorPassword)
		o.URL, o.DC = scheme+"://"+other, Servers{other: lab.Address}
		refused(t, o, ErrTLS, "asked for "+other, "the certificate is for "+lab.Host, "--dc")
	}
}

// What a read of the lab costs, for the record.
func BenchmarkLab(b *testing.B) {
	lab, err := adlab.Open(context.Background(), adlab.Options{})
	if err != nil {
		b.Skip(err)
	}
	defer lab.Close()
	for b.Loop() {
		s, err := Open(context.Background(), labOptions(lab, "ldaps", lab.Administrator, lab.AdministratorPassword))
		if err != nil {
			b.Fatal(err)
		}
		j := newJournal()
		if err := s.Read(context.Background(), j); err != nil {
			b.Fatal(err)
		}
		s.Close()
		for _, q := range j.begun {
			if j.ended[q.ID] != nil {
				b.Fatal(fmt.Errorf("%s: %w", q.Purpose, j.ended[q.ID]))
			}
		}
	}
}
