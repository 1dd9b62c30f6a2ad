package term_test

import (
	"testing"

	"github.com/gdamore/tcell/v2"

	"mbxperm/ui/term"
)

// finished notes that a screen was given back.
type finished struct {
	tcell.Screen
	n int
}

func (s *finished) Fini() { s.n++ }

// TestGuard: a panic in one of our goroutines gives the terminal back first.
func TestGuard(t *testing.T) {
	s := &finished{}
	func() {
		defer func() {
			if p := recover(); p != "oops" {
				t.Errorf("the panic became %v", p)
			}
		}()
		defer term.Guard(s)
		panic("oops")
	}()
	if s.n != 1 {
		t.Errorf("the terminal was given back %d times", s.n)
	}
}
