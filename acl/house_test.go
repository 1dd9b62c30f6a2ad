package acl_test

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// top is the folder of the whole module. This test of the whole stands in the
// lowest package, because the top level is the user's.
const top = ".."

// arrows is the house as a table: what a package may import of ours. As in go
// list, a name that ends in /... stands for the package and all below it. A
// package that has no line goes by that of the nearest one above it. main may
// use everything. Each arrow points down.
var arrows = map[string][]string{
	"acl":      {},
	"acl/sddl": {"acl"},

	"acl/internal/acltest": {"acl"},

	// model: dn, hiding, table <- pool <- model <- member <- coverage <- rbac, door <- grant <- verdict <- hybrid <- view <- change <- finding
	"model":                {"model/internal/pool", "model/internal/table", "model/dn", "acl"},
	"model/dn":             {},
	"model/hiding":         {},
	"model/internal/table": {},
	"model/textfile":       {},
	"model/wholefile":      {},
	"model/internal/pool":  {"model/internal/table", "model/hiding", "model/dn", "acl"},
	"model/member":         {"model", "model/internal/...", "model/dn", "acl"},
	"model/coverage":       {"model/member", "model", "model/internal/...", "model/dn", "acl"},
	"model/rbac":           {"model/coverage", "model/member", "model", "model/internal/...", "model/dn", "acl"},
	"model/grant":          {"model/door", "model/member", "model/coverage", "model", "model/internal/...", "model/hiding", "model/dn", "acl", "acl/sddl"},
	"model/door":           {"model/member", "model/coverage", "model", "model/internal/...", "model/dn", "acl"},
	"model/verdict":        {"model/grant", "model/rbac", "model/member", "model/coverage", "model", "model/internal/...", "model/dn", "acl"},
	"model/hybrid":         {"model/verdict", "model/grant", "model/member", "model/coverage", "model", "model/internal/...", "model/dn", "acl"},
	"model/view":           {"model/hybrid", "model/verdict", "model/door", "model/usage", "model/grant", "model/rbac", "model/member", "model/coverage", "model", "model/internal/...", "model/hiding", "model/dn", "acl"},
	"model/people":         {"model/view", "model/verdict", "model/rbac", "model/grant", "model/member", "model", "model/dn"},
	"model/whatif":         {"model/view", "model/verdict", "model/usage", "model/grant", "model/coverage", "model", "model/internal/...", "model/dn", "acl", "acl/sddl"},
	"model/change":         {"model/whatif", "model/verdict", "model/view", "model/rbac", "model/door", "model/grant", "model/member", "model/coverage", "model", "model/internal/...", "model/hiding", "model/dn", "acl", "acl/sddl"},
	"model/door/alert":     {"model/door", "model/wholefile"},
	"model/opengraph":      {"model/finding", "model/rbac", "model/hiding", "model/verdict", "model/grant", "model/member", "model", "model/internal/...", "model/dn", "acl"},
	"model/finding":        {"model/change", "model/view", "model/hybrid", "model/verdict", "model/rbac", "model/door", "model/grant", "model/member", "model/coverage", "model", "model/internal/...", "model/hiding", "model/dn", "acl", "acl/sddl"},

	"model/history": {"model/finding", "model", "model/internal/...", "acl"},

	"model/internal/script": {"model", "model/internal/pool", "model/dn", "acl", "acl/sddl"},

	"collector":               {"model/dn", "acl"},
	"collector/decode":        {"collector", "model/...", "acl/..."},
	"collector/live":          {"collector/live/...", "collector/decode", "collector/trust", "collector", "model/...", "acl"},
	"collector/trust":         {"model/textfile"},
	"collector/probe":         {"collector/live/gss", "collector/live/kerberos", "collector/live/ntlm", "collector/trust", "model/..."},
	"collector/live/kerberos": {"collector/live/gss", "model/textfile"},
	"collector/live/ntlm":     {"collector/live/gss"},
	"collector/live/gss":      {},
	"collector/demo":          {"collector/decode", "collector", "model", "acl"},
	"collector/ldif":          {"collector", "model/...", "acl"},
	"collector/adexplorer":    {"collector/decode", "collector", "model/...", "acl"},
	"collector/protolog":      {"collector/decode", "collector", "model", "acl"},
	"collector/session":       {"collector/protolog", "collector/adexplorer", "collector/demo", "collector/ldif", "collector/live", "collector/decode", "collector", "model/...", "acl/..."},

	"collector/adlab":     {},
	"collector/adlab/run": {"collector/adlab"},
	"collector/ldaptest":  {"model/..."},
	"collector/mailtest":  {"model/door"},

	"collector/protolog/logtest":    {},
	"collector/adexplorer/snaptest": {"collector", "acl"},

	"ui":                {"ui/...", "model/...", "acl/..."},
	"ui/report":         {"ui/safe", "model/...", "acl/..."},
	"ui/check":          {"ui/report", "ui/safe", "model/..."},
	"ui/shell":          {"ui/report", "ui/settings", "ui/widget", "model/..."},
	"ui/export":         {"ui/report", "ui/safe", "model/...", "acl"},
	"ui/export/engines": {"ui/cli/program"},
	"ui/settings":       {"ui/widget", "ui/safe", "model/wholefile"},
	"ui/widget":         {"ui/keys", "ui/term", "ui/safe"},
	"ui/keys":           {"ui/safe"},
	"ui/term":           {"ui/safe"},
	"ui/prompt":         {"ui/safe", "ui/term", "model/textfile", "model/wholefile"},
	"ui/safe":           {},

	"ui/screentest": {"ui/term"},
}

// testsOnly are packages that only tests import.
var testsOnly = []string{"acl/internal/acltest", "model/internal/script", "collector/ldaptest", "collector/mailtest", "collector/protolog/logtest", "collector/adexplorer/snaptest", "ui/screentest", "ui/export/engines"}

// TestImportsPointOneWay holds the arrows; acl knows nothing from outside but
// the standard library and go-objectsid, and ui no LDAP. Test files may do as
// they need.
func TestImportsPointOneWay(t *testing.T) {
	list := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	list.Dir = top
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	packages := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		importer, ours := strings.CutPrefix(fields[0], "mbxperm/")
		if !ours { // main
			continue
		}
		packages++
		for _, imported := range fields[1:] {
			target, ours := strings.CutPrefix(imported, "mbxperm/")
			if ours && !mayImport(importer, target) {
				t.Errorf("%s imports %s", fields[0], imported)
			}
			if lies(importer, "acl") && strings.Contains(imported, ".") && imported != "github.com/bwmarrin/go-objectsid" {
				t.Errorf("%s imports %s", fields[0], imported)
			}
			if lies(importer, "ui") && strings.Contains(imported, "go-ldap") {
				t.Errorf("%s imports %s", fields[0], imported)
			}
		}
	}
	if packages < 8 {
		t.Errorf("only %d packages looked at", packages)
	}
}

// lies reports whether a package is this one or lies below it.
func lies(name, below string) bool { return name == below || strings.HasPrefix(name, below+"/") }

// mayImport reports whether the table has an arrow from one package to another.
func mayImport(importer, target string) bool {
	if slices.Contains(testsOnly, target) {
		return false
	}
	room := importer
	for arrows[room] == nil && strings.Contains(room, "/") {
		room = path.Dir(room)
	}
	return slices.ContainsFunc(arrows[room], func(a string) bool {
		above, all := strings.CutSuffix(a, "/...")
		return target == above || all && lies(target, above)
	})
}

// TestArrowsPointDown: what the table allows is no circle, and names packages
// that there are.
func TestArrowsPointDown(t *testing.T) {
	for from := range arrows {
		for to := range arrows {
			if to != from && mayImport(from, to) && mayImport(to, from) {
				t.Errorf("%s and %s may import each other", from, to)
			}
		}
		if _, err := os.Stat(filepath.Join(top, filepath.FromSlash(from))); err != nil {
			t.Error(err)
		}
	}
}

const (
	longestFile     = 500 // lines
	longestFunction = 60
	longestMain     = 250 // main.go is the command line: tree, wiring, exit codes
)

// TestTopLevel: the top level is the user's. It holds main.go and one file of tests.
func TestTopLevel(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(top, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if name := filepath.Base(f); name != "main.go" && name != "main_test.go" {
			t.Errorf("%s: its place is in ui, collector, acl or model; end-to-end tests go to ui/cli", name)
		}
	}
	if n := countLines(t, filepath.Join(top, "main.go")); n >= longestMain {
		t.Errorf("main.go has %d lines, want fewer than %d", n, longestMain)
	}
}

// TestFilesFitInAHead: a file over 500 lines or a function over 60 is too much
// for the next reader. Tables and tests of one thing may run on.
func TestFilesFitInAHead(t *testing.T) {
	files := 0
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		if n := countLines(t, path); n > longestFile {
			t.Errorf("%s has %d lines", path, n)
		}
		set := token.NewFileSet()
		f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				if n := set.Position(fn.End()).Line - set.Position(fn.Pos()).Line + 1; n > longestFunction {
					t.Errorf("%s: %s has %d lines", path, fn.Name.Name, n)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 30 {
		t.Errorf("only %d files looked at", files)
	}
}

func countLines(t *testing.T, path string) (n int) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); n++ {
	}
	return n
}
