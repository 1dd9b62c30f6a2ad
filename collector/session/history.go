package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mbxperm/collector/ldif"
	"mbxperm/model"
	"mbxperm/model/history"
	"mbxperm/model/wholefile"
)

// History reads what the recordings in a folder tell in numbers, in order of their
// time. Of a recording that carries its numbers only the ends are read; others are
// read whole once, and their numbers remembered in the user's cache directory, by the
// content and not by the name.
//
// rows, where not nil, counts what somebody asks of each reading, which reads every
// recording whole. tell is told how far it is. notes say, in a sentence each, which
// files were left out and why; the error is that there is no recording at all, or that
// ctx has ended.
func History(ctx context.Context, dir string, rows func(*model.Snapshot) (int, error), tell func(done, all int)) (all []history.Reading, notes []string, err error) {
	names, err := recordingsIn(dir)
	if err != nil {
		return nil, nil, err
	}
	for i, name := range names {
		if tell != nil {
			tell(i, len(names))
		}
		if ctx.Err() != nil {
			return nil, nil, ldif.ErrInterrupted
		}
		r, err := readingOf(ctx, filepath.Join(dir, name), rows)
		switch {
		case ctx.Err() != nil:
			return nil, nil, ldif.ErrInterrupted
		case err != nil:
			notes = append(notes, name+": left out: "+err.Error())
		default:
			all = append(all, r)
		}
	}
	if tell != nil {
		tell(len(names), len(names))
	}
	slices.SortStableFunc(all, func(a, b history.Reading) int { return a.Time.Compare(b.Time) })
	all, foreign := ofOneForest(all)
	notes = append(notes, foreign...)
	if len(all) == 0 {
		return nil, notes, fmt.Errorf("%s: there is %w in it that can be counted%s", dir, ldif.ErrNoRecording, because(notes))
	}
	history.Lines(all)
	return all, notes, nil
}

func because(notes []string) string {
	if len(notes) == 0 {
		return ""
	}
	return ": " + strings.Join(notes, "; ")
}

// recordingsIn lists the files of a folder that are recordings by their names, in order
// of these.
func recordingsIn(dir string) (names []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		if info, bad := os.Stat(dir); bad == nil && !info.IsDir() {
			return nil, fmt.Errorf("%s is a file: give the folder that recordings are in", dir)
		}
		return nil, fmt.Errorf("cannot read %s: %w", dir, wholefile.Cause(err))
	}
	for _, e := range entries {
		switch name := e.Name(); {
		case !e.Type().IsRegular() || strings.HasPrefix(name, "."):
		case strings.HasSuffix(name, ".zst") || strings.HasSuffix(name, ".gz") || strings.HasSuffix(name, ".ldif"):
			names = append(names, name)
		}
	}
	return names, nil
}

// ofOneForest leaves out what is of another forest than most readings, of two with as
// many than the newest.
func ofOneForest(all []history.Reading) (same []history.Reading, notes []string) {
	forest, many := "", map[string]int{}
	for _, r := range all {
		if r.Forest == "" {
			continue
		}
		if many[r.Forest]++; many[r.Forest] >= many[forest] {
			forest = r.Forest
		}
	}
	for _, r := range all {
		if r.Forest != forest && r.Forest != "" {
			notes = append(notes, r.File+": left out: it is of another forest than most recordings here")
			continue
		}
		same = append(same, r)
	}
	return same, notes
}

// readingOf is what one recording tells.
func readingOf(ctx context.Context, path string, rows func(*model.Snapshot) (int, error)) (r history.Reading, err error) {
	head, words, err := ldif.Ends(path)
	if err != nil {
		return r, err
	}
	r = history.Reading{File: filepath.Base(path), Time: head.Time, Rows: -1}
	counts, known := history.Parse(words)
	cache := cacheOf(path)
	if !known {
		counts, known = cache.load()
	}
	if !known || rows != nil {
		s, err := wholeReading(ctx, path)
		if err != nil {
			return r, err
		}
		if !known {
			if counts, err = history.Of(ctx, s); err != nil {
				return r, err
			}
			cache.store(counts)
		}
		if rows != nil {
			if r.Rows, err = rows(s); err != nil {
				return r, err
			}
		}
	}
	r.Counts = counts
	return r, nil
}

// wholeReading reads a recording to its end. One of which only a part can be had is an
// error: its numbers would look as if something had gone.
func wholeReading(ctx context.Context, path string) (*model.Snapshot, error) {
	src, err := ldif.Open(path)
	if err != nil {
		return nil, errors.Unwrap(err)
	}
	c := Start(ctx, src, model.NewPool(), nil)
	<-c.Done()
	s := c.Snapshot()
	if s.State.Err != nil {
		return nil, s.State.Err
	}
	for _, g := range s.State.Incomplete {
		if g.Search == "" && g.Reason == "cancelled" {
			return nil, errors.New("the reading was interrupted")
		}
	}
	return s, nil
}

// cached is the place where the numbers of a recording are remembered; empty for
// nowhere. It holds numbers alone: no name of a file, a directory or an account.
type cached string

// cacheOf names it by what the file is: its size, its time and its last bytes, which
// hold the sum of all before them.
func cacheOf(path string) cached {
	dir, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ""
	}
	sum := sha256.New()
	fmt.Fprintln(sum, history.Version, info.Size(), info.ModTime().UnixNano())
	end := make([]byte, min(info.Size(), 4096))
	if _, err := f.ReadAt(end, info.Size()-int64(len(end))); err != nil {
		return ""
	}
	sum.Write(end)
	return cached(filepath.Join(dir, "mbxperm", "history", hex.EncodeToString(sum.Sum(nil))+".json"))
}

// mostCached bounds what is read of one: it has two hundred bytes.
const mostCached = 4096

// load returns what is remembered. Whatever is wrong with it, it is as if there were
// nothing.
func (c cached) load() (history.Counts, bool) {
	info, err := os.Stat(string(c))
	if c == "" || err != nil || !info.Mode().IsRegular() || info.Size() > mostCached {
		return history.Counts{}, false
	}
	b, err := os.ReadFile(string(c))
	var words []string
	if err != nil || json.Unmarshal(b, &words) != nil {
		return history.Counts{}, false
	}
	return history.Parse(words)
}

// store remembers numbers. Where that fails they are counted again another time.
func (c cached) store(counts history.Counts) {
	if c == "" || os.MkdirAll(filepath.Dir(string(c)), fs.FileMode(0o700)) != nil {
		return
	}
	if info, err := os.Stat(string(c)); err == nil && !info.Mode().IsRegular() { // a pipe would be waited for
		return
	}
	b, err := json.Marshal(counts.Words())
	if err != nil {
		return
	}
	f, err := wholefile.Create(context.Background(), string(c), true)
	if err != nil {
		return
	}
	if _, err := f.Write(b); err != nil {
		f.Discard()
		return
	}
	_ = f.Keep()
}
