package term

import (
	"testing"

	"github.com/gdamore/tcell/v2"
)

// TestSeparatorWithoutUTF8: where the terminal has no UTF-8, what stands between
// two parts of a line is no letter, and what is cut has a mark that ends no sentence.
func TestSeparatorWithoutUTF8(t *testing.T) {
	sim := tcell.NewSimulationScreen("US-ASCII")
	s := NewScreen(sim)
	if err := s.Init(); err != nil {
		t.Fatal(err)
	}
	defer s.Fini()
	s.SetSize(12, 1)
	s.plain()
	s.Clear()
	s.PutStr(0, 0, "a · b ╔═ …")
	s.Show()
	got := ""
	cells, _, _ := sim.GetContents()
	for _, c := range cells {
		got += string(c.Bytes)
	}
	if want := "a - b += >  "; got != want {
		t.Errorf("shown is %q, want %q", got, want)
	}
}
