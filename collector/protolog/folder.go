package protolog

import (
	"archive/zip"
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// Folder is where logs lie: what --logs names.
type Folder struct {
	Server string // whose logs these are; empty where the folders say it
	Path   string
}

// ParseFolder reads [SERVER=]DIR. A folder whose own name holds an equals sign
// is one.
func ParseFolder(text string) Folder {
	server, path, ok := strings.Cut(text, "=")
	if _, err := os.Stat(text); err == nil || !ok || server == "" || strings.ContainsAny(server, `/\:`) {
		return Folder{Path: text}
	}
	return Folder{server, path}
}

// series are the files of one stream of one server, in the order in which they
// were written.
type series struct {
	server string
	stream Stream
	files  []*file
	twice  int      // files that were there once more
	rivals []string // files with the name of another that say something else
	stale  int      // files that are older than what was asked for
}

type seriesKey struct {
	server string // in lower case
	stream Stream
}

// find are the files of some folders.
type find struct {
	since  time.Time // what is older need not be opened; zero for everything
	series map[seriesKey]*series
	errs   []error
	others int // files that are no logs of these streams
	logs   int // files of this folder that are
}

// findLogs looks for the logs in the folders. What could not be looked at is
// said in errs, a sentence each; the rest is there.
func findLogs(folders []Folder, since time.Time) (all []*series, errs []error) {
	f := &find{since: since, series: map[seriesKey]*series{}}
	for _, folder := range folders {
		f.folder(folder)
	}
	for _, s := range f.series {
		s.order()
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b *series) int {
		return cmp.Or(cmp.Compare(a.stream, b.stream), strings.Compare(strings.ToLower(a.server), strings.ToLower(b.server)))
	})
	return all, f.errs
}

func (f *find) folder(folder Folder) {
	f.logs, f.others = 0, 0
	info, err := os.Stat(folder.Path)
	switch {
	case err != nil:
		f.errs = append(f.errs, fmt.Errorf("cannot read the logs in %s: %w", folder.Path, reason(err)))
		return
	case !info.IsDir():
		f.look(folder, folder.Path, info)
	default:
		f.walk(folder)
	}
	if f.logs == 0 {
		what := "it is empty"
		if f.others > 0 {
			what = fmt.Sprintf("none of its %d files is one", f.others)
		}
		f.errs = append(f.errs, fmt.Errorf("there are no POP3, IMAP4 or SMTP receive logs in %s: %s", folder.Path, what))
	}
}

func (f *find) walk(folder Folder) {
	unread := 0
	var first error
	filepath.WalkDir(folder.Path, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if unread++; first == nil {
				first = fmt.Errorf("%s: %w", path, reason(err))
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			f.look(folder, path, info)
		}
		return nil
	})
	if unread > 0 {
		f.errs = append(f.errs, fmt.Errorf("cannot look into %d folders in %s, the first is %w", unread, folder.Path, first))
	}
}

// look takes a file, if it is a log or an archive with logs.
func (f *find) look(folder Folder, path string, info fs.FileInfo) {
	if hasSuffixFold(path, ".zip") {
		f.archive(folder, path)
		return
	}
	base := filepath.Base(path)
	one := &file{path: path, disk: path, size: info.Size()}
	if hasSuffixFold(base, ".gz") {
		one.packed, base = true, base[:len(base)-3]
	}
	one.base = strings.ToLower(base)
	f.take(folder, one, path, info.ModTime())
}

func (f *find) archive(folder Folder, path string) {
	z, err := zip.OpenReader(path)
	if err != nil {
		f.errs = append(f.errs, fmt.Errorf("cannot read %s: %w", path, reason(err)))
		return
	}
	defer z.Close()
	for _, m := range z.File {
		if m.FileInfo().IsDir() {
			continue
		}
		base := filepath.Base(filepath.FromSlash(m.Name))
		one := &file{path: path + ":" + m.Name, disk: path, member: m.Name, size: int64(m.UncompressedSize64)}
		if hasSuffixFold(base, ".gz") {
			one.packed, base = true, base[:len(base)-3]
		}
		one.base = strings.ToLower(base)
		f.take(folder, one, path+"/"+m.Name, m.Modified)
	}
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// headSize is how much of a file is looked at to know what it is.
const headSize = 4096

// take puts a file into its series.
func (f *find) take(folder Folder, one *file, path string, changed time.Time) {
	if !strings.HasSuffix(one.base, ".log") {
		f.others++
		return
	}
	one.name = parseName(one.base)
	stream, server := one.name.stream, folder.Server
	if server == "" {
		server = serverOf(path)
	}
	var head []byte
	if stream == NoStream || stream == SMTP && server == "" {
		// Why a head does not come, whoever reads the whole file meets again.
		if head, _ = one.head(headSize); stream == NoStream {
			if stream = logType(head); strings.Contains(one.base, "be") && (stream == POP3 || stream == IMAP4) {
				stream += POP3BackEnd - POP3
			}
		}
	}
	if stream == NoStream {
		f.others++
		return
	}
	f.logs++
	if stream == SMTP {
		if server == "" {
			server, _ = connectorServer(head)
		}
		stream = smtpSide(path)
	}
	s := f.of(server, stream)
	if !f.since.IsZero() && changed.Before(f.since) && !one.name.to.IsZero() && one.name.to.Before(f.since) {
		s.stale++
		return
	}
	s.files = append(s.files, one)
}

func (f *find) of(server string, stream Stream) *series {
	key := seriesKey{strings.ToLower(server), stream}
	if f.series[key] == nil {
		f.series[key] = &series{server: server, stream: stream}
	}
	return f.series[key]
}

// smtpSide says which half of a server wrote an SMTP log, by its folders.
func smtpSide(path string) Stream {
	for _, part := range parts(path) {
		switch strings.ToLower(part) {
		case "frontend":
			return SMTPFrontEnd
		case "hub":
			return SMTPHub
		}
	}
	return SMTP
}

func parts(path string) []string {
	return strings.FieldsFunc(path, func(c rune) bool { return c == '/' || c == '\\' })
}

// serverOf says by its path whose log a file is: the folder above Logging or
// TransportRoles, without those of an installation, else the host of a UNC
// path. Empty where the path does not say it.
func serverOf(path string) string {
	names := parts(path)
	at := slices.IndexFunc(names, func(p string) bool { return strings.EqualFold(p, "Logging") || strings.EqualFold(p, "TransportRoles") })
	unc := strings.HasPrefix(path, `\\`) || strings.HasPrefix(path, "//")
	local := false
	for i := at - 1; i >= 0; i-- {
		if unc && i == 0 {
			break
		}
		if isDrive(names[i]) {
			local = true
		} else if !installed(names[i]) {
			return names[i]
		}
	}
	switch {
	case unc && len(names) > 0:
		return names[0]
	case local && runtime.GOOS == "windows":
		host, _ := os.Hostname()
		return host
	}
	return ""
}

// isDrive reports whether a part of a path is a drive, as such or as a share.
func isDrive(part string) bool { return len(part) == 2 && (part[1] == ':' || part[1] == '$') }

// installed reports whether a folder is one of those that Exchange is installed in.
func installed(part string) bool {
	switch p := strings.ToLower(part); p {
	case "exchange server", "exchangeserver", "exchange", "microsoft", "program files", "program files (x86)", "..", ".":
		return true
	default:
		return len(p) > 1 && p[0] == 'v' && strings.Trim(p[1:], "0123456789") == ""
	}
}

// connectorServer is the server in the name of the first connector of an SMTP log.
func connectorServer(head []byte) (server string, ok bool) {
	for line := range bytes.Lines(head) {
		if line[0] == '#' || isNames(line) {
			continue
		}
		if columns := bytes.SplitN(line, []byte{','}, 3); len(columns) == 3 {
			server, _, ok := bytes.Cut(bytes.Trim(columns[1], `"`), []byte{'\\'})
			return string(server), ok
		}
	}
	return "", false
}

// order puts the files into the order in which they were written, and takes each
// once: the same log can lie there plain and packed, or in two folders.
func (s *series) order() {
	slices.SortStableFunc(s.files, func(a, b *file) int {
		return cmp.Or(a.name.from.Compare(b.name.from), cmp.Compare(a.name.number, b.name.number), strings.Compare(a.base, b.base),
			cmp.Compare(packing(a), packing(b)), cmp.Compare(b.size, a.size), strings.Compare(a.path, b.path))
	})
	kept := s.files[:0]
	for from := 0; from < len(s.files); {
		to := from + 1
		for to < len(s.files) && s.files[to].base == s.files[from].base {
			to++
		}
		kept = append(kept, s.once(s.files[from:to])...)
		from = to
	}
	s.files = kept
}

// packing orders what is read more easily first.
func packing(f *file) int {
	switch {
	case f.member != "":
		return 2
	case f.packed:
		return 1
	}
	return 0
}

// once leaves out of files of one name those that begin as one before them does:
// their heads name a time in milliseconds, and then a server's addresses.
func (s *series) once(files []*file) []*file {
	if len(files) == 1 {
		return files
	}
	var kept []*file
	var heads [][]byte
	for _, f := range files {
		head, err := f.head(headSize)
		same := err == nil && slices.ContainsFunc(heads, func(h []byte) bool {
			n := min(len(h), len(head))
			return n > 0 && bytes.Equal(h[:n], head[:n])
		})
		if same {
			s.twice++
			continue
		}
		if err == nil {
			if len(heads) > 0 {
				s.rivals = append(s.rivals, f.path)
			}
			heads = append(heads, head)
		}
		kept = append(kept, f)
	}
	return kept
}
