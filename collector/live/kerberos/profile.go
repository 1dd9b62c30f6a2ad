package kerberos

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"mbxperm/model/textfile"
)

// section is a section of krb5.conf: relations and further sections by name
// (krb5.conf(5), "Structure"). A relation that stands more than once has a list
// of values; the first counts where one is wanted.
type section struct {
	values map[string][]string
	inside map[string]*section
	final  map[string]bool // names that later files must not add to: marked with *
}

func newSection() *section {
	return &section{values: map[string][]string{}, inside: map[string]*section{}, final: map[string]bool{}}
}

// below returns the section of that name, and makes it where there is none.
func (s *section) below(name string) *section {
	if s.inside[name] == nil {
		s.inside[name] = newSection()
	}
	return s.inside[name]
}

// at returns the section of that name, an empty one where there is none.
func (s *section) at(name string) *section {
	if found := s.inside[name]; found != nil {
		return found
	}
	return newSection()
}

// first is the value of a relation that should have one; "" where there is
// none.
func (s *section) first(name string) string {
	if v := s.values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// add adds what a later file says. The values of the earlier one go first.
func (s *section) add(later *section) {
	for name, values := range later.values {
		if !s.final[name] {
			s.values[name] = append(s.values[name], values...)
		}
	}
	for name, sub := range later.inside {
		if !s.final[name] {
			s.below(name).add(sub)
		}
	}
	for name := range later.final {
		s.final[name] = true
	}
}

// profile reads the files of one configuration. It follows libprofile of MIT
// Kerberos, but where that gives up on the first mistake, so that no program
// gets a ticket any more, it passes over the line and keeps a warning.
type profile struct {
	warnings []string
	open     []string // files that include one another
}

const (
	deepestInclude = 10
	mostWarnings   = 100
)

func (p *profile) warn(format string, args ...any) {
	if len(p.warnings) < mostWarnings {
		p.warnings = append(p.warnings, fmt.Sprintf(format, args...))
	}
}

// load reads files and folders in their order. read is how many of them could
// be read.
func (p *profile) load(names []string) (root *section, read int) {
	root = newSection()
	for _, name := range names {
		one := newSection()
		err := p.file(one, name)
		if info, statErr := os.Stat(name); statErr == nil && info.IsDir() {
			err = p.folder(one, name)
		}
		if err != nil {
			p.warn("%s is passed over: %v", name, cause(err))
			continue
		}
		read++
		root.add(one)
	}
	return root, read
}

// file reads one file into a section.
func (p *profile) file(root *section, name string) error {
	if slices.Contains(p.open, name) || len(p.open) >= deepestInclude {
		return fmt.Errorf("it is included by itself, or more than %d files deep", deepestInclude)
	}
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	text, err := textfile.Decode(b)
	if err == textfile.ErrEncoding {
		text, err = string(b), nil // somebody's comment in a code page
	}
	if err != nil {
		return err
	}
	p.open = append(p.open, name)
	defer func() { p.open = p.open[:len(p.open)-1] }()
	f := &profileFile{profile: p, root: root, name: name}
	for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)) {
		f.number++
		f.line(strings.TrimSpace(line))
	}
	f.noBrace()
	if len(f.within) > 1 {
		f.warn("a brace is not closed at the end of the file")
	}
	return nil
}

// inFolder is which files of an includedir count.
var inFolder = regexp.MustCompile(`^([A-Za-z0-9_-]+|[^.].*\.conf)$`)

// folder reads the files of a folder, in the order of their names.
func (p *profile) folder(root *section, name string) error {
	entries, err := os.ReadDir(name)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() || !inFolder.MatchString(e.Name()) {
			continue
		}
		file := filepath.Join(name, e.Name())
		if err := p.file(root, file); err != nil {
			p.warn("%s is passed over: %v", file, cause(err))
		}
	}
	return nil
}

// profileFile is one file while it is read.
type profileFile struct {
	*profile
	root   *section
	name   string
	number int        // of the line
	within []*section // the section, and those in braces inside it
	wants  string     // a relation without a value, whose brace is on the next line
}

func (f *profileFile) warn(format string, args ...any) {
	f.profile.warn("%s, line %d: %s", f.name, f.number, fmt.Sprintf(format, args...))
}

// line reads one line, without the blanks around it.
func (f *profileFile) line(line string) {
	word, rest, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case line == "" || line[0] == '#' || line[0] == ';':
	case f.wants != "" && strings.Trim(line, "{ \t") == "" && line[0] == '{':
		f.enter(f.wants)
		f.wants = ""
	case word == "include" && rest != "" && rest[0] != '=':
		f.include(rest, f.file)
	case word == "includedir" && rest != "" && rest[0] != '=':
		f.include(rest, f.folder)
	case word == "module" && len(f.within) == 0:
		f.warn("the module %s cannot be used here", rest)
	case line[0] == '[':
		f.section(line)
	case len(f.within) == 0: // before the first section anything is a comment
	case line[0] == '}':
		f.noBrace()
		if len(f.within) == 1 {
			f.warn("a brace is closed that was not opened")
			return
		}
		f.within = f.within[:len(f.within)-1]
	default:
		f.noBrace()
		f.relation(line)
	}
}

// include reads another file or folder. It begins with a section of its own,
// and this file goes on in the section that it was in.
func (f *profileFile) include(name string, read func(*section, string) error) {
	if err := read(f.root, name); err != nil {
		f.warn("%s is passed over: %v", name, cause(err))
	}
}

// section begins one: [name], or [name]* where later files must not add to it.
func (f *profileFile) section(line string) {
	f.noBrace()
	name, after, ok := strings.Cut(line[1:], "]")
	if after = strings.TrimSpace(after); !ok || after != "" && after != "*" {
		f.warn("%q is no section", line)
		if !ok {
			return
		}
	}
	if len(f.within) > 1 {
		f.warn("section %s begins before the braces are closed", name)
	}
	f.within = []*section{f.root.below(name)}
	if after == "*" {
		f.root.final[name] = true
	}
}

// relation reads name = value, or name = { with what follows in braces.
func (f *profileFile) relation(line string) {
	name, value, ok := strings.Cut(line, "=")
	name = strings.TrimSpace(name)
	bare, star := strings.CutSuffix(name, "*")
	if !ok || bare == "" || strings.ContainsAny(bare, " \t") {
		f.warn("%q is no relation", line)
		return
	}
	here := f.within[len(f.within)-1]
	if star {
		here.final[bare] = true
	}
	switch value = strings.TrimSpace(value); {
	case value == "":
		f.wants = bare
	case value == "{":
		f.enter(bare)
	case value[0] == '"':
		here.values[bare] = append(here.values[bare], unquote(value[1:]))
	default:
		if value[0] == '{' {
			f.warn("what follows a brace belongs on the next line")
		}
		here.values[bare] = append(here.values[bare], value)
	}
}

// enter goes into a section in braces.
func (f *profileFile) enter(name string) {
	f.within = append(f.within, f.within[len(f.within)-1].below(name))
}

// noBrace ends the wait for a brace: the relation had no value.
func (f *profileFile) noBrace() {
	if f.wants == "" {
		return
	}
	f.warn("%s has no value", f.wants)
	f.wants = ""
}

// unquote reads a value up to the quote at its end.
func unquote(s string) string {
	var b strings.Builder
	for i := 0; i < len(s) && s[i] != '"'; i++ {
		c := s[i]
		if c == '\\' && i+1 < len(s) {
			i++
			switch c = s[i]; c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			case 'b':
				c = '\b'
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}

// cause is an error of a file without the name of the file.
func cause(err error) error {
	if p, ok := err.(*fs.PathError); ok {
		return p.Err
	}
	return err
}
