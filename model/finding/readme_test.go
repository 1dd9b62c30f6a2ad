package finding_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"mbxperm/model/finding"
)

var update = flag.Bool("update", false, "write the table of rules into the README")

const readme = "../../README.md"

// TestReadme: the table of rules in the README is that of the program.
func TestReadme(t *testing.T) {
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	want, text := finding.Markdown(), string(b)
	if strings.Contains(text, want) {
		return
	}
	from := strings.Index(text, want[:strings.Index(want, "\n")])
	if !*update || from < 0 {
		t.Fatal("the README lacks the table of rules as it is: go test -run TestReadme -update writes it")
	}
	to := from + strings.Index(text[from:], "\n\n") + 1
	if err := os.WriteFile(readme, []byte(text[:from]+want+text[to:]), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRulesExplain: every rule says what it means, how it was decided, what it does not
// see and what to do, in sentences of its own; names are unique and fit a table.
func TestRulesExplain(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range finding.Conditions() {
		if seen[c.Name] || c.Name == "" || len(c.Name) > 24 || strings.ToLower(c.Name) != c.Name || strings.ContainsAny(c.Name, " ,_") {
			t.Errorf("%q is a bad name for a condition", c.Name)
		}
		seen[c.Name] = true
		if c.Text == "" || strings.HasSuffix(c.Text, ".") {
			t.Errorf("%s: text %q", c.Name, c.Text)
		}
	}
	for _, r := range finding.Rules {
		for _, part := range r.Parts() {
			if len(part[1]) < 8 {
				t.Errorf("%s says nothing under %q", r.Name, part[0])
			}
		}
		if finding.ByName(r.Name) != r {
			t.Errorf("%s is not found by its name", r.Name)
		}
	}
}
