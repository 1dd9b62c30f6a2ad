package adlab_test

import (
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"mbxperm/collector/adlab"
	"mbxperm/model"
	"mbxperm/model/finding"
)

// TestLabMemberStamps puts somebody into Organization Management of a real directory,
// takes him out and puts him back, and takes another out. It holds since when each
// member of a group is in it against what Samba's own tool says of the value, and the
// finding about him against the time of the change. Samba 4.17 knows nothing of
// msDS-ReplValueMetaData: there nobody may be said to be in a group since any time, and
// nothing is missing for it.
func TestLabMemberStamps(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ldbsearch"); err != nil {
		t.Skip("no ldbsearch: install the package ldb-tools")
	}
	lab := adlab.StartOwn(t, adlab.Options{})
	admin := labAdmin(t, lab)
	group := "CN=Organization Management,OU=Microsoft Exchange Security Groups," + lab.BaseDN
	boxes := lab.Oracle.Mailboxes()
	back, gone := boxes[3].DN, boxes[4].DN
	before := time.Now().UTC().Truncate(time.Second)
	for _, step := range []struct {
		add bool
		dn  string
	}{{true, back}, {false, back}, {true, back}, {true, gone}, {false, gone}} {
		m := ldap.NewModifyRequest(group, nil)
		if step.add {
			m.Add("member", []string{step.dn})
		} else {
			m.Delete("member", []string{step.dn})
		}
		if err := admin.Modify(m); err != nil {
			t.Fatal(err)
		}
	}
	s := labState(t, lab, model.NewPool())
	want := ldbValueStamps(t, lab)
	held, changed := 0, 0
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		o := s.Record(id)
		for i := range o.Members.N {
			who := *s.Members.At(o.Members.First + i)
			got := s.ValueStampOf(id, model.StampedMember, who)
			if got.IsZero() {
				continue // nobody was asked of it
			}
			held++
			name := foldedDN(s.DNText(o.DN)) + "\n" + foldedDN(s.DNText(who))
			text := fmt.Sprintf("%s %d %s", got.Text(), got.Version, got.Invocation)
			if text != want[name] || s.ControllerName(got) != "DC1" {
				t.Errorf("%s in %s: %s on %q, and Samba says %q", s.DNText(who), s.DNText(o.DN), text, s.ControllerName(got), want[name])
			}
			if !got.At.Before(before) {
				changed++
			}
		}
	}
	for _, g := range s.State.Incomplete {
		if g.Search == "member-changes" {
			t.Errorf("a gap: %s", g.Reason)
		}
	}
	told := len(want) > 0
	if told && (held < 20 || changed != 1) || !told && held > 0 {
		t.Errorf("%d stamps held against Samba's, %d members since the lab began, want 1", held, changed)
	}
	l, err := finding.Find(t.Context(), s, finding.Query{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for i := range l.Len() {
		f := l.At(i)
		if f.Rule.Name != "admin-member" {
			continue
		}
		at, of := f.Since()
		if at.IsZero() == told || told && of != 1 {
			t.Errorf("%s in %s: since %v of %d", f.Trustee.Name, f.Target.Name, at, of)
		}
		if foldedDN(f.Trustee.DN) == foldedDN(back) && !at.Before(before) {
			seen++
		}
		if foldedDN(f.Trustee.DN) == foldedDN(gone) {
			t.Errorf("%s is no member any more", f.Trustee.Name)
		}
	}
	if told && seen != 1 {
		t.Errorf("%d findings about who was put in, want 1", seen)
	}
}

// ldbValueStamps asks Samba's ldbsearch for the stamps of the values of member that are
// there, by the folded DNs of group and member, and reads them as XML.
func ldbValueStamps(t *testing.T, lab *adlab.Lab) map[string]string {
	t.Helper()
	// The password is the lab's, which protects nothing.
	command := exec.Command("ldbsearch", "-H", "ldap://"+lab.Address, "-U", `CONTOSO\administrator%`+lab.AdministratorPassword,
		"--use-kerberos=off", "(objectClass=group)", "msDS-ReplValueMetaData")
	text, err := command.Output()
	if err != nil {
		t.Fatalf("ldbsearch: %v", err)
	}
	out := map[string]string{}
	group := ""
	for line := range strings.SplitSeq(strings.ReplaceAll(string(text), "\n ", ""), "\n") {
		if name, ok := strings.CutPrefix(line, "dn: "); ok {
			group = foldedDN(name)
		}
		value, ok := strings.CutPrefix(line, "msDS-ReplValueMetaData:: ")
		if !ok {
			continue
		}
		b, err := base64.StdEncoding.DecodeString(value)
		var v struct {
			Attribute string `xml:"pszAttributeName"`
			Object    string `xml:"pszObjectDn"`
			Deleted   string `xml:"ftimeDeleted"`
			Version   string `xml:"dwVersion"`
			At        string `xml:"ftimeLastOriginatingChange"`
			By        string `xml:"uuidLastOriginatingDsaInvocationID"`
		}
		if err != nil || xml.Unmarshal([]byte(strings.TrimRight(string(b), "\x00")), &v) != nil {
			t.Fatalf("%q: %v", b, err)
		}
		if v.Attribute == "member" && strings.HasPrefix(v.Deleted, "1601-") {
			out[group+"\n"+foldedDN(v.Object)] = v.At + " " + v.Version + " " + v.By
		}
	}
	return out
}
