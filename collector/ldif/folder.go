package ldif

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"mbxperm/model/wholefile"
)

// stamp names a recording in a folder by when it began, in UTC: in the order of
// their names they are in the order of time, and no system forbids a character.
const stamp = "2006-01-02T150405Z"

const suffix = ".ldif.zst"

// partial stands in the name of a recording whose source was not read to its
// end.
const partial = ".partial"

// InFolder returns where a recording goes: to path itself, or, where that is a
// folder, to a file in it that is named by the time.
func InFolder(path string, now time.Time) string {
	if !isFolder(path) {
		return path
	}
	return filepath.Join(path, now.UTC().Format(stamp)+suffix)
}

// partialPath is where a recording goes of which only a part was read:
// night.partial.ldif.zst for night.ldif.zst. What is there stays.
func partialPath(path string) string {
	end := ""
	for _, s := range []string{suffix, ".ldif", ".zst"} {
		if rest, ok := strings.CutSuffix(path, s); ok {
			path, end = rest, s
			break
		}
	}
	name := path + partial + end
	for n := 2; ; n++ {
		if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) || n > 1000 {
			return name
		}
		name = path + partial + strconv.Itoa(n) + end
	}
}

// ErrNoRecording is what Newest returns for a folder without a complete
// recording.
var ErrNoRecording = errors.New("no recording")

// Newest returns the newest complete recording in a folder, of those that
// InFolder named; whatever else lies there counts for nothing. Complete is one
// that is whole and of which every search was read to its end. It also says
// which newer ones are not, and why, a text for each. What is no folder it
// returns as it is.
func Newest(path string) (name string, passed []string, err error) {
	if !isFolder(path) {
		return path, nil, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return "", nil, fmt.Errorf("cannot read %s: %w", path, wholefile.Cause(err))
	}
	for i := len(entries) - 1; i >= 0; i-- { // they come in the order of their names
		name := entries[i].Name()
		switch named, ok := ours(name); {
		case !ok || !entries[i].Type().IsRegular():
		case named:
			passed = append(passed, name)
		default:
			why := complete(filepath.Join(path, name))
			if why == nil {
				return filepath.Join(path, name), passed, nil
			}
			passed = append(passed, name+" ("+why.Error()+")")
		}
	}
	if passed != nil {
		return "", nil, fmt.Errorf("%s: there is %w in it that is complete, only %s", path, ErrNoRecording, strings.Join(passed, ", "))
	}
	return "", nil, fmt.Errorf("%s: there is %w in it yet", path, ErrNoRecording)
}

// ours reports whether a name is one that recordings in a folder get, and
// whether it says that the recording is partial.
func ours(name string) (named, ok bool) {
	rest, ok := strings.CutSuffix(name, suffix)
	if !ok {
		return false, false
	}
	rest, number, named := strings.Cut(rest, partial)
	if _, err := strconv.Atoi(number); number != "" && err != nil {
		return false, false
	}
	_, err := time.Parse(stamp, rest)
	return named, err == nil
}

// complete looks through a recording and returns why it is no complete one.
// That takes a fraction of the time that reading it does: nothing is decoded
// but the lines of its events, and no sum is made but that of zstd.
func complete(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return wholefile.Cause(err)
	}
	defer f.Close()
	plain, release, err := decompress(f)
	if err != nil {
		return err
	}
	defer release()
	in, seen := newLines(plain), progress{open: map[string]string{}}
	in.strict = true
	for {
		line, err := in.next()
		switch {
		case err == io.EOF:
			return seen.lack()
		case err != nil || in.open:
			return errors.New("it is cut or damaged")
		}
		seen.last = ""
		if rest, ok := bytes.CutPrefix(line, []byte(mark)); ok {
			if err := seen.event(string(rest)); err != nil {
				return err
			}
		}
	}
}

// progress is how far the events of a recording have come.
type progress struct {
	begun, read bool              // its head, and the end of Read, were seen
	open        map[string]string // purposes of searches that have not ended, by ID
	last        string            // the event in hand; none for another line
}

// event notes an event, and returns why the recording cannot be complete.
func (p *progress) event(line string) error {
	p.last, _, _ = strings.Cut(line, " ")
	switch p.last {
	case "recording":
		p.begun = true
		return nil
	case "begin", "end", "read", "lookup":
	default:
		return nil
	}
	c, err := parseComment(line)
	if err != nil {
		return err
	}
	switch id := c.bare("id"); p.last {
	case "begin":
		p.open[id] = c.text("purpose")
		return nil
	case "end":
		defer delete(p.open, id)
		if err = c.outcome(); err != nil {
			err = fmt.Errorf("%s: %w", p.open[id], err)
		}
		return err
	case "read":
		p.read = true
	}
	return inWords(c.outcome())
}

// lack is what a recording that has ended lacks, if anything.
func (p *progress) lack() error {
	switch {
	case !p.begun:
		return errors.New("it is no recording")
	case p.last != "done":
		return errors.New("it is cut")
	case !p.read:
		return errNoEnd
	}
	for _, purpose := range p.open {
		return fmt.Errorf("%s: the search did not end", purpose)
	}
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return path != "" && err == nil && info.IsDir()
}
