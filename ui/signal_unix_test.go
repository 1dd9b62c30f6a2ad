//go:build unix

package ui

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"mbxperm/collector/ldaptest"
	"mbxperm/ui/screentest"
)

// phase is what the program is doing when a signal comes.
type phase struct {
	name string
	args func(t *testing.T) []string
	want string // on the screen by then
	key  string // that it hears
	then string // what that shows
}

// phases are those of the screen: the form, the reading of a source that never
// ends, and what was read.
var phases = []phase{
	{"form", func(*testing.T) []string { return nil }, "Server or domain", "contoso.invalid", "contoso.invalid"},
	{"reading", func(t *testing.T) []string { return []string{endless(t)} }, " reading          0", "F1", "that allow and 1 that denies"},
	{"read", func(*testing.T) []string { return []string{"demo"} }, "1 of 2 domains not read", "F1", "that allow and 1 that denies"},
}

// endless is an LDIF of which there is a record, and never an end.
func endless(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "endless.ldif")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(name, os.O_RDWR, 0) // so that it has a reader, and the program a writer
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	if _, err := w.WriteString("version: 1\n\ndn: DC=contoso,DC=com\nobjectClass: domainDNS\n\n"); err != nil {
		t.Fatal(err)
	}
	return name
}

// shell is an interactive shell in a terminal, from which the program is run.
type shell struct {
	*terminal
	dir   string
	notes int
}

// startShell runs the program in a shell, and waits until it shows a text.
func startShell(t *testing.T, program string, p phase) *shell {
	t.Helper()
	s := &shell{dir: t.TempDir()}
	s.terminal = startTerminal(t, 100, 30, "env", "PS1=ready> ", "ENV=", "XDG_CONFIG_HOME="+s.dir, "KRB5CCNAME=FILE:/nonexistent", "KRB5_CONFIG=/dev/null", "sh", "-i")
	s.want("ready>")
	s.settings("before")
	script := fmt.Sprintf("echo $$ > %s\nexec %s %s\n", filepath.Join(s.dir, "pid"), program, strings.Join(p.args(t), " "))
	if err := os.WriteFile(filepath.Join(s.dir, "start"), []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	s.press("sh "+filepath.Join(s.dir, "start")+"; echo left with $?", "Enter")
	s.want(p.want)
	return s
}

// signal sends the program one.
func (s *shell) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := syscall.Kill(s.pid(), sig); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shell) pid() int {
	s.t.Helper()
	b, err := os.ReadFile(filepath.Join(s.dir, "pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		s.t.Fatal(err)
	}
	return pid
}

// wantInFront waits until a command has the terminal.
func (s *shell) wantInFront(command string) {
	s.t.Helper()
	var got string
	for deadline := time.Now().Add(screentest.Patience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if got = strings.TrimSpace(s.tmux("display", "-p", "#{pane_current_command}")); got == command {
			return
		}
	}
	s.t.Fatalf("%s has the terminal, want %s", got, command)
}

// settings returns those of the terminal as the shell's commands find them.
func (s *shell) settings(note string) string {
	s.t.Helper()
	file := filepath.Join(s.dir, note)
	s.press("stty -a > "+file+"; echo noted "+note, "Enter")
	s.want("\nnoted " + note)
	b, err := os.ReadFile(file)
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// wantGivenBack: the shell has the terminal as it was before the program.
func (s *shell) wantGivenBack() {
	s.t.Helper()
	s.notes++
	got := s.settings(fmt.Sprint("after", s.notes))
	want, err := os.ReadFile(filepath.Join(s.dir, "before"))
	if err != nil || got != string(want) {
		s.t.Errorf("the terminal is\n%s(%v), want\n%s", got, err, want)
	}
	if flags := strings.TrimSpace(s.tmux("display", "-p", "#{alternate_on}#{mouse_any_flag}#{cursor_flag}")); flags != "001" {
		s.t.Errorf("alternate screen, mouse and cursor are %s, want 001", flags)
	}
}

// TestSignalsThatEnd: each of them ends the program in each phase, with exit code
// 1, and the terminal is as it was.
func TestSignalsThatEnd(t *testing.T) {
	program := buildProgram(t)
	for _, p := range phases {
		for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT} {
			t.Run(p.name+" "+sig.String(), func(t *testing.T) {
				s := startShell(t, program, p)
				s.signal(sig)
				s.want("mbxperm: interrupted", "left with 1")
				s.wantGivenBack()
			})
		}
	}
}

// TestSignalsThatStop: stopped, the program leaves the shell the terminal as it
// was; when it goes on it shows everything again and hears keys, also where it
// was stopped without notice.
func TestSignalsThatStop(t *testing.T) {
	program := buildProgram(t)
	for _, p := range phases {
		t.Run(p.name, func(t *testing.T) {
			s := startShell(t, program, p)
			s.signal(syscall.SIGTSTP)
			s.want("Stopped")
			s.wantGivenBack()
			s.press("fg", "Enter")
			s.want(p.want, "!ready>")
			// What the shell says now is lost on the program's screen, and not every
			// shell knows Enter on a raw terminal.
			s.signal(syscall.SIGSTOP)
			s.wantInFront("sh")
			s.press("fg", "C-j")
			s.wantInFront("mbxperm")
			s.press(p.key)
			s.want(p.then)
			s.press("C-c")
			s.wantInFront("sh")
			s.press("echo left with $?", "Enter")
			s.want("\nleft with 0")
			s.wantGivenBack()
		})
	}
}

// TestTerminalGone: the program ends with its terminal, also where it was
// stopped.
func TestTerminalGone(t *testing.T) {
	program := buildProgram(t)
	for _, stopped := range []bool{false, true} {
		s := startShell(t, program, phases[2])
		pid := s.pid()
		if stopped {
			s.signal(syscall.SIGTSTP)
			s.want("Stopped")
		}
		s.tmux("new-window", "-d", "cat") // the server ends with its last terminal
		s.tmux("kill-pane")
		for deadline := time.Now().Add(screentest.Patience); syscall.Kill(pid, 0) == nil; time.Sleep(10 * time.Millisecond) {
			if time.Now().After(deadline) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
				t.Fatalf("stopped before %v: it still runs", stopped)
			}
		}
	}
}

// TestStoppedWithoutShell: where nobody would let the program go on it does not
// stop.
func TestStoppedWithoutShell(t *testing.T) {
	program := buildProgram(t)
	pid := filepath.Join(t.TempDir(), "pid")
	term := startTerminal(t, 100, 30, "sh", "-c", "echo $$ > "+pid+"; exec "+program+" demo")
	term.wantRead()
	s := &shell{terminal: term, dir: filepath.Dir(pid)}
	s.signal(syscall.SIGTSTP)
	s.press("F1")
	s.want("that allow and 1 that denies")
	s.press("C-c")
	s.want("left with 0")
}

// TestSignalsAtThePrompt: whoever stops or ends the program while it asks for a
// password has a terminal that echoes, and none of the password is seen after.
func TestSignalsAtThePrompt(t *testing.T) {
	program := buildProgram(t)
	const user, password = "auditor@contoso.com", "Hidden-4711"
	prompt := phase{"prompt", func(t *testing.T) []string {
		server := ldaptest.Start(t, ldaptest.Config{
			Entries: ldaptest.Directory(ldaptest.Size{Mailboxes: 3}), Passwords: map[string]string{user: password}, LDAPS: true,
		})
		return []string{server.URL(), "-u", user, "--ca", server.CAFile()}
	}, "password of " + user + ":", password, "Mailboxes 3"}
	t.Run("stop", func(t *testing.T) {
		s := startShell(t, program, prompt)
		s.signal(syscall.SIGTSTP)
		s.want("Stopped")
		s.wantGivenBack()
		s.press("clear; fg", "Enter")
		s.wantInFront("mbxperm")
		s.want(prompt.want) // which is said again
		s.press(prompt.key)
		s.wantNever(password)
		s.press("Enter")
		s.want(prompt.then)
		s.press("C-c")
		s.wantInFront("sh")
		s.wantNever(password)
		s.wantGivenBack()
	})
	t.Run("stop after it", func(t *testing.T) {
		nobodyReads := filepath.Join(t.TempDir(), "pipe")
		if err := syscall.Mkfifo(nobodyReads, 0o600); err != nil {
			t.Fatal(err)
		}
		report := prompt
		report.args = func(t *testing.T) []string {
			return append([]string{"report", "totals", "-o", nobodyReads}, prompt.args(t)...)
		}
		s := startShell(t, program, report)
		s.press(prompt.key, "Enter")
		s.want("bound by")
		s.signal(syscall.SIGTSTP)
		s.want("Stopped")
		s.wantGivenBack()
		s.press("fg", "Enter")
		s.wantInFront("mbxperm")
		s.signal(syscall.SIGTERM)
		s.want("interrupted")
	})
	t.Run("end", func(t *testing.T) {
		s := startShell(t, program, prompt)
		s.signal(syscall.SIGHUP)
		s.want("interrupted at the password prompt", "left with 1")
		s.wantGivenBack()
	})
}

// wantNever: a text is nowhere on the screen.
func (s *shell) wantNever(text string) {
	s.t.Helper()
	if screen := s.tmux("capture-pane", "-p"); strings.Contains(screen, text) {
		s.t.Errorf("%s is on the screen:\n%s", text, screen)
	}
}
