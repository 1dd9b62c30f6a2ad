package adlab_test

import (
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-ldap/ldap/v3"

	"mbxperm/acl"
	"mbxperm/collector/adlab"
	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/grant"
)

// TestLabStamps changes access lists of a real directory, and holds when, where and in
// which version each of all its mailboxes was changed last against Samba's own tool,
// which unpacks the metadata with Samba's library.
func TestLabStamps(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ldbsearch"); err != nil {
		t.Skip("no ldbsearch: install the package ldb-tools")
	}
	lab := adlab.StartOwn(t, adlab.Options{})
	admin := labAdmin(t, lab)
	box := lab.Oracle.Mailboxes()[7]
	before := time.Now().UTC().Truncate(time.Second)
	for n := range 2 {
		b, err := acl.Encode(acl.Parts{Control: acl.SelfRelative | acl.DACLPresent, Owner: acl.SIDSelf, Group: acl.SIDSelf, DACLState: acl.ACLPresent,
			DACL: []acl.ACE{{Type: acl.TypeAllow, Flags: acl.ContainerInherit, Mask: acl.MailboxFullAccess << n, SID: acl.SIDEveryone.Bytes()}}})
		if err != nil {
			t.Fatal(err)
		}
		m := ldap.NewModifyRequest(box.DN, nil)
		m.Replace("msExchMailboxSecurityDescriptor", []string{string(b)})
		if err := admin.Modify(m); err != nil {
			t.Fatal(err)
		}
	}
	s := labState(t, lab, model.NewPool())
	want := ldbStamps(t, lab, attributeID(t, admin, lab.BaseDN))
	seen, changed := 0, 0
	for i := range s.Recipients.Len() {
		id := *s.Recipients.At(i)
		o := s.Record(id)
		if !o.HasMailbox() {
			continue
		}
		name := s.DNText(o.DN)
		of := want[foldedDN(name)]
		for _, a := range []model.Stamped{model.StampedMailboxSD, model.StampedSecurity} {
			got, told := s.StampOf(id, a)
			if !told {
				t.Fatalf("%s of %s is not known", a.Name(), name)
			}
			text := "never"
			if !got.IsZero() {
				text = fmt.Sprintf("%s %d %s", got.At.Format(time.DateTime), got.Version, got.Invocation)
				if s.ControllerName(got) != "DC1" {
					t.Errorf("%s: written on %q, want DC1", name, s.ControllerName(got))
				}
			}
			if w, ok := of[a]; text != w && (ok || text != "never") {
				t.Errorf("%s of %s: %s, and Samba says %s", a.Name(), name, text, w)
			}
			seen++
		}
		if t := grant.ListsStamp(s, id); !t.At.Before(before) {
			changed++
		}
	}
	if seen < 2*250 || changed != 1 {
		t.Errorf("%d stamps held against Samba's, %d mailboxes changed since the lab began, want 1", seen, changed)
	}
}

func foldedDN(name string) string {
	var out []string
	for name != "" {
		leaf, rest := dn.Split(name)
		out, name = append(out, strings.ToLower(dn.Unescape(leaf))), rest
	}
	return strings.Join(out, "\x00")
}

var ldbRecord = regexp.MustCompile(`attid +: \S+ \((0x[0-9A-Fa-f]+)\)\s+version +: \S+ \((\d+)\)\s+originating_change_time +: (.+)\n\s+originating_invocation_id: (\S+)`)

// attributeID is the number that this forest has for msExchMailboxSecurityDescriptor:
// the directory draws one when the schema is extended ([MS-ADTS] 3.1.1.2.3).
func attributeID(t *testing.T, admin *ldap.Conn, base string) uint64 {
	t.Helper()
	r, err := admin.Search(&ldap.SearchRequest{BaseDN: "CN=Schema,CN=Configuration," + base, Scope: ldap.ScopeSingleLevel,
		Filter: "(lDAPDisplayName=msExchMailboxSecurityDescriptor)", Attributes: []string{"msDS-IntId"}})
	if err != nil || len(r.Entries) != 1 {
		t.Fatalf("the number of the attribute: %v, %v", r, err)
	}
	n, err := strconv.ParseInt(r.Entries[0].GetAttributeValue("msDS-IntId"), 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return uint64(uint32(n))
}

// ldbStamps asks Samba's ldbsearch for the stamps of every mailbox, by the folded DN.
// mailboxSD is the number of the attribute of the mailbox's list.
func ldbStamps(t *testing.T, lab *adlab.Lab, mailboxSD uint64) map[string]map[model.Stamped]string {
	t.Helper()
	// The password is the lab's, which protects nothing.
	command := exec.Command("ldbsearch", "-H", "ldap://"+lab.Address, "-U", `CONTOSO\administrator%`+lab.AdministratorPassword,
		"--use-kerberos=off", "--show-binary", "(mailNickname=*)", "replPropertyMetaData")
	text, err := command.Output()
	if err != nil {
		t.Fatalf("ldbsearch: %v", err)
	}
	out := map[string]map[model.Stamped]string{}
	for part := range strings.SplitSeq(string(text), "# record ") {
		_, rest, ok := strings.Cut(part, "\ndn: ")
		if !ok {
			continue
		}
		name, rest, _ := strings.Cut(rest, "\n")
		for more := strings.TrimPrefix(rest, " "); more != rest; more = strings.TrimPrefix(rest, " ") { // a folded line
			var line string
			line, rest, _ = strings.Cut(more, "\n")
			name += line
		}
		of := map[model.Stamped]string{}
		for _, m := range ldbRecord.FindAllStringSubmatch(rest, -1) {
			id, err := strconv.ParseUint(m[1], 0, 32)
			at, bad := time.Parse("Mon Jan _2 15:04:05 2006 MST", m[3])
			if err != nil || bad != nil {
				t.Fatalf("%q: %v, %v", m[0], err, bad)
			}
			text := fmt.Sprintf("%s %s %s", at.UTC().Format(time.DateTime), m[2], m[4])
			switch {
			case id == 0x20119:
				of[model.StampedSecurity] = text
			case id == mailboxSD:
				of[model.StampedMailboxSD] = text
			}
		}
		out[foldedDN(name)] = of
	}
	return out
}
