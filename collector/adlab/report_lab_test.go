package adlab_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/adlab"
	"mbxperm/ui/cli/program"

	"github.com/go-ldap/ldap/v3"
)

// The lab tests hold the program's own reports over LDAP against what Samba's
// library says of the same directory. Nothing here calls the packages under
// test: the expected rows are worked out from the oracle's ACEs with the rules
// of the design, plainly.

// labArgs are the flags that reach a lab as an account.
func labArgs(t *testing.T, lab *adlab.Lab, user, password string) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{
		"ldaps://" + lab.Host, "-u", user, "--password-file", file, "--ca", lab.CAFile, "--dc", lab.Host + "=" + lab.Address,
	}
}

const (
	sendAs    = "ab721a54-1e2f-11d0-9819-00aa0040529b"
	receiveAs = "ab721a56-1e2f-11d0-9819-00aa0040529b"
)

// wantRow is what the test compares of a row, as one text.
func wantRow(dn, acl string, index int, a *adlab.ACE, right, status, impliedBy string, stale bool) string {
	object, inherited := a.Object, a.InheritedObject
	return fmt.Sprintf("%s | %s %d | %s %s | implied %q inherited %v stale %v | 0x%08x %q %q | %s",
		strings.ToLower(dn), acl, index, right, status, impliedBy, a.Flags&0x10 != 0, stale, a.Mask,
		strings.ToLower(object), strings.ToLower(inherited), a.SID)
}

func gotRow(r map[string]any) string {
	return fmt.Sprintf("%s | %s %v | %s %s | implied %q inherited %v stale %v | %s %q %q | %s",
		strings.ToLower(r["target_dn"].(string)), r["acl_type"], r["ace_index"], r["right"], r["status"], r["implied_by"],
		r["inherited"], r["stale"], r["mask"], r["object_guid"], r["inherited_object_guid"], r["trustee_sid"])
}

func status(t uint8) string {
	switch t {
	case 0x0, 0x5, 0x9, 0xB:
		return "Allow"
	case 0x1, 0x6, 0xA, 0xC:
		return "Deny"
	}
	return ""
}

// mailboxRows: one row for each named bit, the others together in one (design 5).
func mailboxRows(dn string, d *adlab.Descriptor) (rows []string) {
	names := []struct {
		bit  uint32
		name string
	}{
		{0x1, "FullAccess"}, {0x2, "SendAs"}, {0x4, "ExternalAccount"}, {0x10000, "DeleteItem"},
		{0x20000, "ReadPermission"}, {0x40000, "ChangePermission"}, {0x80000, "ChangeOwner"},
	}
	if noDACL(d) {
		rows = append(rows, nullRow(dn, "MailboxRight", "FullAccess"))
	}
	for i := range d.ACEs {
		a := &d.ACEs[i]
		rest := a.Mask
		for _, n := range names {
			if a.Mask&n.bit != 0 {
				rows = append(rows, wantRow(dn, "MailboxRight", i, a, n.name, status(a.Type), "", a.Flags&0x10 != 0))
				rest &^= n.bit
			}
		}
		if rest != 0 || a.Mask == 0 {
			rows = append(rows, wantRow(dn, "MailboxRight", i, a, fmt.Sprintf("0x%08x", rest), status(a.Type), "", a.Flags&0x10 != 0))
		}
	}
	return rows
}

// sendRows: the two extended rights by name, or implied by a control access bit
// that names none (exchange-facts 2.1).
func sendRows(dn string, d *adlab.Descriptor) (rows []string) {
	if noDACL(d) {
		rows = append(rows, nullRow(dn, "SendAs-ReceiveAs", "Send-As"), nullRow(dn, "SendAs-ReceiveAs", "Receive-As"))
	}
	for i := range d.ACEs {
		a := &d.ACEs[i]
		if a.Mask&0x100 == 0 && a.Mask&0x10000000 == 0 || status(a.Type) == "" {
			continue
		}
		implied := "all-extended-rights"
		if a.Mask&0xF01FF == 0xF01FF || a.Mask&0x10000000 != 0 {
			implied = "full-control"
		}
		rights := []string{"Send-As", "Receive-As"}
		switch strings.ToLower(a.Object) {
		case sendAs:
			rights, implied = rights[:1], ""
		case receiveAs:
			rights, implied = rights[1:], ""
		case "":
		default:
			continue
		}
		for _, r := range rights {
			rows = append(rows, wantRow(dn, "SendAs-ReceiveAs", i, a, r, status(a.Type), implied, false))
		}
	}
	return rows
}

// noDACL: the flag is not set, or there is no offset ([MS-DTYP] 2.4.6). Then
// everyone holds every right, and the program says so in rows of their own.
func noDACL(d *adlab.Descriptor) bool {
	return len(d.Raw) >= 20 && (d.Raw[2]&4 == 0 || bytes.Equal(d.Raw[16:20], []byte{0, 0, 0, 0}))
}

func nullRow(dn, acl, right string) string {
	return fmt.Sprintf("%s | %s 0 | %s Allow | implied \"\" inherited false stale false |  \"\" \"\" | S-1-1-0", strings.ToLower(dn), acl, right)
}

// mailboxesRows are all rows of mailboxes but those of undecodable descriptors.
func mailboxesRows(o *adlab.Oracle) (rows []string, skip map[string]bool) {
	skip = map[string]bool{}
	for i := range o.Objects {
		x := &o.Objects[i]
		if !x.Has(adlab.RoleMailbox) && !x.Has(adlab.RoleSystemMailbox) {
			continue
		}
		if d := o.MailDescriptor(x); d != nil {
			if d.Undecodable != "" {
				skip[strings.ToLower(x.DN)] = true
			} else {
				rows = append(rows, mailboxRows(x.DN, d)...)
			}
		}
		rows = append(rows, sendRows(x.DN, o.Descriptor(x))...)
		for i, dn := range x.PublicDelegates {
			who := o.ByDN(dn)
			rows = append(rows, fmt.Sprintf("%s | SendOnBehalf %d | SendOnBehalf Allow | implied \"\" inherited false stale false |  \"\" \"\" | %s",
				strings.ToLower(x.DN), i, who.SID))
		}
	}
	return rows, skip
}

// diffRows says which rows are missing and which are too many, as multisets.
func diffRows(t *testing.T, want, got []string) {
	t.Helper()
	count := map[string]int{}
	for _, r := range want {
		count[r]++
	}
	for _, r := range got {
		count[r]--
	}
	shown := 0
	for _, r := range slices.Sorted(maps.Keys(count)) {
		if count[r] != 0 {
			t.Errorf("%+d (missing: +, too many: -): %s", count[r], r)
			if shown++; shown == 10 {
				break
			}
		}
	}
	if len(want) != len(got) {
		t.Errorf("got %d rows, want %d", len(got), len(want))
	}
	if len(want) == 0 {
		t.Error("the oracle has no rows: nothing was compared")
	}
}

func TestLabMailboxRowsEqualTheOracle(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	args := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	want, skip := mailboxesRows(lab.Oracle)
	var got []string
	for _, r := range program.Report(t, program.Gaps, append([]string{"aces", "--all"}, args...)...) {
		if skip[strings.ToLower(r["target_dn"].(string))] && r["acl_type"] == "MailboxRight" {
			continue // what could be read before the damage is shown too; Samba shows nothing
		}
		got = append(got, gotRow(r))
	}
	diffRows(t, want, got)
	t.Logf("%d rows equal the oracle's", len(want))
	compareTotals(t, args, want)
}

// compareTotals: forward and reverse totals are what the oracle's rows give.
func compareTotals(t *testing.T, args []string, rows []string) {
	t.Helper()
	forward, reverse := map[string]int{}, map[string]int{}
	for _, r := range rows {
		parts := strings.Split(r, " | ")
		kind := strings.Fields(parts[1])[0]
		forward[parts[0]+kind]++
		reverse[parts[len(parts)-1]+kind]++
	}
	dns := map[string]string{}
	for _, r := range program.Report(t, program.Gaps, append([]string{"aces", "--all"}, args...)...) {
		dns[r["target_sid"].(string)] = strings.ToLower(r["target_dn"].(string))
	}
	lines := program.Report(t, program.Gaps, append([]string{"totals", "--all"}, args...)...)
	for _, l := range lines {
		sid := l["sid"].(string)
		if sid == "" || strings.HasPrefix(l["account"].(string), "x-cut") {
			continue
		}
		for field, want := range map[string]int{
			"mailbox": forward[dns[sid]+"MailboxRight"], "send_receive_as": forward[dns[sid]+"SendAs-ReceiveAs"],
			"on_behalf": forward[dns[sid]+"SendOnBehalf"], "reverse_send_receive_as": reverse[sid+"SendAs-ReceiveAs"],
			"reverse_on_behalf": reverse[sid+"SendOnBehalf"],
		} {
			if got := int(l[field].(float64)); got != want && dns[sid] != "" {
				t.Errorf("totals of %s: %s is %d, want %d", l["account"], field, got, want)
			}
		}
	}
}

// configRows are the rows of stores or of the containers above them.
func configRows(kind string, objects []*adlab.Object, o *adlab.Oracle) (rows []string) {
	for _, x := range objects {
		d := o.Descriptor(x)
		if noDACL(d) {
			rows = append(rows, nullRow(x.DN, kind, ""))
		}
		for i := range d.ACEs {
			a := &d.ACEs[i]
			rows = append(rows, wantRow(x.DN, kind, i, a, "", status(a.Type), "", false))
		}
	}
	return rows
}

func TestLabStoreAndAdminRowsEqualTheOracle(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	o := lab.Oracle
	args := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	above := map[string]*adlab.Object{}
	for i := range o.Objects {
		x := &o.Objects[i]
		organisation := strings.HasSuffix(strings.ToLower(x.DN), ","+strings.ToLower(o.ExchangeDN)) &&
			strings.Count(x.DN, ",") == strings.Count(o.ExchangeDN, ",")+1
		if strings.EqualFold(x.DN, o.ExchangeDN) || organisation || x.Class() == "msExchExchangeServer" {
			above[strings.ToLower(x.DN)] = x
		}
	}
	lowest := o.Stores()
	for _, x := range above {
		lowest = append(lowest, x)
	}
	for _, s := range lowest {
		for dn := s.DN; !strings.EqualFold(dn, o.ExchangeDN); {
			dn = parentDN(dn)
			if x := o.ByDN(dn); x != nil {
				above[strings.ToLower(dn)] = x
			}
		}
	}
	for _, c := range []struct {
		object, kind string
		targets      []*adlab.Object
	}{
		{"store", "StoreRight", o.Stores()},
		{"admin", "DelegatedAdmin", slices.Collect(maps.Values(above))},
	} {
		t.Run(c.object, func(t *testing.T) {
			var got []string
			for _, r := range program.Report(t, program.Gaps, append([]string{"aces", "--all", "--object", c.object}, args...)...) {
				if r["right"] == "" {
					t.Errorf("a row of %s without a right", r["target_dn"])
				}
				r["right"] = ""
				got = append(got, gotRow(r))
			}
			diffRows(t, configRows(c.kind, c.targets, o), got)
		})
	}
}

// parentDN cuts the first RDN off (RFC 4514).
func parentDN(dn string) string {
	for i := 0; i < len(dn); i++ {
		if dn[i] == '\\' {
			i++
		} else if dn[i] == ',' {
			return dn[i+1:]
		}
	}
	return ""
}

// TestLabReader: the ordinary account sees what it may see, and the coverage counts the rest.
func TestLabReader(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	var mailboxes, noMailboxSD, noSD int
	for _, x := range append(lab.Oracle.Mailboxes(), lab.Oracle.With(adlab.RoleSystemMailbox)...) {
		typeHidden := slices.Contains(x.Denied, "homeMDB") || slices.Contains(x.Denied, "msExchRecipientTypeDetails")
		if x.Hidden || typeHidden {
			if !x.Hidden { // not to be told from a mail user: it may be a mailbox
				mailboxes++
				noMailboxSD++
			}
			continue
		}
		mailboxes++
		if slices.Contains(x.Denied, "msExchMailboxSecurityDescriptor") {
			noMailboxSD++
		}
		if slices.Contains(x.Denied, "nTSecurityDescriptor") {
			noSD++
		}
	}
	lines := map[string]map[string]any{}
	for _, l := range program.Report(t, program.Gaps, append([]string{"coverage"}, labArgs(t, lab, lab.Reader, lab.ReaderPassword)...)...) {
		lines[l["object_type"].(string)] = l
	}
	for _, c := range []struct {
		line, field string
		want        int
	}{
		{"mailbox", "found", mailboxes}, {"mailbox", "unknown", noMailboxSD},
		{"mailbox-account", "unreadable", noSD}, {"store", "unreadable", 1},
	} {
		if got := int(lines[c.line][c.field].(float64)); got != c.want {
			t.Errorf("coverage of %s: %s is %d, want %d", c.line, c.field, got, c.want)
		}
	}
	if noMailboxSD == 0 || noSD == 0 {
		t.Error("the oracle denies the reader nothing: nothing was tested")
	}
}

// TestLabBinds: each refusal names its cause.
func TestLabBinds(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	for _, c := range []struct{ user, password, want string }{
		{"bind-disabled@" + lab.Domain, lab.ReaderPassword, "disabled"},
		{"bind-expired@" + lab.Domain, lab.ReaderPassword, "expired"},
		{"bind-mustchange@" + lab.Domain, lab.ReaderPassword, "must be changed"},
		{"bind-locked@" + lab.Domain, lab.ReaderPassword, "locked"},
		{lab.Reader, "not-the-password", "wrong password"},
	} {
		args := append([]string{"report", "coverage"}, labArgs(t, lab, c.user, c.password)...)
		out, errs, code := program.Run(t, args...)
		if code != program.Failed || out != "" || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q; want 1 and %q", c.user, code, out, errs, c.want)
		}
		if strings.Contains(errs, c.password) {
			t.Errorf("%s: the password stands in the message", c.user)
		}
	}
}

// TestLabHalf: an account that is denied the mailbox ACL of every second user
// gets exactly that half as unknown, beside what it could not read before; each
// of these mailboxes is marked as not read, and no other. What stores say they
// hold tells of mailboxes that the account cannot see.
func TestLabHalf(t *testing.T) {
	t.Parallel()
	lab := adlab.StartOwn(t, adlab.Options{})
	c := lab.Dial(t, lab.Administrator, lab.AdministratorPassword)
	reader := acl.MustParseSID(lab.Oracle.BySAM("reader").SID)
	unread := map[string]bool{}
	base := coverageOf(t, lab, lab.Reader, lab.ReaderPassword)
	half := 0
	for i, x := range lab.Oracle.Mailboxes() {
		gone := slices.Contains(x.Denied, "homeMDB") || slices.Contains(x.Denied, "msExchRecipientTypeDetails") ||
			slices.Contains(x.Denied, "nTSecurityDescriptor")
		if x.Hidden || gone || x.MailDescriptor == nil || lab.Oracle.MailDescriptor(x).Undecodable != "" {
			continue
		}
		if slices.Contains(x.Denied, "msExchMailboxSecurityDescriptor") {
			unread[strings.ToLower(x.DN)] = true
		} else if i%2 == 0 {
			denyMailboxACL(t, c, lab.Oracle.Descriptor(x).Raw, x.DN, reader)
			unread[strings.ToLower(x.DN)] = true
			half++
		}
	}
	if half < 100 {
		t.Fatalf("%d mailboxes were denied: too few to test anything", half)
	}
	args := labArgs(t, lab, lab.Reader, lab.ReaderPassword)
	for _, l := range program.Report(t, program.Gaps, append([]string{"totals"}, args...)...) {
		if l["type"] == "unknown type" || !strings.Contains(l["type"].(string), "Mailbox") {
			continue
		}
		x := lab.Oracle.BySAM(l["account"].(string))
		if x == nil || slices.Contains(x.Denied, "nTSecurityDescriptor") || slices.Contains(x.Denied, "homeMDB") {
			continue
		}
		marked := slices.Contains(strings.Split(l["unread"].(string), "+"), "mailbox")
		if marked != unread[strings.ToLower(x.DN)] && x.MailDescriptor != nil && lab.Oracle.MailDescriptor(x).Undecodable == "" {
			t.Errorf("%s: unread %q, and its mailbox ACL is denied: %v", x.DN, l["unread"], unread[strings.ToLower(x.DN)])
		}
	}
	before := coverageOf(t, lab, lab.Administrator, lab.AdministratorPassword)
	after := coverageOf(t, lab, lab.Reader, lab.ReaderPassword)
	t.Logf("administrator %v, reader %v", before["store-mailbox"], after["store-mailbox"])
	for field, more := range map[string]int{"found": 0, "unknown": half, "decoded": -half, "absent": 0} {
		if got, want := after["mailbox"][field].(float64), base["mailbox"][field].(float64)+float64(more); got != want {
			t.Errorf("coverage of mailbox: %s is %v, want %v", field, got, want)
		}
	}
	stored, hidden := 0, 0
	for _, x := range lab.Oracle.Objects {
		if x.HomeMDB != "" && strings.HasSuffix(strings.ToLower(x.DN), strings.ToLower(lab.BaseDN)) && !lab.Oracle.ByDN(x.HomeMDB).Hidden {
			stored++
			if x.Hidden {
				hidden++
			}
		}
	}
	line := after["store-mailbox"]
	if hidden == 0 || int(line["unknown"].(float64)) != hidden || int(line["decoded"].(float64)) != stored-hidden {
		t.Errorf("store-mailbox %v; the stores hold %d, of which the reader does not see %d", line, stored, hidden)
	}
	if want := fmt.Sprintf("stores name %d mailboxes that were not seen", hidden); line["reason"] != want {
		t.Errorf("reason %q, want %q", line["reason"], want)
	}
	if line := before["store-mailbox"]; line["unknown"].(float64) != 0 || line["decoded"].(float64) < float64(stored) {
		t.Errorf("the administrator: store-mailbox %v, want %d or more seen", line, stored)
	}
}

// denyMailboxACL denies somebody to read the mailbox ACL of an account.
func denyMailboxACL(t *testing.T, c *ldap.Conn, sd []byte, dn string, who acl.SID) {
	t.Helper()
	d, err := acl.Parse(sd)
	if err != nil {
		t.Fatal(err)
	}
	p := d.Parts()
	deny := acl.ACE{Type: acl.TypeDenyObject, Mask: acl.ReadProperty, ObjectType: acl.GUIDMailboxSDAttribute, HasObjectType: true, SID: who.Bytes()}
	p.DACL = append([]acl.ACE{deny}, p.DACL...)
	raw, err := acl.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	req := ldap.NewModifyRequest(dn, []ldap.Control{&ldap.ControlMicrosoftSDFlags{Criticality: true, ControlValue: 4}})
	req.Replace("nTSecurityDescriptor", []string{string(raw)})
	if err := c.Modify(req); err != nil {
		t.Fatalf("%s: %v", dn, err)
	}
}

// coverageOf is the coverage of a lab as an account sees it, by object type.
func coverageOf(t *testing.T, lab *adlab.Lab, user, password string, flags ...string) map[string]map[string]any {
	t.Helper()
	out, errs, code := program.Run(t, append(append([]string{"report", "coverage", "--format", "jsonl"}, flags...), labArgs(t, lab, user, password)...)...)
	if code != program.Done && code != program.Gaps {
		t.Fatalf("exit code %d: %s", code, errs)
	}
	lines := map[string]map[string]any{}
	for text := range strings.Lines(out) {
		var l map[string]any
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		lines[l["object_type"].(string)] = l
	}
	return lines
}

// TestLabCatalog reads the lab through its global catalog: the same entries on
// the same targets, and what a catalog does not hold is said not to be there, and
// not to be missing.
func TestLabCatalog(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	args := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	for _, report := range []string{"aces", "totals"} {
		want, _, _ := program.Run(t, append([]string{"report", report, "--all", "--format", "csv", "--quiet"}, args...)...)
		got, errs, code := program.Run(t, append([]string{"report", report, "--all", "--format", "csv", "--quiet", "--gc"}, args...)...)
		if code != program.Done && code != program.Gaps || strings.Count(want, "\n") < 300 {
			t.Fatalf("%s: exit code %d, %s", report, code, errs)
		}
		if got != want {
			lines := strings.Split(want, "\n")
			for i, l := range strings.Split(got, "\n") {
				if i >= len(lines) || l != lines[i] {
					t.Errorf("%s: line %d through the catalog is %s", report, i+1, l)
					break
				}
			}
		}
	}
	empty := 0
	for _, x := range lab.Oracle.With(adlab.RoleGroup) {
		if x.GroupType&8 == 0 && len(x.Members) == 0 && strings.HasSuffix(strings.ToLower(x.DN), strings.ToLower(lab.BaseDN)) {
			empty++
		}
	}
	line := coverageOf(t, lab, lab.Administrator, lab.AdministratorPassword, "--gc")["group"]
	if want := fmt.Sprintf("%d not in the global catalog", empty); empty == 0 || int(line["unknown"].(float64)) != empty || line["reason"] != want || line["complete"] != true {
		t.Errorf("coverage of groups %v, want %d unknown, %q", line, empty, want)
	}
}
