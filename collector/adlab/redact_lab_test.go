package adlab_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mbxperm/collector/adlab"
	"mbxperm/ui/cli/program"
)

// madeBySetup are the groups that Exchange makes everywhere: they say nothing
// about whose directory it is.
const madeBySetup = "Organization Management, Recipient Management, View-Only Organization Management, Public Folder Management, " +
	"Discovery Management, Exchange Servers, Exchange Trusted Subsystem, Exchange Windows Permissions, Managed Availability Servers, " +
	"ExchangeLegacyInterop"

// labNames are the names in a report of the lab that only the lab has: mailboxes,
// trustees that set-up did not make, domains, and the parts of SIDs and DNs.
func labNames(records []map[string]any) map[string]bool {
	names := map[string]bool{}
	for _, r := range records {
		for _, side := range []string{"target", "trustee"} {
			sid, _ := r[side+"_sid"].(string)
			parts := strings.Split(sid, "-")
			if len(parts) != 8 { // S-1-5-21-domain-rid
				continue
			}
			if rid, err := strconv.Atoi(parts[7]); err != nil || rid < 1000 {
				continue
			}
			for _, name := range append(parts[4:7], sid, r[side].(string), r[side+"_domain"].(string)) {
				if len(name) > 3 && !strings.Contains(madeBySetup, name) {
					names[name] = true
				}
			}
		}
		if guid, _ := r["target_guid"].(string); guid != "" {
			names[guid] = true
		}
	}
	return names
}

// TestLabRedacted: no name of a real directory is left in a redacted report of
// it, in any format, nor in the evidence.
func TestLabRedacted(t *testing.T) {
	t.Parallel()
	lab := adlab.Start(t)
	source := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	dir := t.TempDir()
	for _, object := range []string{"mailbox", "store", "admin"} {
		var plain []map[string]any
		out, errs, _ := program.Run(t, append([]string{"report", "aces", "--object", object, "--all", "--format", "json", "-q"}, source...)...)
		if err := json.Unmarshal([]byte(out), &plain); err != nil {
			t.Fatalf("%v; stderr %s", err, errs)
		}
		names := labNames(plain)
		for label := range strings.SplitSeq(lab.Host, ".") {
			if len(label) > 3 {
				names[label] = true
			}
		}
		if len(plain) == 0 || len(names) < 5 {
			t.Fatalf("%s: %d rows with %d names", object, len(plain), len(names))
		}
		for _, format := range []string{"csv", "html"} {
			name := filepath.Join(dir, object+"."+format)
			_, errs, _ := program.Run(t, append([]string{"report", "aces", "--object", object, "--all", "--redact", "--format", format, "-o", name}, source...)...)
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatalf("%v; stderr %s", err, errs)
			}
			evidence, _ := os.ReadFile(name + ".evidence.json") // html has it inside
			text := bytes.ToLower(append(data, evidence...))
			words := map[string]bool{}
			for w := range bytes.FieldsFuncSeq(text, func(r rune) bool { return r <= ' ' || strings.ContainsRune(",;:=<>\"\\/", r) }) {
				words[string(w)] = true
			}
			for secret := range names {
				secret = strings.ToLower(secret)
				// A short name can stand in the middle of a pseudonym by chance.
				if words[secret] || len(secret) > 8 && bytes.Contains(text, []byte(secret)) {
					t.Errorf("%s: %q is left", filepath.Base(name), secret)
				}
			}
		}
	}
}
