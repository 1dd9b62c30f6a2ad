package adlab

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sharesIn names the folder in which a child of these tests shares a controller,
// ownChild one that has a controller of its own.
const (
	sharesIn = "MBXPERM_LAB_SHARES_IN"
	ownChild = "MBXPERM_LAB_CHILD"
)

// child is another test process with a lab.
type child struct {
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

// startChild runs a test of this binary in another process.
func startChild(t *testing.T, env string) *child {
	t.Helper()
	c := &child{t: t, cmd: exec.Command(os.Args[0], "-test.run=^TestChild$")}
	c.cmd.Env = append(os.Environ(), env)
	c.cmd.Stderr = os.Stderr
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	c.lines = bufio.NewScanner(stdout)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.kill)
	return c
}

// ask has the child look for its lab, and returns the address.
func (c *child) ask() string {
	c.t.Helper()
	fmt.Fprintln(c.stdin, "?")
	if !c.lines.Scan() {
		c.t.Fatalf("the other process has no lab: %v", c.lines.Err())
	}
	address, ok := strings.CutPrefix(c.lines.Text(), "at ")
	if !ok {
		c.t.Fatalf("the other process says %q", c.lines.Text())
	}
	return address
}

// kill ends the child as a person or the kernel would: nothing of it runs any more.
func (c *child) kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// TestChild is what another process does: for each line it says where its lab is.
func TestChild(t *testing.T) {
	folder, own := os.Getenv(sharesIn), os.Getenv(ownChild)
	if folder == "" && own == "" {
		t.Skip("only in a process that another test starts")
	}
	var lab *Lab
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		var err error
		switch {
		case folder != "":
			lab, err = shareIn(t.Context(), folder)
		case lab == nil:
			lab, err = Open(t.Context(), Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		bind(t, lab, lab.Reader, lab.ReaderPassword)
		fmt.Printf("at %s\n", lab.Address)
	}
}

// waitGone waits until nobody listens on an address.
func waitGone(t *testing.T, address string) {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", net.JoinHostPort(address, "389"))
		if err != nil {
			return
		}
		_ = c.Close()
		if time.Since(begin) > time.Minute {
			t.Fatalf("the server on %s still runs", address)
		}
	}
}

// TestServerDiesWithTheTest: a test binary that is killed must not leave a server
// behind, which would keep its address for ever.
func TestServerDiesWithTheTest(t *testing.T) {
	Start(t) // skips here where there is no lab
	c := startChild(t, ownChild+"=1")
	address := c.ask()
	c.kill()
	waitGone(t, address)
}

// TestSharedLab: processes share one controller. It survives the kill of the
// process that started it, ends with the last user although that one was killed,
// and one whose supervisor was killed is replaced.
func TestSharedLab(t *testing.T) {
	Start(t) // skips here where there is no lab
	folder := t.TempDir()
	env := sharesIn + "=" + folder
	first, second := startChild(t, env), startChild(t, env)
	address := first.ask()
	if other := second.ask(); other != address {
		t.Fatalf("two processes have labs on %s and %s", address, other)
	}
	first.kill()
	if got := second.ask(); got != address {
		t.Errorf("after the starter's end the lab is on %s, want %s", got, address)
	}
	w, err := readWhere(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(w.Supervisor, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitGone(t, address)
	again := second.ask()
	second.kill()
	waitGone(t, again)
	for begin := time.Now(); supervised(folder); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			t.Fatal("the supervisor does not end with the last user")
		}
	}
	if _, err := readWhere(folder); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the supervisor left %s: %v", whereFile, err)
	}
}
