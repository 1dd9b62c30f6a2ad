package ui

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// terminal is the real program in a real terminal.
type terminal struct {
	t      *testing.T
	socket string
}

// startTerminal runs a command in tmux.
func startTerminal(t *testing.T, w, h int, command ...string) *terminal {
	t.Helper()
	term := &terminal{t, filepath.Join(t.TempDir(), "tmux")}
	quoted := make([]string, len(command))
	for i, c := range command {
		quoted[i] = "'" + c + "'"
	}
	term.tmux("-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(w), "-y", fmt.Sprint(h),
		"TERM=xterm-256color "+strings.Join(quoted, " ")+"; echo left with $?; cat")
	t.Cleanup(func() { term.tmux("kill-server") })
	return term
}

func (term *terminal) tmux(args ...string) string {
	term.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", term.socket}, args...)...).CombinedOutput()
	if err != nil {
		term.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// press sends keys, by tmux's names.
func (term *terminal) press(keys ...string) {
	term.t.Helper()
	term.tmux(append([]string{"send-keys"}, keys...)...)
}

// want waits until all texts are on the screen, and what begins with ! is not.
func (term *terminal) want(texts ...string) {
	term.t.Helper()
	var screen string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		screen = term.tmux("capture-pane", "-p")
		ok := true
		for _, text := range texts {
			text, not := strings.CutPrefix(text, "!")
			ok = ok && strings.Contains(screen, text) != not
		}
		if ok {
			return
		}
	}
	term.t.Fatalf("want %q on the screen:\n%s", texts, screen)
}

// TestRealProgram drives the built program as a person does.
func TestRealProgram(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("MBXPERM_LAB") == "required" {
			t.Fatal("tmux is not installed, and MBXPERM_LAB=required")
		}
		t.Skip("tmux is not installed: the real program is not driven")
	}
	program := filepath.Join(t.TempDir(), "mbxperm")
	if out, err := exec.Command("go", "build", "-o", program, "mbxperm").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, s := range []struct{ w, h int }{{80, 24}, {200, 50}} {
		t.Run(fmt.Sprintf("%dx%d", s.w, s.h), func(t *testing.T) {
			term := startTerminal(t, s.w, s.h, program, "demo")
			term.want("Select Permission Object Type", "Show DACL Contents", "[Show ACEs]", "Mailboxes 2", "read to the end", "forward")
			term.press("r")
			term.want("[Reverse-All", "· reverse ·")
			term.press("r")
			term.want("[All", "· forward ·")
			term.press("Enter")
			term.want("Mailboxes › =1+1[red]<U+001B>")
			term.press("BSpace")
			term.want("!›")
			term.press("/")
			term.want("Enter keep")
			term.press("-l", "u00002")
			term.want("filter u00002", "399 rows")
			term.press("Enter")
			term.want("? help")
			term.press("Enter")
			term.want("› u00002 forward")
			term.press("Down", "Enter")
			term.want("› svc-backup reverse")
			term.press("BSpace")
			term.want("!› svc-backup", "399 rows")
			term.press("?")
			term.want("Show this page.")
			term.press("q")
			term.want("!Show this page.")
			term.press("q")
			term.want("left with 0")
		})
	}
	t.Run("small", func(t *testing.T) {
		term := startTerminal(t, 40, 10, program, "demo")
		term.want("terminal too small: 60×15 or more")
		term.tmux("resize-window", "-x", "100", "-y", "30")
		term.want("[Show ACEs]", "read to the end")
		term.press("C-c")
		term.want("left with 0")
	})
	t.Run("no terminal description", func(t *testing.T) {
		term := startTerminal(t, 100, 10, "env", "TERM=unheard-of", program, "demo")
		term.want("set TERM=xterm-256color", "left with 1")
	})
}
