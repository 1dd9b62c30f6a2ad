package acl_test

import (
	"bufio"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// top is the folder of the whole module. This test of the whole stands in the
// lowest package, because the top level is the user's.
const top = ".."

// TestImportsPointOneWay keeps the house in order: main may use everything; ui
// and collector know model and acl but not each other; model knows acl; acl
// knows only the standard library and go-objectsid. Test files may do as they need.
func TestImportsPointOneWay(t *testing.T) {
	list := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	list.Dir = top
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	may := map[string][]string{
		"acl":       {"acl"},
		"model":     {"model", "acl"},
		"collector": {"collector", "model", "acl"},
		"ui":        {"ui", "model", "acl"},
	}
	packages := 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		part, _, _ := strings.Cut(strings.TrimPrefix(fields[0], "mbxperm/"), "/")
		allowed, ok := may[part]
		if !ok {
			continue
		}
		packages++
		for _, imported := range fields[1:] {
			target, ours := strings.CutPrefix(imported, "mbxperm/")
			target, _, _ = strings.Cut(target, "/")
			if ours && !slices.Contains(allowed, target) {
				t.Errorf("%s imports %s", fields[0], imported)
			}
			if part == "acl" && strings.Contains(imported, ".") && imported != "github.com/bwmarrin/go-objectsid" {
				t.Errorf("%s imports %s", fields[0], imported)
			}
			if part == "ui" && strings.Contains(imported, "go-ldap") {
				t.Errorf("%s imports %s", fields[0], imported)
			}
		}
	}
	if packages < 8 {
		t.Errorf("only %d packages looked at", packages)
	}
}

const (
	longestFile     = 500 // lines
	longestFunction = 60
)

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
