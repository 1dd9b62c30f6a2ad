package wholefile

import (
	"context"
	"fmt"
	"os"
	"time"
)

// Guard keeps others from a file while it is read and replaced: a lock on a file
// beside it, since the file itself is replaced. It ends with the process.
type Guard struct{ file *os.File }

// Lock waits until nobody else holds the guard of path, or ctx ends. The guard
// is path with ".lock" behind it, which stays there.
func Lock(ctx context.Context, path string) (*Guard, error) {
	name := path + ".lock"
	if f, err := createPrivate(name); err == nil {
		f.Close()
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, cannot(name, err)
	}
	for {
		locked, err := tryLock(f)
		switch {
		case locked:
			return &Guard{f}, nil
		case err != nil:
			f.Close()
			return nil, fmt.Errorf("cannot lock %s: %w", name, Cause(err))
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, fmt.Errorf("cannot lock %s: another process holds it: %w", name, context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Unlock lets others in.
func (g *Guard) Unlock() { g.file.Close() }
