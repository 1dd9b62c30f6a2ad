package ldif

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"mbxperm/collector"
)

// parser makes events of lines, in a goroutine of its own.
type parser struct {
	in        *lines
	recording bool
	out       chan *batch
	free      chan *batch
	b         *batch
	names     map[string]*name // by their spelling in the file
	slots     map[string]*slot // by the folded name without options
	order     []*name          // of the entry before, as far as the one in hand agrees, and then of that
	turn      int              // how many of order the entry in hand has had
	number    int              // of the entry in hand, for slots
	size      int              // of the entry in hand
	pieces    []piece
	attr      *collector.Attribute // in hand
	spelled   *name                // of attr

	query    collector.QueryID // that the next entry belongs to
	checked  int               // line of the last check line
	kept     int               // entries before it
	done     bool              // the last line of the recording was seen
	entries  int
	searches int
	missed   int

	left   leftOut
	answer error               // why an export was not read to its end
	added  map[uint64]struct{} // hashes of the DNs of change records that add entries
}

func newParser(in *lines, recording bool) *parser {
	return &parser{in: in, recording: recording, out: make(chan *batch, 2), free: make(chan *batch, 4),
		names: map[string]*name{}, slots: map[string]*slot{}, b: &batch{}}
}

// run parses until the end of the file, an error, or ctx. The last batch says
// which. Events that may not be used are not in it.
func (p *parser) run(ctx context.Context) {
	defer close(p.out)
	for {
		err := collector.Safely("reading the file", p.step)
		if err == nil && (p.recording || p.b.text < batchText) {
			continue
		}
		switch {
		case err == errChecked:
			err = nil
		case err != nil:
			p.b.end = p.ending(err)
		}
		select {
		case p.out <- p.b:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
		select {
		case p.b = <-p.free:
		default:
			p.b = &batch{}
		}
		p.b.reset()
	}
}

var (
	errSum     = errors.New("its SHA-256 is another one")
	errNoCheck = errors.New("there is no check line where one must be")
	errNoHead  = errors.New("it is a recording, but its first line is missing or damaged, so that nothing of it can be checked: copy it again, or record anew")
	errNoEntry = errors.New("it is LDIF without any entry: did the search that was exported find nothing?")
)

// mostUnchecked is how much text may stand before a check line; an entry that
// is larger has one right after it. We write one after 64 KiB.
const mostUnchecked = 16 << 20

// errChecked says that the events so far are what was recorded.
var errChecked = errors.New("checked")

// ending words why there is nothing after this batch, and drops what must not
// be used of it.
func (p *parser) ending(err error) error {
	cut := errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF
	switch {
	case !p.recording && err == io.EOF && p.answer != nil:
		return p.left.and(p.answer)
	case !p.recording && err == io.EOF && p.left.n > 0:
		return p.left.error()
	case !p.recording && err == io.EOF && p.entries == 0:
		return errNoEntry
	case err == io.EOF && (!p.recording || p.done):
		return io.EOF
	case !p.recording && cut:
		return p.left.and(fmt.Errorf("the file is cut after line %d: copy or export it again", p.in.read))
	case !p.recording:
		return p.left.and(err)
	}
	p.b.events = p.b.events[:0]
	const remedy = "; copy it again, or record anew"
	if cut {
		return fmt.Errorf("the recording is cut in or after line %d: its first %d entries were used, the rest is missing"+remedy, p.in.read, p.kept)
	}
	return fmt.Errorf("the recording was damaged or altered between line %d and line %d, and nothing from there on was used: %w"+remedy,
		p.checked+1, p.in.read, err)
}

// step reads one record or one line outside of records. What cannot be read of
// a file from elsewhere is left out, and the next record is read.
func (p *parser) step() error {
	err := p.record()
	if err == nil || p.recording || !isLine(err) {
		return err
	}
	p.left.add(err)
	return p.skip()
}

// record reads one record or one line outside of records.
func (p *parser) record() error {
	line, err := p.next()
	if err != nil {
		return err
	}
	if len(line) == 0 {
		return nil
	}
	rest, ok := bytes.CutPrefix(line, []byte(mark))
	switch {
	case p.recording && p.b.text > mostUnchecked+len(line) && !isCheck(rest):
		return errNoCheck
	case p.recording && ok:
		return p.comment(string(rest))
	case line[0] == '#':
		return nil
	case p.done:
		return p.bad("there is something after the end of the recording")
	}
	key, value, err := p.split(line)
	if err != nil {
		return err
	}
	switch {
	case isWord(key, "dn"):
		return p.entry(string(value))
	case isWord(key, "version"):
		if string(value) != "1" {
			return fmt.Errorf("line %d: LDIF version %q: there is only version 1 (RFC 2849)", p.in.number, clip(value))
		}
		return nil
	case !p.recording && (isWord(key, "search") || isWord(key, "ref")):
		return p.result()
	}
	return p.bad("a record begins with dn:, and here is %q", clip(line))
}

// skip passes over the rest of a record that cannot be read.
func (p *parser) skip() error {
	for {
		line, err := p.next()
		if err != nil || len(line) == 0 {
			return err
		}
		if beginsAnother(line) {
			p.unread(line)
			return nil
		}
	}
}

// beginsAnother reports whether a line can be no other than the first of a
// record, or of what ldapsearch writes at the end. Where it stands among
// attributes, the empty line before it was lost.
func beginsAnother(line []byte) bool {
	switch line[0] | 0x20 {
	case 'd':
		return hasWord(line, "dn:")
	case 's':
		return hasWord(line, "search:")
	}
	return false
}

// hasWord reports whether a line begins with a word that is given in lower
// case.
func hasWord(line []byte, word string) bool {
	return len(line) >= len(word) && isWord(line[:len(word)], word)
}

// isCheck reports whether a line of a recording, after its mark, holds a sum.
func isCheck(rest []byte) bool {
	return bytes.HasPrefix(rest, []byte("check ")) || bytes.HasPrefix(rest, []byte("done "))
}

// next returns a line and counts it. A line of blanks alone is an empty one.
func (p *parser) next() ([]byte, error) {
	line, err := p.in.next()
	if err != nil {
		return nil, err
	}
	p.b.text += len(line) + 1
	switch {
	case p.recording && p.in.open:
		return nil, io.EOF
	case p.recording && p.in.read > p.in.number:
		return nil, p.bad("a folded line, which no recording has")
	case p.recording || len(line) == 0:
		return line, nil
	case line[0] == '#' && isOurs(line):
		return nil, fmt.Errorf("line %d: %w", p.in.number, errNoHead)
	case (line[0] == ' ' || line[0] == '\t') && isBlank(line):
		return line[:0], nil
	}
	return line, nil
}

// unread makes next return the line again.
func (p *parser) unread(line []byte) {
	p.b.text -= len(line) + 1
	p.in.unread()
}

// isOurs reports whether a comment is one of a recording, as far as that can be
// told where the recording may be damaged.
func isOurs(line []byte) bool {
	return bytes.HasPrefix(line, []byte(mark[:len(mark)-1]))
}

// lineError says what is wrong with a line.
type lineError struct{ error }

// Unwrap returns what is wrong.
func (e *lineError) Unwrap() error { return e.error }

func isLine(err error) bool {
	var bad *lineError
	return errors.As(err, &bad)
}

func (p *parser) bad(format string, args ...any) error {
	return &lineError{fmt.Errorf("line %d: "+format, append([]any{p.in.number}, args...)...)}
}

// leftOut is what of a file could not be read and was passed over.
type leftOut struct {
	n     int
	first []string
}

// mostLeftOut is how many are told apart.
const mostLeftOut = 3

func (l *leftOut) add(err error) {
	if l.n++; len(l.first) < mostLeftOut {
		l.first = append(l.first, err.Error())
	}
}

func (l *leftOut) error() error {
	text := strings.Join(l.first, "; ")
	switch more := l.n - len(l.first); {
	case l.n == 1:
		return fmt.Errorf("%s; this record was left out", text)
	case more > 0:
		return fmt.Errorf("%d records were left out: %s; and %d more", l.n, text, more)
	}
	return fmt.Errorf("%d records were left out: %s", l.n, text)
}

// and says beside another error what was left out.
func (l *leftOut) and(err error) error {
	if l.n == 0 {
		return err
	}
	return fmt.Errorf("%w; before that %w", err, l.error())
}

// clip keeps what a message quotes of a file short.
func clip(b []byte) string {
	const most = 40
	if len(b) <= most {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return strings.ToValidUTF8(string(b[:most]), "") + "…"
}

// entry reads the record of a DN up to the empty line after it.
func (p *parser) entry(dn string) error {
	if !utf8.ValidString(dn) && !p.recording {
		return p.bad("the DN is not UTF-8")
	}
	ev := p.b.add(kindEntry)
	e := &ev.entry
	e.DN, e.Query = dn, p.query
	p.number++
	p.turn = 0
	p.forget()
	p.size, p.attr, p.spelled, p.pieces = len(dn), nil, nil, p.pieces[:0]
	err := p.lines(e)
	end := err == nil || err == io.EOF && !p.recording
	if end && !p.recording {
		p.finish(e)
		if bad := p.several(e); bad != nil {
			p.left.add(bad)
			p.b.events = p.b.events[:len(p.b.events)-1]
			return err
		}
	}
	if end {
		for i := range e.Attributes {
			if a := &e.Attributes[i]; len(a.Values) == 0 {
				a.Values = nil // as from a source that has none
			}
		}
		p.entries++
		return err
	}
	p.b.events = p.b.events[:len(p.b.events)-1] // a record that is not whole is none
	if !p.recording && isLine(err) {
		return &lineError{fmt.Errorf("%w (in the record of %q)", err, clip([]byte(dn)))}
	}
	return err
}

// lines reads the lines of a record after its DN.
func (p *parser) lines(e *collector.Entry) error {
	for {
		line, err := p.next()
		if err != nil || len(line) == 0 {
			return err
		}
		if line[0] == '#' {
			if p.recording && bytes.HasPrefix(line, []byte(mark)) {
				if err := p.inside(e, string(line[len(mark):])); err != nil {
					return err
				}
			}
			continue
		}
		if !p.recording && beginsAnother(line) {
			p.unread(line)
			return nil
		}
		key, value, err := p.split(line)
		if err != nil {
			return err
		}
		if err := p.hold(e, len(value)+perValue); err != nil {
			return err
		}
		if len(e.Attributes) == 0 && !p.recording {
			switch is, err := p.change(e, key, value); {
			case err != nil || is == modification:
				return err
			case is == noAttribute:
				continue
			}
		}
		p.add(e, key, value)
	}
}

// hold counts what an entry takes.
func (p *parser) hold(e *collector.Entry, n int) error {
	if p.size += n; p.size > maxRecord {
		return fmt.Errorf("line %d: the entry %q is larger than %d MiB", p.in.number, clip([]byte(e.DN)), maxRecord>>20)
	}
	return nil
}

// result reads what ldapsearch without -L writes after the entries. Another
// result than 0 means that the export is not whole.
func (p *parser) result() error {
	for {
		line, err := p.next()
		if err != nil || len(line) == 0 {
			return err
		}
		if line[0] == '#' {
			continue
		}
		if beginsAnother(line) {
			p.unread(line)
			return nil
		}
		key, value, err := p.split(line)
		if err != nil {
			return err
		}
		if isWord(key, "result") && !bytes.HasPrefix(value, []byte("0 ")) && string(value) != "0" {
			p.answer = fmt.Errorf("line %d: the export was not read to its end: the server answered %q", p.in.number, clip(value))
		}
	}
}

// split takes a line apart into attribute and value (RFC 2849: attrval-spec).
// The value lies in the batch.
func (p *parser) split(line []byte) (key, value []byte, err error) {
	i := bytes.IndexByte(line, ':')
	if i <= 0 {
		return nil, nil, p.bad("no attribute and value: %q", clip(line))
	}
	key, value = line[:i], line[i+1:]
	if len(key) > maxName {
		return nil, nil, p.bad("the attribute %q has a name of %d bytes", clip(key), len(key))
	}
	if len(value) > 0 && value[0] == '<' {
		return nil, nil, p.bad("%s is given by a URL, and URLs in files are never read: write the value itself", clip(key))
	}
	if len(value) > 0 && value[0] == ':' {
		value = bytes.Trim(value[1:], " ")
		out := p.b.grab(base64.StdEncoding.DecodedLen(len(value)))
		n, err := base64.StdEncoding.Decode(out, value)
		if err != nil {
			return nil, nil, p.bad("the base64 of %s is cut or damaged at its byte %d", clip(key), n/3*4)
		}
		value = out[:n:n]
	} else {
		value = bytes.TrimLeft(value, " ")
		out := p.b.grab(len(value))
		copy(out, value)
		value = out
	}
	if len(value) > maxValue {
		return nil, nil, p.bad("the value of %s is larger than %d MiB", clip(key), maxValue>>20)
	}
	return key, value, nil
}

// isWord compares a key of LDIF with its name in lower case.
func isWord(key []byte, name string) bool {
	return len(key) == len(name) && bytes.EqualFold(key, []byte(name))
}
