package widget

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
	"github.com/rivo/uniseg"

	"mbxperm/ui/safe"
	"mbxperm/ui/screentest"
)

// TestOnlyCellMakesCells keeps unchecked strings out of the tables.
func TestOnlyCellMakesCells(t *testing.T) {
	files := 0
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || path == filepath.Join("..", "widget", "cell.go") {
			return err
		}
		files++
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, made := range cellMakers(file) {
			t.Errorf("%s uses %s; cells are made by NewCell only", path, made)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 50 {
		t.Errorf("only %d files looked at", files)
	}
}

// cellMakers lists the ways to a cell that a file takes. A name other than
// tview for the package is found too.
func cellMakers(file *ast.File) (found []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			switch n.Sel.Name {
			case "NewTableCell", "SetCellSimple":
				found = append(found, n.Sel.Name)
			}
		case *ast.CompositeLit:
			if sel, ok := n.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "TableCell" {
				found = append(found, "TableCell{}")
			}
		}
		return true
	})
	return found
}

func TestCellMakersAreFound(t *testing.T) {
	src := `package x
func f() { _ = tview.NewTableCell("a"); _ = &t.TableCell{}; table.SetCellSimple(0, 0, "a") }`
	file, err := parser.ParseFile(token.NewFileSet(), "x.go", src, 0)
	if err != nil {
		t.Fatal(err)
	}
	if got := cellMakers(file); len(got) != 3 {
		t.Errorf("found %q, want all three ways", got)
	}
}

// printed is what tview makes of a text: the characters on the screen.
func printed(t testing.TB, text string, cells int) string {
	t.Helper()
	sim := screentest.NewSim(t, cells, 1)
	sim.Clear()
	tview.Print(sim, text, 0, 0, cells, tview.AlignLeft, tcell.ColorDefault)
	var b strings.Builder
	for x := 0; x < cells; {
		s, _, w := sim.Get(x, 0)
		b.WriteString(s)
		x += w
	}
	return b.String()
}

func TestEscapeTags(t *testing.T) {
	for _, s := range []string{
		"[red]x", "[red[]x", "[[red]]", "[é]", "[é[]", "[:::http://example.org/]x", "[:::a[b]c", `["region"]x`,
		"[", "[[", "a[", "]", "[]", "[-:-:-]x", "[\u0301red]", "[\u0903red]", "[世界]", "x[#ff0000]🇩🇪[::b]🇩🇪",
	} {
		if got := printed(t, Plain(s), 60); strings.TrimRight(got, " ") != s {
			t.Errorf("%q is shown as %q", s, got)
		}
	}
}

// TestTviewEscapeIsNotEnough says why EscapeTags is there.
func TestTviewEscapeIsNotEnough(t *testing.T) {
	for _, s := range []string{"[:::http://example.org/]x", "[é[]"} {
		if got := printed(t, tview.Escape(s), 60); strings.TrimRight(got, " ") == s {
			t.Errorf("tview.Escape now keeps %q: is escapeTags still needed?", s)
		}
	}
}

// FuzzCell holds the whole way of a hostile string: exactly as wide as asked,
// and every character of its safe form on the screen.
func FuzzCell(f *testing.F) {
	for _, s := range []string{
		"", "plain", "[red]x", "[:::http://x/]y", "[[a[]", "\x1b[2J", "世界[世]", "\u0d4e[x]", "a\u0903[b]",
		"🇩🇪[x]🇩🇪", "\u1100[\u1161]", "[\u0301]",
	} {
		f.Add(s, 10)
	}
	f.Fuzz(func(t *testing.T, s string, width int) {
		width = min(max(width, 1), 100)
		cell := NewCell(s, width, Look{})
		if got := tview.TaggedStringWidth(cell.Text); got != width {
			t.Fatalf("NewCell(%q, %d) is %d cells wide", s, width, got)
		}
		want := safe.Fit(safe.Text(s), width)
		if strings.ContainsFunc(want, func(r rune) bool { return uniseg.StringWidth(string(r)) > 2 }) {
			t.Fatalf("%q holds a character of more than two cells", want)
		}
		if got := printed(t, cell.Text, width); got != want {
			t.Fatalf("NewCell(%q, %d) shows %q, want %q", s, width, got, want)
		}
	})
}

func TestCellLook(t *testing.T) {
	bold := tcell.StyleDefault.Bold(true)
	cell := NewCell("12", 7, Look{Style: bold, Right: true, Trail: 2})
	if cell.Text != "   12  " || cell.Style != bold {
		t.Errorf("got %q %v", cell.Text, cell.Style)
	}
	if cell = NewCell("x", 1, Look{}); cell.Color != tcell.ColorDefault || cell.BackgroundColor != tcell.ColorDefault {
		t.Errorf("a cell in the default style has the colours %v on %v", cell.Color, cell.BackgroundColor)
	}
}
