package alert

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"mbxperm/model/door"
	"mbxperm/model/wholefile"
)

// File is the state on the disk, held by this process alone.
type File struct {
	State
	path  string
	guard *wholefile.Guard
}

// mostFile bounds what is read: ten times what the largest state has.
const mostFile = 256 << 20

// Path is where the state is kept: mbxperm/checks.json in $XDG_STATE_HOME, which
// is ~/.local/state; on Windows below LocalAppData.
func Path() (string, error) {
	dir := os.Getenv("XDG_STATE_HOME")
	switch {
	case filepath.IsAbs(dir):
	case runtime.GOOS == "windows" && os.Getenv("LocalAppData") != "":
		dir = os.Getenv("LocalAppData")
	default:
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("no folder for the state of checks: %w; name a file with --state", err)
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "mbxperm", "checks.json"), nil
}

// Open reads the state, once nobody else holds it. A file that is damaged is kept
// under another name, aside, and the state begins anew.
func Open(ctx context.Context, path string) (f *File, aside string, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, "", fmt.Errorf("state of checks: %w", err)
	}
	guard, err := wholefile.Lock(ctx, path)
	if err != nil {
		return nil, "", fmt.Errorf("state of checks: %w", err)
	}
	f = &File{path: path, guard: guard, State: State{Version: version}}
	s, err := read(path)
	var damage *Damage
	switch {
	case err == nil:
		f.State = *s
	case errors.Is(err, fs.ErrNotExist):
	case errors.As(err, &damage):
		aside = path + ".damaged-" + time.Now().UTC().Format("20060102T150405.000000000Z")
		if err := os.Rename(path, aside); err != nil {
			guard.Unlock()
			return nil, "", fmt.Errorf("state of checks: it is damaged, and cannot be kept aside: %w", err)
		}
	default:
		guard.Unlock()
		return nil, "", err
	}
	return f, aside, nil
}

// LastRuns are the checks of the state where it is kept by default; none where there
// is no state yet.
func LastRuns() ([]door.Check, error) {
	path, err := Path()
	if err != nil {
		return nil, err
	}
	s, err := Read(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	return s.Checks, nil
}

// Read reads the state without holding it: for who shows it.
func Read(path string) (*State, error) { return read(path) }

// Damage is a state that cannot be understood.
type Damage struct{ err error }

func (d *Damage) Error() string { return "it is damaged: " + d.err.Error() }

func read(path string) (*State, error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("state of checks: %w", err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, mostFile))
	if err != nil {
		return nil, fmt.Errorf("state of checks: %w", err)
	}
	s, err := Parse(b)
	if err != nil {
		return nil, fmt.Errorf("state of checks %s: %w", path, err)
	}
	return s, nil
}

// Parse reads a state. The error is a *[Damage] where it cannot be understood.
func Parse(b []byte) (*State, error) {
	var s State
	if err := json.Unmarshal(b, &s); err != nil {
		return nil, &Damage{err}
	}
	if s.Version > version {
		return nil, fmt.Errorf("it is of version %d, and this program knows %d; use a newer one, or another file with --state", s.Version, version)
	}
	seen := map[Key]bool{}
	for _, i := range s.Incidents {
		if i == nil || s.Version != version || seen[i.Key] {
			return nil, &Damage{errors.New("an incident is empty or stands there twice")}
		}
		seen[i.Key] = true
	}
	if s.Version != version {
		return nil, &Damage{errors.New("it has no version")}
	}
	return &s, nil
}

// Save replaces the file as a whole.
func (f *File) Save(ctx context.Context) error {
	b, err := json.MarshalIndent(&f.State, "", " ")
	if err != nil {
		return err
	}
	w, err := wholefile.Create(ctx, f.path, true)
	if err != nil {
		return fmt.Errorf("state of checks: %w", err)
	}
	defer w.Discard()
	if _, err := w.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("state of checks: %w", err)
	}
	if err := w.Keep(); err != nil {
		return fmt.Errorf("state of checks: %w", err)
	}
	return nil
}

// Close lets others have the state.
func (f *File) Close() { f.guard.Unlock() }
