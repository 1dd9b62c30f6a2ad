package cli

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

// TestFileCases: files as programs and people have written them, and what must
// be read out of them. A row is target, right, status and trustee; a line is
// account and type.
func TestFileCases(t *testing.T) {
	const bert, carl = "S-1-5-21-1111111111-2222222222-3333333333-1102", "S-1-5-21-1111111111-2222222222-3333333333-1103"
	three := []string{"anna UserMailbox", "bert UserMailbox", "carl UserMailbox"}
	annaBert := []string{"anna FullAccess Allow bert " + bert}
	for _, c := range []struct {
		file, command string
		want          []string
	}{
		{"ldif-records-without-empty-line/input.ldif", "totals", three},
		{"ldif-records-without-empty-line/input.ldif", "aces", []string{annaBert[0], "bert FullAccess Allow carl " + carl}},
		{"ldif-comments-folded/input.ldif", "aces --target anna", annaBert},
		{"zstd-begins-with-skippable-frame/input.ldif.zst", "totals", three},
		{"ldifde-large-group/group-first.ldif", "totals", append(slices.Clone(three), "Helpdesk ")},
		{"ldifde-large-group/group-last.ldif", "totals", append(slices.Clone(three), "Helpdesk ")},
		{"ldifde-large-group/group-first.ldif", "aces --of carl --ace-type Reverse-Mailbox-Rights --via-groups", []string{"anna FullAccess Allow Helpdesk S-1-5-21-1111111111-2222222222-3333333333-1200"}},
		{"ldifde-large-group/group-last.ldif", "aces --of bert --ace-type Reverse-Mailbox-Rights --via-groups", []string{"anna FullAccess Allow Helpdesk S-1-5-21-1111111111-2222222222-3333333333-1200"}},
		{"ldifde-large-group/group-last.ldif", "aces --of carl --ace-type Reverse-Mailbox-Rights --via-groups", []string{"anna FullAccess Allow Helpdesk S-1-5-21-1111111111-2222222222-3333333333-1200"}},
		{"same-record-twice/partial-first.ldif", "aces --target anna", annaBert},
		{"same-record-twice/partial-last.ldif", "aces --target anna", annaBert},
		{"same-record-twice/partial-first.ldif", "totals", three[:2]},
		{"same-record-twice/partial-last.ldif", "totals", three[:2]},
		{"descriptor-in-a-second-record/input.ldif", "aces --target anna", annaBert},
		{"descriptor-in-a-second-record/input.ldif", "totals", three[:2]},
		{"sids-as-text/input.ldif", "aces --target anna", annaBert},
		{"sids-as-text/input.ldif", "totals", three[:2]},
	} {
		t.Run(c.file+" "+c.command, func(t *testing.T) {
			report := strings.Fields(c.command)
			var got []string
			for _, r := range program.Report(t, program.Gaps, append(report, filepath.Join("testdata", "cases", c.file))...) {
				switch {
				case report[0] == "aces":
					got = append(got, fmt.Sprint(r["target"], " ", r["right"], " ", r["status"], " ", r["trustee"], " ", r["trustee_sid"]))
				case r["kind"] != "unresolved":
					got = append(got, fmt.Sprint(r["account"], " ", r["type"]))
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestTextForms: what stands as text is what the binary form says.
func TestTextForms(t *testing.T) {
	file := filepath.Join("testdata", "cases", "sids-as-text", "input.ldif")
	for _, r := range program.Report(t, program.Gaps, "aces", "--all", "--target", "anna", file) {
		if r["target_guid"] != "00abcdef-0000-0000-0000-00000000044d" || r["target_sid"] != "S-1-5-21-1111111111-2222222222-3333333333-1101" {
			t.Errorf("target %v, %v", r["target_guid"], r["target_sid"])
		}
		if r["acl_type"] == "SendAs-ReceiveAs" && r["trustee_sid"] != "S-1-5-21-1111111111-2222222222-3333333333-512" {
			t.Errorf("trustee %v, want the DA of this domain", r["trustee_sid"])
		}
	}
}

// TestUTF16Export is refused with the reason and a remedy.
func TestUTF16Export(t *testing.T) {
	out, errs, code := program.Run(t, "report", "coverage", filepath.Join("testdata", "cases", "utf16-export", "input.ldif"))
	if code != program.Failed || out != "" || !strings.Contains(errs, "a text in UTF-16: convert it (iconv") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, out, errs)
	}
}
