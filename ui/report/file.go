package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"mbxperm/ui/safe"
)

// File writes through write to a file that only its owner can read. What was
// there stays whole until the new content is complete; without force it is not
// replaced at all.
func File(name string, force bool, write func(io.Writer) error) error {
	return files(force, draft{name: name, write: write})
}

// draft is a file to be: its content waits under another name until all of it
// is on the disk.
type draft struct {
	name  string
	write func(io.Writer) error
	temp  string
}

// files writes files that belong together, in order: each is complete and synced
// before any takes its name.
func files(force bool, drafts ...draft) (err error) {
	for _, d := range drafts {
		if err := free(d.name, force); err != nil {
			return err
		}
	}
	defer func() {
		for _, d := range drafts {
			if d.temp != "" {
				os.Remove(d.temp)
			}
		}
	}()
	for i := range drafts {
		if err := drafts[i].fill(); err != nil {
			return err
		}
	}
	for i := range drafts {
		d := &drafts[i]
		if err := os.Rename(d.temp, d.name); err != nil {
			return fmt.Errorf("cannot write %s: %w", safe.Text(d.name), reason(err))
		}
		d.temp = ""
	}
	return nil
}

// free tells whether a file of that name may be written.
func free(name string, force bool) error {
	info, err := os.Lstat(name)
	switch {
	case err != nil:
		return nil // if the folder is not there either, creating the file says so
	case info.IsDir():
		return fmt.Errorf("cannot write %s: it is a directory", safe.Text(name))
	case !force:
		return fmt.Errorf("%s exists: choose another name, or --force to replace it", safe.Text(name))
	}
	return nil
}

func (d *draft) fill() error {
	f, err := os.CreateTemp(filepath.Dir(d.name), ".mbxperm-*") // created 0600
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", safe.Text(d.name), reason(err))
	}
	d.temp = f.Name()
	if err := d.write(f); err != nil {
		f.Close()
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("cannot write %s: %w", safe.Text(d.name), reason(err))
	}
	return nil
}

// reason takes the path out of a file error: the message names the file already.
func reason(err error) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err
	case errors.As(err, &l):
		return l.Err
	}
	return err
}
