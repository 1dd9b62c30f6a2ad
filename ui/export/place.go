package export

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"

	"mbxperm/model/wholefile"
	"mbxperm/ui/safe"
)

// folder is where tables go: of any number of forests and nights.
type folder string

const (
	schemaFile = "schema.sql"
	readmeFile = "README.md"
	// schemaMark begins schema.sql, and before the version, which ends its line.
	schemaMark = "-- mbxperm schema_version "
	// versionKey names the same in the metadata of each file.
	versionKey = "mbxperm.schema_version"
)

// check says what stands in the way of tables in a folder: it is no folder, it
// belongs to somebody else, or its tables are of another version.
func (f folder) check() error {
	name := safe.Text(string(f))
	info, err := os.Stat(string(f))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if to, err := os.Readlink(string(f)); err == nil {
			return fmt.Errorf("cannot write to %s: it is a link to %s, which is not there", name, safe.Text(to))
		}
		return nil
	case err != nil:
		return fmt.Errorf("cannot write to %s: %w", name, wholefile.Cause(err))
	case !info.IsDir():
		return fmt.Errorf("cannot write to %s: it is no folder", name)
	}
	mark, err := f.mark()
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", safe.Text(f.path(schemaFile)), wholefile.Cause(err))
	}
	version, ours := strings.CutPrefix(mark, schemaMark)
	if !ours {
		if version, err = f.own(); err != nil {
			return err
		}
	}
	if (ours || version != "") && version != fmt.Sprint(SchemaVersion) {
		return fmt.Errorf("%s holds tables of schema version %s, and this program writes version %d: choose another folder", name, safe.Text(version), SchemaVersion)
	}
	return f.takes()
}

// takes says what would stand in the way of files only once they are written: a file
// in the place of the folder of a table, and a folder that takes none.
func (f folder) takes() error {
	for _, t := range tables {
		if info, err := os.Stat(f.path(t.name)); err == nil && !info.IsDir() {
			return fmt.Errorf("cannot write to %s: it is no folder, and those of the table %s lie there", safe.Text(f.path(t.name)), t.name)
		}
	}
	hidden, err := wholefile.CreateFolder(string(f))
	if err != nil {
		return err
	}
	hidden.Discard()
	return nil
}

// own looks into a folder without the mark, whose schema.sql somebody took away: the
// version of the tables is in their files too, and is empty where there are none. It
// fails where anything is not of this program.
func (f folder) own() (version string, err error) {
	others, err := os.ReadDir(string(f))
	if err != nil {
		return "", fmt.Errorf("cannot read %s: %w", safe.Text(string(f)), wholefile.Cause(err))
	}
	for _, o := range others {
		known := slices.ContainsFunc(tables, func(t *table) bool { return t.name == o.Name() }) && o.IsDir()
		if files, _ := filepath.Glob(f.path(o.Name(), "snapshot_date=*", "*.parquet")); known && len(files) > 0 {
			first := versionOf(files[0])
			version, known = cmp.Or(version, first), first != ""
		}
		if !known && o.Name() != readmeFile && !strings.HasPrefix(o.Name(), ".") {
			return "", f.foreign(o.Name())
		}
	}
	if version == "" && slices.ContainsFunc(others, func(o fs.DirEntry) bool { return o.Name() == readmeFile }) {
		return "", f.foreign(readmeFile)
	}
	return version, nil
}

func (f folder) foreign(file string) error {
	return fmt.Errorf("%s holds other files (%s) and no tables of this program: choose a new or an empty folder", safe.Text(string(f)), safe.Text(file))
}

// versionOf is the version of the tables in the metadata of a file; empty where it
// is none of this program.
func versionOf(path string) string {
	file, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return ""
	}
	table, err := parquet.OpenFile(file, info.Size(), parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return ""
	}
	version, _ := table.Lookup(versionKey)
	return version
}

// mark is the first line of schema.sql; empty where there is none.
func (f folder) mark() (string, error) {
	file, err := os.Open(f.path(schemaFile))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Scan()
	return lines.Text(), lines.Err()
}

func (f folder) path(parts ...string) string {
	return filepath.Join(append([]string{string(f)}, parts...)...)
}

// partition is the folder of the files of a table of one day.
func (f folder) partition(t *table, date string) string {
	return f.path(t.name, "snapshot_date="+date)
}

// fileOf is the file of a table of a run.
func (f folder) fileOf(t *table, r *run) string {
	return filepath.Join(f.partition(t, r.date()), r.id+".parquet")
}

// vacant says that a run is there already: whether it may be replaced is the user's.
func (f folder) vacant(r *run) error {
	_, err := os.Lstat(f.fileOf(tables[0], r))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("cannot write to %s: %w", safe.Text(string(f)), wholefile.Cause(err))
	}
	return fmt.Errorf("%s holds the run %s already: --force replaces it", safe.Text(string(f)), r.id)
}

// written is what a run came to.
type written struct {
	rows, bytes int64
	cutOff      []string // other runs of which some files are there, and no row in run
}

// write writes the tables of a run: all of them, or none.
func (f folder) write(ctx context.Context, r *run, chosen []*table, force bool, said func(table string)) (sum written, err error) {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return sum, fmt.Errorf("cannot write to %s: %w", safe.Text(string(f)), wholefile.Cause(err))
	}
	defer func() {
		if err != nil {
			os.Remove(string(f)) // if it is empty: then it is new, or was empty before
		}
	}()
	if err := f.vacant(r); err != nil && !force { // before an hour's work
		return sum, err
	}
	hidden, err := wholefile.CreateFolder(string(f))
	if err != nil {
		return sum, err
	}
	defer hidden.Discard()
	r.pages = &pageFiles{in: hidden}
	for _, t := range chosen {
		said(t.name)
		one, err := f.fill(ctx, hidden, r, t)
		if err != nil {
			return sum, fmt.Errorf("the table %s: %w; nothing was added to %s", t.name, err, safe.Text(string(f)))
		}
		sum.rows, sum.bytes = sum.rows+one.rows, sum.bytes+one.bytes
	}
	said("")
	// Two exports write one schema.sql, which says what is in the folder.
	guard, err := wholefile.Lock(ctx, f.path(".mbxperm"))
	if err != nil {
		return sum, err
	}
	defer guard.Unlock()
	if err := f.place(ctx, hidden, r, chosen, force); err != nil {
		return sum, err
	}
	sum.cutOff = f.cutOff() // under the guard: none of them is being moved
	return sum, nil
}

// cutOff are the runs of which a process that was killed moved some files and not
// the last, that of the table run. The views show none of it.
func (f folder) cutOff() (out []string) {
	for _, t := range tables[1:] {
		files, _ := filepath.Glob(f.path(t.name, "snapshot_date=*", "*.parquet"))
		for _, file := range files {
			id := strings.TrimSuffix(filepath.Base(file), ".parquet")
			_, err := os.Lstat(f.path(runTable, filepath.Base(filepath.Dir(file)), filepath.Base(file)))
			if errors.Is(err, fs.ErrNotExist) && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// fill writes one table into the hidden folder, onto the disk.
func (f folder) fill(ctx context.Context, hidden *wholefile.Folder, r *run, t *table) (one written, err error) {
	file, err := hidden.Create(t.name)
	if err != nil {
		return one, err
	}
	defer file.Close()
	if one.rows, err = t.write(ctx, r, file); err != nil {
		return one, wholefile.Cause(err)
	}
	if err = file.Sync(); err == nil {
		var info os.FileInfo
		if info, err = file.Stat(); err == nil {
			one.bytes = info.Size()
			err = file.Close()
		}
	}
	if err != nil {
		return one, wholefile.Cause(err)
	}
	return one, nil
}

// place gives the files of a run their places, run last: before that no view shows
// any row of it. Where that fails what was new is taken away again.
func (f folder) place(ctx context.Context, hidden *wholefile.Folder, r *run, chosen []*table, force bool) (err error) {
	gone := f.vacant(r)
	if gone != nil && !force { // somebody came first
		return gone
	}
	// What is there without its run was cut off, and nobody sees it.
	if err := f.describe(ctx, chosen); err != nil {
		return err
	}
	var fresh []string
	defer func() {
		for i := len(fresh) - 1; err != nil && i >= 0; i-- {
			os.Remove(fresh[i]) // of folders those that are empty
		}
	}()
	for _, t := range append(chosen[1:len(chosen):len(chosen)], chosen[0]) {
		for _, dir := range []string{f.path(t.name), f.partition(t, r.date())} {
			switch err := os.Mkdir(dir, 0o700); {
			case err == nil:
				fresh = append(fresh, dir)
			case !errors.Is(err, fs.ErrExist):
				return fmt.Errorf("cannot write to %s: %w", safe.Text(dir), wholefile.Cause(err))
			}
		}
		to := f.fileOf(t, r)
		_, there := os.Lstat(to)
		if err := hidden.Move(t.name, to, true); err != nil {
			return err
		}
		if there != nil {
			fresh = append(fresh, to)
		}
	}
	return nil
}

// describe writes schema.sql and README.md for the tables that are there and those
// that come.
func (f folder) describe(ctx context.Context, chosen []*table) error {
	var all []*table
	for _, t := range tables {
		files, _ := filepath.Glob(f.path(t.name, "*", "*.parquet"))
		if len(files) > 0 || slices.Contains(chosen, t) {
			all = append(all, t)
		}
	}
	for name, text := range map[string]string{schemaFile: schemaSQL(all), readmeFile: readme()} {
		if old, err := os.ReadFile(f.path(name)); err == nil && string(old) == text {
			continue
		}
		w, err := wholefile.Create(ctx, f.path(name), true)
		if err != nil {
			return err
		}
		defer w.Discard()
		if _, err := w.Write([]byte(text)); err != nil {
			return err
		}
		if err := w.Keep(); err != nil {
			return err
		}
	}
	return nil
}
