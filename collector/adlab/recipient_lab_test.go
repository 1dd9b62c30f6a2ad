package adlab_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/collector/adlab"
	"mbxperm/ui/cli/program"
)

const (
	sendTo     = "ab721a55-1e2f-11d0-9819-00aa0040529b"
	memberAttr = "bf9679c0-0de6-11d0-a285-00aa003049e2"
	memberSet  = "bc0ac240-79a9-11d0-9020-00c04fc2d4cf"
)

// groupRows are the rows that an entry gives on a group besides those of sendRows:
// Send-To by name, and whoever may change the members.
func groupRows(dn string, d *adlab.Descriptor) (rows []string) {
	for i := range d.ACEs {
		a := &d.ACEs[i]
		if status(a.Type) == "" {
			continue
		}
		object := strings.ToLower(a.Object)
		row := func(right, implied string) {
			rows = append(rows, wantRow(dn, "SendAs-ReceiveAs", i, a, right, status(a.Type), implied, false))
		}
		if object == sendTo && a.Mask&0x10000100 != 0 {
			row("Send-To", "")
		}
		write, join := a.Mask&0x50000020 != 0, a.Mask&0x50000008 != 0 // by themselves, or in GENERIC_ALL and GENERIC_WRITE
		switch {
		case object == "" && (a.Mask&0xF01FF == 0xF01FF || a.Mask&0x10000000 != 0):
			row("may change members", "full-control")
		case (write || join) && (object == "" || object == memberAttr), write && object == memberSet:
			row("may change members", "")
		}
	}
	return rows
}

// linkRows are the rows of one attribute of a recipient.
func linkRows(o *adlab.Oracle, x *adlab.Object, acl, right, status string, values []string) (rows []string) {
	for i, dn := range values {
		who := ""
		if y := o.ByDN(dn); y != nil {
			who = y.SID
		}
		rows = append(rows, fmt.Sprintf("%s | %s %d | %s %s | implied \"\" inherited false stale false |  \"\" \"\" | %s",
			strings.ToLower(x.DN), acl, i, right, status, who))
	}
	return rows
}

// otherRows are all rows of recipients that are no mailboxes.
func otherRows(o *adlab.Oracle) (rows []string, recipients int) {
	for i := range o.Objects {
		x := &o.Objects[i]
		if !x.Has(adlab.RoleRecipient) {
			continue
		}
		recipients++
		d := o.Descriptor(x)
		rows = append(rows, sendRows(x.DN, d)...)
		if x.Class() == "group" {
			rows = append(rows, groupRows(x.DN, d)...)
		}
		for _, l := range []struct {
			acl, right, status string
			values             []string
		}{
			{"SendOnBehalf", "SendOnBehalf", "Allow", x.PublicDelegates},
			{"Manager", "manager", "Allow", x.Managers}, {"Manager", "co-manager", "Allow", x.CoManagers},
			{"Delivery", "accept", "Allow", x.Accept}, {"Delivery", "accept members of", "Allow", x.AcceptMembers},
			{"Delivery", "reject", "Deny", x.Reject}, {"Delivery", "reject members of", "Deny", x.RejectMembers},
		} {
			rows = append(rows, linkRows(o, x, l.acl, l.right, l.status, l.values)...)
		}
	}
	return rows, recipients
}

// TestLabRecipientRowsEqualTheOracle: every row of every other recipient is one
// that Samba's library gives, and ldapsearch finds as many of them.
func TestLabRecipientRowsEqualTheOracle(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	args := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	want, recipients := otherRows(lab.Oracle)
	var got []string
	for _, r := range program.Report(t, program.Gaps, append([]string{"aces", "--object", "recipient", "--all"}, args...)...) {
		got = append(got, gotRow(r))
		auth := strings.ToLower(lab.Oracle.ByDN(r["target_dn"].(string)).RequireAuth)
		if auth == "" {
			auth = "false"
		}
		if r["sender_auth"] != auth {
			t.Errorf("%s takes messages of authenticated senders alone: %v, want %s", r["target"], r["sender_auth"], auth)
		}
	}
	diffRows(t, want, got)
	t.Logf("%d rows of %d recipients equal the oracle's", len(want), recipients)
	lines := 0
	for _, l := range program.Report(t, program.Gaps, append([]string{"totals", "--object", "recipient"}, args...)...) {
		x := (*adlab.Object)(nil)
		for i := range lab.Oracle.Objects {
			if y := &lab.Oracle.Objects[i]; l["sid"] != "" && y.SID == l["sid"] || l["sid"] == "" && strings.HasPrefix(y.DN, "CN="+strings.ReplaceAll(l["account"].(string), ",", `\,`)+",") {
				x = y
			}
		}
		if x != nil && x.Has(adlab.RoleRecipient) {
			lines++
		}
	}
	if lines != recipients {
		t.Errorf("%d lines of other recipients, want %d", lines, recipients)
	}
	if found := ldapsearchRecipients(t, lab); found >= 0 && found != recipients {
		t.Errorf("%d other recipients, and ldapsearch finds %d", recipients, found)
	}
}

// ldapsearchRecipients counts with ldapsearch what has an address and is neither a
// mailbox nor the system mailbox of a store; -1 where there is no ldapsearch.
func ldapsearchRecipients(t *testing.T, lab *adlab.Lab) int {
	t.Helper()
	if _, err := exec.LookPath("ldapsearch"); err != nil {
		return -1
	}
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(lab.AdministratorPassword), 0o600); err != nil {
		t.Fatal(err)
	}
	const remote = "(|(msExchRecipientTypeDetails=2147483648)(msExchRecipientTypeDetails=8589934592)(msExchRecipientTypeDetails=17179869184)" +
		"(msExchRecipientTypeDetails=34359738368))"
	cmd := exec.Command("ldapsearch", "-LLL", "-x", "-H", "ldaps://"+lab.Address, "-D", lab.Administrator, "-y", file, "-b", lab.Oracle.BaseDN,
		"-E", "pr=500/noprompt", "(&(mailNickname=*)(!(objectClass=msExchSystemMailbox))(|(!(objectClass=user))"+remote+
			"(!(|(homeMDB=*)(msExchMailboxGuid=*)(msExchHomeServerName=*)))))", "1.1")
	cmd.Env = append(os.Environ(), "LDAPTLS_CACERT="+lab.CAFile)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("ldapsearch: %v", err)
	}
	return strings.Count("\n"+string(out), "\ndn:")
}

// TestLabRecipientsOfAnAccountThatSeesLittle: what an ordinary account is not
// given of a recipient is said to be unread, and never that there is none.
func TestLabRecipientsOfAnAccountThatSeesLittle(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	all := map[string]map[string]any{}
	for _, l := range program.Report(t, program.Gaps, append([]string{"totals", "--object", "recipient", "--all"}, labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)...)...) {
		all[l["account"].(string)+l["sid"].(string)] = l
	}
	unread := 0
	for _, l := range program.Report(t, program.Gaps, append([]string{"totals", "--object", "recipient", "--all"}, labArgs(t, lab, lab.Reader, lab.ReaderPassword)...)...) {
		whole := all[l["account"].(string)+l["sid"].(string)]
		if whole == nil {
			continue
		}
		said := strings.Fields(l["unread"].(string))
		unread += len(said)
		for _, field := range []string{"send_receive_as", "on_behalf", "manager", "delivery"} {
			if l[field].(float64) < whole[field].(float64) && !strings.Contains(" "+strings.Join(said, " ")+" ", " "+field+" ") {
				t.Errorf("%s: %s is %v of %v, and unread says %q", l["account"], field, l[field], whole[field], l["unread"])
			}
		}
	}
	if unread == 0 {
		t.Error("nothing is unread: nothing was tested")
	}
}
