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
	record    int              // number of the entry in hand, for slots
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
	errNoEntry = errors.New("it is LDIF without any entry: did the search that was exported find nothing?")
)

// mostUnchecked is how much text may stand before a check line; an entry that
// is larger has one right after it. We write one after 64 KiB.
const mostUnchecked = 16 << 20

// errChecked says that the events so far are what was recorded.
var errChecked = errors.New("checked")

// ending words why there is nothing after this batch, and drops what must not be
// used of it.
func (p *parser) ending(err error) error {
	whole := err == io.EOF && (!p.recording || p.done)
	cut := errors.Is(err, io.ErrUnexpectedEOF) || err == io.EOF
	switch {
	case whole && p.entries == 0 && !p.recording:
		return errNoEntry
	case whole:
		return io.EOF
	case !p.recording && cut:
		return fmt.Errorf("the file is cut after line %d: copy or export it again", p.in.read)
	case !p.recording:
		return err
	}
	p.b.events = p.b.events[:0]
	const remedy = "; copy it again, or record anew"
	if cut {
		return fmt.Errorf("the recording is cut in or after line %d: its first %d entries were used, the rest is missing"+remedy, p.in.read, p.kept)
	}
	return fmt.Errorf("the recording was damaged or altered between line %d and line %d, and nothing from there on was used: %w"+remedy,
		p.checked+1, p.in.read, err)
}

// step reads one record or one line outside of records.
func (p *parser) step() error {
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
			return p.bad("LDIF version %q: there is only version 1 (RFC 2849)", clip(value))
		}
		return nil
	case !p.recording && (isWord(key, "search") || isWord(key, "ref")):
		return p.result()
	}
	return p.bad("a record begins with dn:, and here is %q", clip(line))
}

// isCheck reports whether a line of a recording, after its mark, holds a sum.
func isCheck(rest []byte) bool {
	return bytes.HasPrefix(rest, []byte("check ")) || bytes.HasPrefix(rest, []byte("done "))
}

// next returns a line and counts it.
func (p *parser) next() ([]byte, error) {
	line, err := p.in.next()
	if err != nil {
		return nil, err
	}
	p.b.text += len(line) + 1
	if p.recording && (p.in.open || p.in.read > p.in.number) {
		if p.in.open {
			return nil, io.EOF
		}
		return nil, p.bad("a folded line, which no recording has")
	}
	return line, nil
}

func (p *parser) bad(format string, args ...any) error {
	return fmt.Errorf("line %d: "+format, append([]any{p.in.number}, args...)...)
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
	p.record++
	p.turn = 0
	p.forget()
	p.size, p.attr, p.spelled, p.pieces = len(dn), nil, nil, p.pieces[:0]
	err := p.lines(e)
	if err == nil || err == io.EOF && !p.recording {
		p.finish(e)
		for i := range e.Attributes {
			if a := &e.Attributes[i]; len(a.Values) == 0 {
				a.Values = nil // as from a source that has none
			}
		}
		p.entries++
		return err
	}
	p.b.events = p.b.events[:len(p.b.events)-1] // a record that is not whole is none
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
		key, value, err := p.split(line)
		if err != nil {
			return err
		}
		if err := p.hold(e, len(value)+perValue); err != nil {
			return err
		}
		if len(e.Attributes) == 0 && !p.recording {
			skip, err := p.change(key, value)
			if err != nil {
				return err
			}
			if skip {
				continue
			}
		}
		p.add(e, key, value)
	}
}

// hold counts what an entry takes.
func (p *parser) hold(e *collector.Entry, n int) error {
	if p.size += n; p.size > maxRecord {
		return p.bad("the entry %q is larger than %d MiB", clip([]byte(e.DN)), maxRecord>>20)
	}
	return nil
}

// change looks at what may stand between the DN and the attributes of a change
// record. "changetype: add" is how ldifde exports entries; any other describes
// no entry.
func (p *parser) change(key, value []byte) (skip bool, err error) {
	switch {
	case isWord(key, "control"):
		return true, nil
	case isWord(key, "changetype"):
		if !bytes.EqualFold(value, []byte("add")) {
			return false, p.bad("changetype: %s describes a change and no entry; export entries", clip(value))
		}
		return true, nil
	}
	return false, nil
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
		key, value, err := p.split(line)
		if err != nil {
			return err
		}
		if isWord(key, "result") && !bytes.HasPrefix(value, []byte("0 ")) && string(value) != "0" {
			return p.bad("the export was not read to its end: the server answered %q", clip(value))
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
		n, err := decode64(out, value)
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
