package adlab

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// One domain controller serves all test processes that only read. It belongs to
// a supervisor, a process of its own, and these files of one folder tie them:
//
//	start.lock       held while one process looks for the supervisor or starts it
//	users.lock       held, shared, by every process that uses the controller, until it ends
//	supervisor.lock  held by the supervisor as long as it lives
//	lab.json         where the controller is; there while it can be used
//
// The kernel drops the locks of a process that is killed. So the supervisor sees
// the end of the last user, whatever its end was, and a user sees that the
// supervisor which wrote lab.json is no more.
const (
	startLock      = "start.lock"
	usersLock      = "users.lock"
	supervisorLock = "supervisor.lock"
	whereFile      = "lab.json"

	// protocol changes with the meaning of these files.
	protocol = "1"
)

// where is what lab.json and the first message of a supervisor say.
type where struct {
	Address     string
	Dir         string // the copied tree
	Supervisor  int    // its process id
	Err         string // why there is no controller
	Unavailable bool   // that is because this machine cannot run one
}

// shared is the controller that this process uses. It stays one of its users to its end.
var shared struct {
	sync.Mutex
	folder string
	users  *os.File
	lab    *Lab
}

// share returns the controller that all test processes use.
func share(ctx context.Context) (*Lab, error) {
	o := Options{}.withDefaults()
	t, err := findTools()
	if err != nil {
		return nil, err
	}
	key, err := treeKey(t, o)
	if err != nil {
		return nil, err
	}
	return shareIn(ctx, filepath.Join(tempRoot(), "shared-"+protocol+"-"+key))
}

func shareIn(ctx context.Context, folder string) (*Lab, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.lab != nil && shared.folder == folder && supervised(folder) {
		return shared.lab, nil
	}
	w, users, err := join(ctx, folder)
	if err != nil {
		return nil, err
	}
	lab := newLab(w.Address, w.Dir)
	if err := lab.readOracle(); err != nil {
		_ = users.Close()
		return nil, err
	}
	if shared.users != nil {
		_ = shared.users.Close()
	}
	shared.folder, shared.users, shared.lab = folder, users, lab
	return lab, nil
}

// join makes this process a user of the controller of a folder, and starts that
// where it does not run. It is a user until the file is closed.
func join(ctx context.Context, folder string) (where, *os.File, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return where{}, nil, err
	}
	start, err := lockFile(filepath.Join(folder, startLock), syscall.LOCK_EX)
	if err != nil {
		return where{}, nil, err
	}
	defer func() { _ = start.Close() }()
	users, err := lockFile(filepath.Join(folder, usersLock), syscall.LOCK_SH)
	if err != nil {
		return where{}, nil, err
	}
	w, err := find(ctx, folder)
	if err != nil {
		_ = users.Close()
	}
	return w, users, err
}

// find asks where the controller is. A supervisor without lab.json has not begun
// or is about to end.
func find(ctx context.Context, folder string) (where, error) {
	for {
		if !supervised(folder) {
			return startSupervisor(folder)
		}
		switch w, err := readWhere(folder); {
		case err == nil:
			return w, nil
		case !errors.Is(err, fs.ErrNotExist):
			return where{}, err
		}
		select {
		case <-ctx.Done():
			return where{}, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// supervised says whether a folder has a supervisor.
func supervised(folder string) bool {
	// Shared: two who look at the same time do not take each other for one.
	f, err := lockFile(filepath.Join(folder, supervisorLock), syscall.LOCK_SH|syscall.LOCK_NB)
	if err == nil {
		_ = f.Close()
	}
	return errors.Is(err, syscall.EWOULDBLOCK)
}

func readWhere(folder string) (w where, err error) {
	text, err := os.ReadFile(filepath.Join(folder, whereFile))
	if err != nil {
		return where{}, err
	}
	return w, json.Unmarshal(text, &w)
}

// The environment makes a supervisor of a program with this package: superviseIn
// is the folder, superviseFor is set where there is a go command to wait for.
const (
	superviseIn  = "MBXPERM_LAB_SUPERVISE"
	superviseFor = "MBXPERM_LAB_SUPERVISE_FOR"

	toldFD      = 3 // where the supervisor says that its controller can be used, or why not
	goCommandFD = 4
)

// startSupervisor runs this very program as supervisor, in a session of its own,
// and waits until its controller can be used.
func startSupervisor(folder string) (where, error) {
	program, err := os.Executable()
	if err != nil {
		return where{}, err
	}
	log, err := os.Create(filepath.Join(folder, "supervisor.log"))
	if err != nil {
		return where{}, err
	}
	defer func() { _ = log.Close() }()
	r, told, err := os.Pipe()
	if err != nil {
		return where{}, err
	}
	defer func() { _ = r.Close() }()
	cmd := exec.Command(program)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), superviseIn+"="+folder)
	cmd.Stdout, cmd.Stderr = log, log // go test waits for who has its own
	cmd.ExtraFiles = []*os.File{told}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if run := goCommand(); run != nil {
		cmd.ExtraFiles = append(cmd.ExtraFiles, run)
		cmd.Env = append(cmd.Env, superviseFor+"=go")
		defer func() { _ = run.Close() }()
	}
	err = cmd.Start()
	_ = told.Close()
	if err != nil {
		return where{}, err
	}
	go func() { _ = cmd.Wait() }()
	var w where
	if err := json.NewDecoder(r).Decode(&w); err != nil {
		said, _ := os.ReadFile(log.Name())
		return where{}, fmt.Errorf("the supervisor of the lab ended: %s", said)
	}
	switch {
	case w.Unavailable:
		return where{}, fmt.Errorf("%w: %s", ErrUnavailable, w.Err)
	case w.Err != "":
		return where{}, errors.New(w.Err)
	}
	return w, nil
}

// goCommand is the go command that runs this test, as a process descriptor, or
// nil. Between two packages of one go test there may be no user; the controller
// waits for the next one as long as the go command lives.
func goCommand() *os.File {
	parent := os.Getppid()
	program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", parent))
	if err != nil || filepath.Base(program) != "go" {
		return nil
	}
	fd, err := unix.PidfdOpen(parent, 0)
	if err != nil || os.Getppid() != parent {
		return nil
	}
	return os.NewFile(uintptr(fd), "the go command")
}
