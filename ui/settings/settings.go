package settings

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"mbxperm/model/wholefile"
	"mbxperm/ui/widget"
)

// Settings are what the screen remembers from one run to the next, in one file
// of JSON. There is no password in it and there never will be.
type Settings struct {
	Theme  string   `json:"theme,omitempty"`
	Recent []Recent `json:"recent,omitempty"` // directories that could be opened, the last one first
	// Columns and Sort are what was chosen of each grid, by gridName: its columns,
	// and the title of the one it is ordered by, with - before it the other way round.
	Columns map[string][]widget.ColumnChoice `json:"columns,omitempty"`
	Sort    map[string]string                `json:"sort,omitempty"`
	// Bookmarks are the lines that were marked, by directory: the DNS name and the
	// SID of its first domain.
	Bookmarks map[string][]Bookmark `json:"bookmarks,omitempty"`
	NoPreview bool                  `json:"no_preview,omitempty"` // the entry of the cursor is not shown below the right grid
	Split     bool                  `json:"split,omitempty"`      // a row for each right, as the original form had

	path string // where they are kept; empty: nowhere
	kept []byte // what stands there; what has not changed is not written
}

// Recent is a directory that could be opened.
type Recent struct {
	Source string `json:"source"`
	User   string `json:"user,omitempty"`
	CAFile string `json:"ca,omitempty"`
	Auth   string `json:"auth,omitempty"`
}

// Bookmark is a line of a directory.
type Bookmark struct {
	Name string `json:"name"` // as it was called
	ID   string `json:"id"`   // its SID, objectGUID or DN
}

const (
	mostRecent    = 5
	mostBookmarks = 100 // of one directory
)

// Load reads the settings of the person who runs the program:
// mbxperm/settings.json where the system keeps such files ($XDG_CONFIG_HOME or
// ~/.config on Linux). Without such a file there are none. The error says what is
// wrong with the file; the settings can be used all the same, and are not saved
// over a file that could not be read.
func Load() (*Settings, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return &Settings{}, nil // nowhere to keep them, as for a service
	}
	return LoadFile(filepath.Join(dir, "mbxperm", "settings.json"))
}

// LoadFile is [Load] from a file of this name.
func LoadFile(path string) (*Settings, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return (&Settings{path: path}).asKept(), nil
	}
	s := &Settings{}
	if err == nil {
		err = json.Unmarshal(b, s)
	}
	if err != nil {
		return &Settings{}, fmt.Errorf("settings: %s: %w; repair it or remove it", path, wholefile.Cause(err))
	}
	s.path = path
	return s.asKept(), nil
}

// asKept notes that the settings are those in the file.
func (s *Settings) asKept() *Settings {
	s.kept, _ = json.MarshalIndent(s, "", "  ") // texts and numbers: there is no error
	return s
}

// Save writes the settings: whole or not at all, readable by their owner alone.
func (s *Settings) Save() error {
	if s.path == "" {
		return nil
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if bytes.Equal(b, s.kept) {
		return nil
	}
	dir := filepath.Dir(s.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("settings: %s: %w", dir, wholefile.Cause(err))
	}
	f, err := wholefile.Create(context.Background(), s.path, true)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if _, err := f.Write(append(b, '\n')); err != nil {
		f.Discard()
		return fmt.Errorf("settings: %w", err)
	}
	if err := f.Keep(); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	s.kept = b
	return nil
}

// Remember puts a directory before the others that could be opened.
func (s *Settings) Remember(r Recent) {
	s.Recent = slices.DeleteFunc(s.Recent, func(o Recent) bool { return o.Source == r.Source && o.User == r.User })
	s.Recent = slices.Insert(s.Recent, 0, r)
	s.Recent = s.Recent[:min(len(s.Recent), mostRecent)]
}

// KeepColumns remembers what was chosen for a grid; nothing for nil.
func (s *Settings) KeepColumns(name string, choices []widget.ColumnChoice) {
	if s.Columns == nil {
		s.Columns = map[string][]widget.ColumnChoice{}
	}
	if s.Columns[name] = choices; choices == nil {
		delete(s.Columns, name)
	}
}

// ToggleBookmark puts a bookmark at the end of a directory's, or drops it where it is
// one; it reports whether it is one now. The first goes where there are too many.
func (s *Settings) ToggleBookmark(directory string, b Bookmark) bool {
	all := s.Bookmarks[directory]
	kept := slices.DeleteFunc(slices.Clone(all), func(o Bookmark) bool { return o.ID == b.ID })
	is := len(kept) == len(all)
	if is {
		kept = append(kept, b)
	}
	if s.Bookmarks == nil {
		s.Bookmarks = map[string][]Bookmark{}
	}
	if s.Bookmarks[directory] = kept[max(len(kept)-mostBookmarks, 0):]; len(kept) == 0 {
		delete(s.Bookmarks, directory)
	}
	return is
}
