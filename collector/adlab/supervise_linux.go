package adlab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A test process that finds no supervisor runs its own program once more, with
// superviseIn in the environment: then it is a supervisor and no test.
func init() {
	folder := os.Getenv(superviseIn)
	if folder == "" {
		return
	}
	syscall.CloseOnExec(toldFD)
	goCommand := -1
	if os.Getenv(superviseFor) != "" {
		goCommand = goCommandFD
		syscall.CloseOnExec(goCommand)
	}
	_ = os.Unsetenv(superviseIn) // the controller's processes are no supervisors
	if err := supervise(folder, goCommand); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// supervise holds a controller until the go command, where there is a descriptor
// of one, and the last user have ended.
func supervise(folder string, goCommand int) error {
	told := os.NewFile(toldFD, "what the starter is told")
	// The starter holds start.lock and has seen that there is no other supervisor.
	// Whoever looks holds this lock for a moment, so this waits.
	own, err := lockFile(filepath.Join(folder, supervisorLock), syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer func() { _ = own.Close() }()
	file := filepath.Join(folder, whereFile)
	if err := os.RemoveAll(file); err != nil {
		return err
	}
	asked, done := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer done()
	lab, err := open(asked, Options{}.withDefaults())
	if err != nil {
		text := strings.TrimPrefix(err.Error(), ErrUnavailable.Error()+": ")
		return json.NewEncoder(told).Encode(where{Err: text, Unavailable: errors.Is(err, ErrUnavailable)})
	}
	defer lab.Close()
	w := where{Address: lab.Address, Dir: lab.dir, Supervisor: os.Getpid()}
	text, err := json.Marshal(w)
	if err != nil {
		return err
	}
	if err := errors.Join(os.WriteFile(file+".new", text, 0o600), os.Rename(file+".new", file)); err != nil {
		return err
	}
	defer func() { _ = os.Remove(file) }() // before the controller ends
	if err := errors.Join(json.NewEncoder(told).Encode(w), told.Close()); err != nil {
		return err
	}
	unused := make(chan error, 1)
	go func() { unused <- waitUnused(folder, goCommand) }()
	select {
	case err := <-unused:
		return err
	case <-lab.ended:
		return errors.New("the controller ended")
	case <-asked.Done():
		return asked.Err()
	}
}

// waitUnused waits for the end of the go command, if there is one, and then of
// every user. It keeps the lock: whoever comes now waits for the end of this process.
func waitUnused(folder string, goCommand int) error {
	for ended := goCommand < 0; !ended; {
		// The descriptor of a process can be read when the process has ended.
		_, err := unix.Poll([]unix.PollFd{{Fd: int32(goCommand), Events: unix.POLLIN}}, -1)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		ended = err == nil
	}
	users, err := lockFile(filepath.Join(folder, usersLock), syscall.LOCK_EX)
	if err == nil {
		kept = users
	}
	return err
}

// kept is never closed: its lock ends with the process.
//
//lint:ignore U1000 it is held, not read: a file that nothing holds is closed when memory is collected
var kept *os.File
