package protolog

import (
	"bytes"
	"hash/maphash"
)

// what an event says of a session.
type what uint8

// Events of POP3 and IMAP4, and below them those of SMTP.
const (
	opened      what = iota // sequence 0
	secured                 // STARTTLS was answered OK
	named                   // POP3's USER was answered OK
	logon                   // that was answered OK
	refused                 // a logon that was not
	closed                  // the session ends
	heard                   // another line before anybody has logged on
	commanded               // 2007: a command, whose answer follows
	answered                // 2007: an answer
	mailOpened              // SMTP: the connection is there
	mailCommand             // SMTP: a command
	mailAnswer              // SMTP: the last line of an answer
	mailInfo                // SMTP: a remark
	mailClosed              // SMTP: the connection ends
)

// event is what a line says that matters to a session. Its texts lie in its
// block.
type event struct {
	what    what
	session uint64 // which, within its series
	at      int64  // milliseconds since 1970
	verb    verb
	code    uint16 // of an answer
	local   []byte // endpoint
	remote  []byte // endpoint
	user    []byte // of POP3 and IMAP4 the column; of SMTP the connector
	text    []byte // parameters, or SMTP's data
	more    []byte // context
	id      []byte // SMTP: session-id
}

// seed makes what names a session hard to foresee.
var seed = maphash.MakeSeed()

// sessionKey names a session: its number repeats after a restart and may be
// all zero, so the client's endpoint belongs to it.
func sessionKey(session, remote []byte) uint64 {
	return maphash.Bytes(seed, session)*31 + maphash.Bytes(seed, remote)
}

// parser takes the lines of a block apart.
type parser struct {
	b       *block
	columns layout
	clock   clock
	f       fields
	lastDay int64
	before  int64 // the time of the line above; 0 for none
}

const msPerDay = 86400000

// parse fills in what the block says.
func (b *block) parse() {
	p := parser{b: b, columns: b.columns, lastDay: -1}
	b.min, b.max = 1<<62, -1<<62
	for range b.cut {
		b.rows++
		b.lines++
		p.damaged(tooLong)
	}
	text := b.text
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n')
		line, half := text, true
		if end >= 0 {
			line, text, half = text[:end], text[end+1:], false
		} else {
			text = nil
		}
		if n := len(line); n > 0 && line[n-1] == '\r' {
			line = line[:n-1]
		}
		b.rows++
		if len(line) == 0 {
			continue
		}
		if line[0] == '#' || line[0] == 0 || b.rows == 1 && b.first {
			if p.aside(line, half) {
				continue
			}
		}
		p.line(line, half)
	}
}

// aside takes what is no record: heads, names of columns, and the zero bytes
// that a server leaves behind that lost its power.
func (p *parser) aside(line []byte, half bool) bool {
	switch {
	case line[0] == '#':
		if names, ok := bytes.CutPrefix(line, fieldsMark); ok {
			if l, ok := newLayout(string(names)); ok {
				p.columns = l
			}
		}
		return true
	case line[0] == 0:
		return len(bytes.Trim(line, "\x00")) == 0
	case isNames(line):
		if l, ok := newLayout(string(line)); ok {
			p.columns = l
		}
		return true
	}
	return false
}

// line takes a record. Half a line at the end of a file that still grows, or
// whose server went down, is no damage.
func (p *parser) line(line []byte, half bool) {
	b := p.b
	if half {
		line = bytes.TrimRight(line, "\x00")
		if len(line) == 0 {
			return
		}
	}
	wrong := noNames
	if p.columns.n > 0 {
		wrong = p.columns.split(line, &p.f)
	}
	at := int64(0)
	if wrong == sound {
		var ok bool
		if at, ok = p.clock.read(p.f.at[p.columns.time]); !ok {
			wrong = badTime
		} else if !isNumber(p.f.at[p.columns.sequence]) {
			wrong = badNumber
		}
	}
	if wrong != sound {
		if !half {
			b.lines++
			p.damaged(wrong)
		}
		return
	}
	b.lines++
	b.min, b.max = min(b.min, at), max(b.max, at)
	switch {
	case p.before == 0:
		b.firstAt, b.firstRow = at, b.rows
	case wentBack(p.before, at):
		b.wentBack(b.rows)
	}
	p.before, b.lastAt = at, at
	if day := floorDay(at); day != p.lastDay {
		p.lastDay = day
		b.days = append(b.days, int32(day))
	}
	switch {
	case b.series.stream.isSMTP():
		if p.columns.old {
			p.mailLine(at)
		}
	case p.columns.old:
		p.oldLine(at)
	default:
		p.newLine(at)
	}
}

// backBy is by how much a line must be before the one above it for the clock to
// have been set back: commands that take long are logged late, but not so late.
const backBy = 3600000

func wentBack(before, at int64) bool { return before-at >= backBy }

// wentBack notes that the clock had been set back before a line.
func (b *block) wentBack(row int) {
	if b.back++; b.back <= mostDamages {
		b.backRows = append(b.backRows, row)
	}
}

func floorDay(ms int64) int64 {
	if ms < 0 {
		return (ms+1)/msPerDay - 1
	}
	return ms / msPerDay
}

func isNumber(b []byte) bool {
	if len(b) == 0 || len(b) > 10 {
		return false
	}
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

func (p *parser) damaged(why fault) {
	b := p.b
	b.damaged[why]++
	if b.damaged[why] <= mostDamages {
		b.damages = append(b.damages, damage{why, b.rows})
	}
}
