package report

import (
	"context"
	"errors"
	"fmt"
	"io"

	"mbxperm/model"
	"mbxperm/ui/safe"
)

// Source is a source that is open, to be read once.
type Source interface {
	// ToEnd reads it to its end while watch looks on, which returns when done is
	// closed. An error says that nothing is known, or that ctx has ended.
	ToEnd(ctx context.Context, pool *model.Pool, watch func(done <-chan struct{}, now func() *model.Snapshot)) (*model.Snapshot, error)
	// Recording is where it was recorded and with how many entries, after the end.
	Recording() (path string, entries int)
	// RecordErr is why the recording failed. incomplete says that it is whole in
	// itself and lacks something, because the source was left.
	RecordErr() (incomplete string, err error)
	Close() error
}

// Runner runs the commands that write no screen. It knows sources by what opens
// them alone. It is for one goroutine.
type Runner struct {
	Flags
	Version        string // of the program
	Stdout, Stderr io.Writer
	// Open opens a source, OpenRecorded one that is recorded on the way if so
	// asked; required ends the reading when its recording fails.
	Open         func(ctx context.Context, source string) (Source, error)
	OpenRecorded func(ctx context.Context, source string, required bool) (Source, error)
	// History reads the recordings of a folder.
	History HistoryFunc
	// ErrNone is what Open returns for a folder without a recording.
	ErrNone error
}

// Report reads a source and writes one report of it, compared with old if that is named.
func (r *Runner) Report(ctx context.Context, name, source, old string) (Outcome, error) {
	if name == findingsReport && r.Findings.Explain != "" {
		text, err := Explain(r.Findings.Explain)
		_, written := io.WriteString(r.Stdout, text)
		return Outcome{}, errors.Join(err, written)
	}
	job, err := r.Job(name, r.Version, r.Stdout)
	if err != nil {
		return Outcome{}, err
	}
	if name == historyReport {
		return r.history(ctx, job, source)
	}
	return r.Read(ctx, source, old, func(s, before *model.Snapshot) (Outcome, error) {
		return job.Run(ctx, s, before, r.Stdout, r.Stderr)
	})
}

// Read reads a source, and old if that is named, to their ends, and hands them to
// use; before is nil where there is nothing to compare with.
func (r *Runner) Read(ctx context.Context, source, old string, use func(s, before *model.Snapshot) (Outcome, error)) (Outcome, error) {
	// Both are opened before the first is read: a mistake in either shows at once.
	first, err := r.earlier(ctx, old)
	if err != nil {
		return Outcome{}, err
	}
	if first != nil {
		defer first.Close()
	}
	src, err := r.OpenRecorded(ctx, source, false)
	if err != nil {
		return Outcome{}, err
	}
	defer src.Close()
	pool := model.NewPool()
	before, err := r.toEnd(ctx, first, pool)
	if err != nil {
		return Outcome{}, r.ended(ctx, src, err)
	}
	s, err := r.toEnd(ctx, src, pool)
	if err != nil {
		return Outcome{}, r.ended(ctx, src, err)
	}
	out, err := use(s, before)
	out.Gaps = out.Gaps || old != "" && first == nil // the first of many
	return out, r.ended(ctx, src, err)
}

// Snapshot reads a source to its end.
func (r *Runner) Snapshot(ctx context.Context, source string) (*model.Snapshot, error) {
	src, err := r.Open(ctx, source)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	return r.toEnd(ctx, src, model.NewPool())
}

// Record reads a source for its recording alone.
func (r *Runner) Record(ctx context.Context, source string) (Outcome, error) {
	src, err := r.OpenRecorded(ctx, source, true)
	if err != nil {
		return Outcome{}, err
	}
	s, err := r.toEnd(ctx, src, model.NewPool())
	path, entries := src.Recording()
	switch _, failed := src.RecordErr(); {
	case failed != nil:
		return Outcome{}, failed
	case ctx.Err() != nil:
		return Outcome{}, fmt.Errorf("interrupted: %s holds what was read until then", path)
	case err != nil:
		return Outcome{}, err
	}
	Note(r.Stderr, fmt.Sprintf("%s: %s entries", path, safe.Thousands(entries)))
	out := Outcome{Gaps: Gaps(r.Stderr, s, false, nil)}
	if incomplete, _ := src.RecordErr(); incomplete != "" {
		out.Gaps = true
	}
	return out, r.Recorded(src)
}

// Earlier reads what --since names, to be compared with; nil where there is nothing.
func (r *Runner) Earlier(ctx context.Context, pool *model.Pool) (*model.Snapshot, error) {
	src, err := r.earlier(ctx, r.Since)
	if err != nil {
		return nil, err
	}
	return r.toEnd(ctx, src, pool)
}

// earlier opens what is compared with; nil where nothing is named, or where
// nothing was recorded yet.
func (r *Runner) earlier(ctx context.Context, source string) (Source, error) {
	if source == "" {
		return nil, nil
	}
	src, err := r.Open(ctx, source)
	if errors.Is(err, r.ErrNone) && source == r.Since {
		Note(r.Stderr, err.Error()+": nothing to compare with")
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return src, nil
}

// toEnd reads a source, if there is one, and says how far it is.
func (r *Runner) toEnd(ctx context.Context, src Source, pool *model.Pool) (*model.Snapshot, error) {
	if src == nil {
		return nil, nil
	}
	return src.ToEnd(ctx, pool, func(done <-chan struct{}, now func() *model.Snapshot) {
		if r.Quiet {
			<-done
			return
		}
		Progress(r.Stderr, done, now)
	})
}

// ended returns err and what came of the recording of a source. Where the reading
// was interrupted that is where the recording is.
func (r *Runner) ended(ctx context.Context, src Source, err error) error {
	incomplete, _ := src.RecordErr()
	if path, _ := src.Recording(); incomplete != "" && ctx.Err() != nil {
		return fmt.Errorf("interrupted: %s holds what was read until then", path)
	}
	return errors.Join(err, r.Recorded(src))
}

// Recorded returns why the recording of a source failed, and says where it is
// not whole because the source was left.
func (r *Runner) Recorded(src Source) error {
	incomplete, err := src.RecordErr()
	if incomplete != "" {
		Note(r.Stderr, incomplete)
	}
	return err
}
