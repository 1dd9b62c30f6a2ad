package ui

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mbxperm/ui/cli/program"
	"mbxperm/ui/screentest"
)

// openPTY makes a pseudo-terminal of w by h cells and returns both of its ends.
func openPTY(t *testing.T, w, h uint16) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: h, Col: w})
	}
	if err == nil {
		slave, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { slave.Close() })
	return master, slave
}

// TestTerminalModes: the real program switches the mouse (with the coordinates
// of SGR) and bracketed paste on, in the bytes that a terminal gets, and off
// again at its end (XTerm Control Sequences, DEC Private Mode Set).
func TestTerminalModes(t *testing.T) {
	master, slave := openPTY(t, 80, 24)
	c := exec.Command(program.Path(t), "demo:60")
	c.Env = append(os.Environ(), "TERM=xterm-256color", "HOME="+t.TempDir(), "XDG_CONFIG_HOME=")
	c.Stdin, c.Stdout, c.Stderr = slave, slave, slave
	c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close() // so that reading ends with the program
	chunks := make(chan []byte)
	go func() {
		defer close(chunks)
		for {
			b := make([]byte, 4096)
			n, err := master.Read(b)
			if err != nil {
				return
			}
			chunks <- b[:n]
		}
	}()
	var all []byte
	deadline := time.After(screentest.Patience)
	left := false
	for done := false; !done; {
		select {
		case b, ok := <-chunks:
			all, done = append(all, b...), !ok
			// A number that grows may come in pieces; the keys come at once.
			if !left && bytes.Contains(all, []byte("quit")) {
				left = true
				if _, err := master.WriteString("q"); err != nil {
					t.Error(err)
				}
			}
		case <-deadline:
			c.Process.Kill()
			t.Fatalf("the program does not end; the terminal got %q", all)
		}
	}
	if err := c.Wait(); err != nil {
		t.Error(err)
	}
	for _, mode := range []string{"?1006", "?1002", "?2004"} {
		on, off := bytes.LastIndex(all, []byte("\x1b["+mode+"h")), bytes.LastIndex(all, []byte("\x1b["+mode+"l"))
		if on < 0 || off < on {
			t.Errorf("%s is switched on at %d and off at %d of %d bytes", mode, on, off, len(all))
		}
	}
}
