package report

import (
	"context"
	"io"

	"mbxperm/model/wholefile"
)

// draft is a file to be, and what fills it.
type draft struct {
	name  string
	write func(io.Writer) error
}

// files writes files that only their owner can read and that belong together, in
// order: each is complete and synced before any takes its name, and what was there
// stays until then. Without force nothing is replaced.
func files(ctx context.Context, force bool, drafts ...draft) error {
	for _, d := range drafts {
		if err := wholefile.Vacant(d.name, force); err != nil {
			return err
		}
	}
	var whole []*wholefile.File
	for _, d := range drafts {
		f, err := wholefile.Create(ctx, d.name, force)
		if err != nil {
			return err
		}
		defer f.Discard()
		if err := d.write(f); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
		whole = append(whole, f)
	}
	for _, f := range whole {
		if err := f.Keep(); err != nil {
			return err
		}
	}
	return nil
}
