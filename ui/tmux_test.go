package ui

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/ui/cli/program"
	"mbxperm/ui/safe"
	"mbxperm/ui/screentest"
)

// terminal is the real program in a real terminal.
type terminal struct {
	t      testing.TB
	socket string
}

// startTerminal runs a command in tmux.
func startTerminal(t testing.TB, w, h int, command ...string) *terminal {
	t.Helper()
	term := &terminal{t, filepath.Join(t.TempDir(), "tmux")}
	quoted := make([]string, len(command))
	for i, c := range command {
		quoted[i] = "'" + c + "'"
	}
	term.tmux("-f", "/dev/null", "new-session", "-d", "-x", fmt.Sprint(w), "-y", fmt.Sprint(h),
		"TERM=xterm-256color XDG_CONFIG_HOME='"+t.TempDir()+"' "+strings.Join(quoted, " ")+"; echo left with $?; cat")
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

// wantRead waits until the source was read to its end.
func (term *terminal) wantRead() {
	term.t.Helper()
	var screen string
	for deadline := time.Now().Add(screentest.Patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if screen = term.tmux("capture-pane", "-p"); wasRead.MatchString(screen) {
			return
		}
	}
	term.t.Fatalf("want the end of reading on the screen:\n%s", screen)
}

// want waits until all texts are on the screen, and what begins with ! is not.
func (term *terminal) want(texts ...string) {
	term.t.Helper()
	var screen string
	for deadline := time.Now().Add(screentest.Patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
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

// buildProgram gives the built program, where there is a tmux to run it in.
func buildProgram(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the program")
	}
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("MBXPERM_LAB") == "required" {
			t.Fatal("tmux is not installed, and MBXPERM_LAB=required")
		}
		t.Skip("tmux is not installed: the real program is not driven")
	}
	return program.Path(t)
}

// inReport counts what the program itself reports of the demo, so that no test
// knows the demo's numbers.
func inReport(t *testing.T, mbxperm string, args ...string) int {
	t.Helper()
	return strings.Count(reported(t, mbxperm, args...), "\n")
}

// reported is what a report prints, a row a line.
func reported(t *testing.T, mbxperm string, args ...string) string {
	t.Helper()
	out, err := exec.Command(mbxperm, append([]string{"report"}, append(args, "--format", "jsonl", "--quiet")...)...).Output()
	if len(out) == 0 {
		t.Fatalf("mbxperm report %v prints nothing: %v", args, err)
	}
	return string(out)
}

// wantMailboxes and wantRows are what the screen says of the demo, and of the rows of one
// of its accounts.
func wantMailboxes(t *testing.T, mbxperm string) string {
	t.Helper()
	return fmt.Sprintf("Mailboxes %d ", inReport(t, mbxperm, "totals", "demo", "--lines", "mailboxes", "--no-system"))
}

func wantRows(t *testing.T, mbxperm, account string) string {
	t.Helper()
	rows := reported(t, mbxperm, "aces", "demo", "--rows", "entry", "--of", account)
	through := strings.Count(rows, `"object_type":"store"`)
	return fmt.Sprintf("%d entries · %d through ", strings.Count(rows, "\n")-through, through)
}

// TestRealProgram drives the built program as a person does.
func TestRealProgram(t *testing.T) {
	program := buildProgram(t)
	mailboxes, rows := wantMailboxes(t, program), wantRows(t, program, "front.desk")
	for _, s := range []struct{ w, h int }{{80, 24}, {200, 50}} {
		t.Run(fmt.Sprintf("%dx%d", s.w, s.h), func(t *testing.T) {
			term := startTerminal(t, s.w, s.h, program, "demo")
			term.wantRead()
			term.want("[Show ACEs]", mailboxes, "forward")
			if s.h >= framesFrom {
				term.want("Select Permission Object Type", "Show DACL Contents")
			}
			term.press("r")
			term.want("[Reverse-All", "· reverse ·")
			term.press("r")
			term.want("[All", "· forward ·")
			term.press("Enter")
			term.want("Mailboxes › aaron.vogt")
			term.press("BSpace")
			term.want("!›")
			term.press("/")
			term.want("Enter keep")
			term.press("-l", "front.desk")
			term.want("filter front.desk", rows)
			term.press("Enter")
			term.want("? help")
			term.press("Enter")
			term.want("› front.desk forward")
			term.press("Down", "Enter")
			term.want("› svc-backup reverse")
			term.press("BSpace")
			term.want("!› svc-backup", rows)
			term.press("?")
			term.want("that allow and 1 that denies")
			term.press("q")
			term.want("!that allow and 1 that denies")
			term.press("q")
			term.want("left with 0")
		})
	}
	t.Run("small", func(t *testing.T) {
		term := startTerminal(t, 39, 10, program, "demo")
		term.want("terminal too small: 40×10 or more")
		term.tmux("resize-window", "-x", "100", "-y", "30")
		term.wantRead()
		term.want("[Show ACEs]")
		term.press("C-c")
		term.want("left with 0")
	})
	t.Run("names", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "names.ldif")
		var text strings.Builder
		for i, name := range screentest.WorldNames {
			fmt.Fprintf(&text, "dn: CN=n%d,DC=contoso,DC=com\nobjectClass: user\nmailNickname: n%d\nhomeMDB: CN=DB01,DC=contoso,DC=com\n"+
				"objectSid:: %s\nsAMAccountName:: %s\n\n", i, i, base64.StdEncoding.EncodeToString(acl.MustParseSID(
				fmt.Sprintf("S-1-5-21-1-2-3-%d", 1000+i)).Bytes()), base64.StdEncoding.EncodeToString([]byte(name)))
		}
		if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		term := startTerminal(t, 100, 60, "env", "LC_ALL=C.UTF-8", program, file)
		term.want("u00011", "山田　太郎", "[red]root[-]", "<U+202E>", "bad<0xFF><0xFE>utf8")
		for _, line := range strings.Split(strings.TrimRight(term.tmux("capture-pane", "-p"), "\n"), "\n") {
			if w := safe.Width(line); (strings.HasPrefix(line, "║") || strings.HasPrefix(line, "│")) && w != 100 {
				t.Errorf("a line between the borders takes %d cells: %s", w, line)
			}
		}
		term.press("q")
	})
	t.Run("form", func(t *testing.T) {
		// A machine that names a realm has the form filled in, and its cursor elsewhere.
		term := startTerminal(t, 80, 24, "env", "XDG_CONFIG_HOME="+t.TempDir(), "KRB5CCNAME=FILE:/nonexistent", "KRB5_CONFIG=/dev/null", program)
		term.want("Server or domain", "no Kerberos ticket", "[Demo]")
		term.press("Up", "Enter")
		term.wantRead()
		term.want(mailboxes)
		term.press("T")
		term.want("theme dark")
		file := filepath.Join(t.TempDir(), "kept.ldif.zst")
		term.press("R")
		term.want("record to demo-250-1-")
		term.press("C-u", file, "Enter")
		term.want("recorded to ", "kept.ldif.zst: ") // and as much of the numbers as there is room for
		term.press("w")
		term.want("Server or domain", "!1 of 2 domains not read")
	})
	t.Run("ascii", func(t *testing.T) {
		term := startTerminal(t, 80, 24, "env", "LC_ALL=C", program, "demo")
		term.wantRead()
		term.want("warning: not a UTF-8 locale", "|AccountName")
		term.press("q")
		term.want("left with 0")
	})
	t.Run("no terminal description", func(t *testing.T) {
		term := startTerminal(t, 100, 10, "env", "TERM=unheard-of", program, "demo")
		term.want("set TERM=xterm-256color", "left with 1")
	})
}

// TestSettingsCannotBeKept: it is said on the screen and after it, and is no
// failure.
func TestSettingsCannotBeKept(t *testing.T) {
	program := buildProgram(t)
	file := filepath.Join(t.TempDir(), "astray")
	if err := os.Symlink("nowhere/at/all", file); err != nil { // no folder can be made there, not even by root
		t.Skip(err)
	}
	for _, config := range [][]string{{"XDG_CONFIG_HOME=" + file}, {"-u", "HOME", "-u", "XDG_CONFIG_HOME"}} {
		term := startTerminal(t, 100, 30, append(append([]string{"env"}, config...), program, "demo")...)
		term.wantRead()
		term.press("T")
		said := "settings: " + file
		if len(config) > 1 { // nowhere to keep them: nobody expects it
			said = "theme dark"
		}
		term.want(said)
		term.press("q")
		term.want("left with 0")
		if len(config) == 1 {
			term.want("mbxperm: " + said)
		}
	}
}
