package adlab

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// lease is the right to use one loopback address and the directory of the same name.
// The kernel takes the lock back when the process ends, however it ends.
type lease struct {
	address string
	dir     string
	lock    *os.File
}

// tempRoot is where this user's labs run. Samba's sockets are below it, so it is kept short.
func tempRoot() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("mbxperm-adlab-%d", os.Getuid()))
}

// takeAddress leases the first address that no other test process uses.
func takeAddress() (*lease, error) {
	root := tempRoot()
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, err
	}
	for n := firstAddress; n <= lastAddress; n++ {
		address := fmt.Sprintf("127.0.86.%d", n)
		l, err := lockFile(filepath.Join(root, address+".lock"), syscall.LOCK_EX|syscall.LOCK_NB)
		if errors.Is(err, syscall.EWOULDBLOCK) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := portsFree(address); err != nil {
			_ = l.Close()
			if errors.Is(err, syscall.EACCES) {
				return nil, fmt.Errorf("%w: the domain controller's ports need root: %w", ErrUnavailable, err)
			}
			continue // a server that outlived its test, or someone else's lab: leave it the address
		}
		return &lease{address: address, dir: filepath.Join(root, address), lock: l}, nil
	}
	return nil, errors.New("every address from 127.0.86.3 on is in use")
}

// release gives the address back. What the lab wrote is removed with it.
func (l *lease) release() {
	_ = os.RemoveAll(l.dir)
	_ = l.lock.Close()
}

func portsFree(address string) error {
	for _, port := range ports {
		l, err := net.Listen("tcp", net.JoinHostPort(address, strconv.Itoa(port)))
		if err != nil {
			return err
		}
		_ = l.Close()
	}
	return nil
}

// lockFile opens a file and locks it as flock(2) says: it waits for the lock, or
// fails at once with EWOULDBLOCK where how has LOCK_NB.
func lockFile(name string, how int) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		if err = syscall.Flock(int(f.Fd()), how); !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
