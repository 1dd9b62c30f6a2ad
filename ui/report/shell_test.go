package report

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
)

var update = flag.Bool("update", false, "rewrite testdata/shell.txt")

// TestExchangeShell: for each kind of row the commands are as in
// testdata/shell.txt; for every row they show themselves and name no object by
// a text of the directory, and where nothing can be revoked it is said why.
func TestExchangeShell(t *testing.T) {
	src, err := demo.New("demo:250")
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), src, model.NewPool(), nil)
	<-c.Done()
	s := c.Snapshot()
	var text strings.Builder
	seen := map[string]bool{}
	for _, typ := range view.ObjectTypes {
		if typ.Doors() { // whose rows are no entries
			continue
		}
		for _, aces := range typ.ACEs[:1] {
			if aces.Roles() { // no entries
				continue
			}
			res, err := view.Of(t.Context(), s, view.Query{Type: typ, Rows: true, Split: true, Show: hiding.All, ACEs: aces})
			if err != nil {
				t.Fatal(err)
			}
			for i := range res.Len() {
				row := res.Row(i)
				sh := ExchangeShell(s, row.Ref)
				if commands := sh.Show + sh.Revoke; safe.Text(commands) != commands {
					t.Errorf("%q does not show itself", commands)
				}
				if sh.Show == "" || sh.Revoke == "" && len(sh.Notes) == 0 {
					t.Errorf("row %+v: %+v", row, sh)
				}
				if strings.Contains(sh.Show+sh.Revoke, "DC=") {
					t.Errorf("an object is named by its DN: %+v", sh)
				}
				kind := fmt.Sprintf("%s %s %s inherited=%v stale=%v implied=%q conditional=%v null=%v trustee=%s origin=%v", row.ACLType, kindOfRight(row.Right), row.Status,
					row.Inherited, row.Stale, row.ImpliedBy, row.Conditional, row.NullDACL, kindOfTrustee(row.Trustee.Kind), row.Origin != "")
				if seen[kind] {
					continue
				}
				seen[kind] = true
				fmt.Fprintf(&text, "# %s\n%s\n%s\n", kind, sh.Show, sh.Revoke)
				for _, n := range sh.Notes {
					fmt.Fprintf(&text, "- %s\n", safe.Text(n))
				}
			}
		}
	}
	const golden = "testdata/shell.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(text.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if text.String() != string(want) {
		t.Errorf("the commands differ from %s (go test -update writes it):\n%s", golden, text.String())
	}
}

// kindOfRight keeps the golden file short: one row for each verb.
func kindOfRight(right string) string {
	right, _, _ = strings.Cut(right, " ")
	if strings.HasPrefix(right, "0x") {
		return "bits"
	}
	return strings.TrimSuffix(right, ",")
}

func kindOfTrustee(kind string) string {
	switch kind {
	case model.KindOrphan, model.KindDeleted, model.KindForeign, model.KindUnresolved:
		return "unknown"
	}
	return "known"
}
