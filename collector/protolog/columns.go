package protolog

import (
	"bytes"
	"strings"
)

// maxColumns is how many columns a line may have; no log has more than 13.
const maxColumns = 32

// layout says where the columns of a file are. The zero layout is that of a
// file whose names have not come yet.
type layout struct {
	n int // columns
	// old: one line for each direction, with an event (SMTP, and POP3 and IMAP4 of
	// 2007); else one for a command with its answer.
	old                                    bool
	time, session, sequence, local, remote int
	user, command, parameters, context     int // of the newer form
	connector, event, data                 int // of the older form
	optional                               int // the last columns that a line may lack
}

// columnNames are the columns that are read, by their names in lower case:
// those of 2007 and SMTP, and those of 2010 and later.
var columnNames = map[string]func(*layout) *int{
	"date-time": func(l *layout) *int { return &l.time }, "datetime": func(l *layout) *int { return &l.time },
	"session-id": func(l *layout) *int { return &l.session }, "sessionid": func(l *layout) *int { return &l.session },
	"sequence-number": func(l *layout) *int { return &l.sequence }, "seqnumber": func(l *layout) *int { return &l.sequence },
	"local-endpoint": func(l *layout) *int { return &l.local }, "sip": func(l *layout) *int { return &l.local },
	"remote-endpoint": func(l *layout) *int { return &l.remote }, "cip": func(l *layout) *int { return &l.remote },
	"user": func(l *layout) *int { return &l.user }, "command": func(l *layout) *int { return &l.command },
	"parameters": func(l *layout) *int { return &l.parameters }, "context": func(l *layout) *int { return &l.context },
	"connector-id": func(l *layout) *int { return &l.connector }, "event": func(l *layout) *int { return &l.event },
	"data": func(l *layout) *int { return &l.data },
}

// newLayout reads the names of the columns. ok is false where what every line
// must have is not among them.
func newLayout(names string) (l layout, ok bool) {
	for _, at := range columnNames {
		*at(&l) = -1
	}
	for name := range strings.SplitSeq(strings.TrimSpace(names), ",") {
		name = strings.ToLower(strings.Trim(strings.TrimSpace(name), `"`))
		if l.n == maxColumns {
			return layout{}, false
		}
		if at := columnNames[name]; at != nil {
			*at(&l) = l.n
		}
		l.n++
		if name == "puid" {
			l.optional = 1 // lines of 2013 end without it
		}
	}
	l.old = l.event >= 0 && l.data >= 0
	if l.time < 0 || l.session < 0 || l.sequence < 0 || l.local < 0 || l.remote < 0 || !l.old && (l.command < 0 || l.context < 0) {
		return layout{}, false
	}
	return l, true
}

// isNames reports whether a line is one of names, as files of POP3 and IMAP4
// begin with.
func isNames(line []byte) bool {
	return len(line) > 8 && (line[0]|0x20 == 'd') && (hasPrefixFold(line, "datetime,") || hasPrefixFold(line, "date-time,"))
}

func hasPrefixFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && equalFold(b[:len(prefix)], prefix)
}

// equalFold compares ASCII without regard to case; lower is in lower case.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// fault says what is wrong with a line.
type fault uint8

// The faults.
const (
	sound fault = iota
	openQuote
	fewColumns
	manyColumns
	badTime
	badNumber
	noNames
	tooLong
	faults
)

var faultTexts = [faults]string{
	openQuote: "a quote that is not closed", fewColumns: "too few columns", manyColumns: "too many columns",
	badTime: "no time", badNumber: "no sequence number", noNames: "no names of columns before it", tooLong: "longer than 4 MB",
}

// fields are the columns of one line. They lie in the line itself.
type fields struct {
	at [maxColumns][]byte
	// doubled marks the columns that were quoted, with quotes inside doubled.
	doubled uint32
}

// of returns a column, or nil where the file has none of it.
func (f *fields) of(i int) []byte {
	if i < 0 {
		return nil
	}
	return f.at[i]
}

// split takes a line apart. A line is a record, whatever quotes it holds: a
// quote that is left open damages that line alone. Quotes inside a quoted
// column are doubled, except in contexts, which some releases write as they
// are: there the last quote that leaves the right number of columns closes it.
func (l *layout) split(line []byte, f *fields) fault {
	f.doubled = 0
	n, rest := 0, line
	for {
		if n == l.n {
			return manyColumns
		}
		if len(rest) > 0 && rest[0] == '"' {
			end := closing(rest)
			if end < 0 || n == l.context && !l.ends(rest[end+1:], l.n-n-1) {
				if n != l.context {
					return openQuote
				}
				return l.lastQuote(rest, n, f)
			}
			f.at[n], f.doubled = rest[1:end], f.doubled|1<<n
			n++
			rest = rest[end+1:]
			if len(rest) == 0 {
				break
			}
			rest = rest[1:]
			continue
		}
		i := bytes.IndexByte(rest, ',')
		if i < 0 {
			f.at[n] = rest
			n++
			break
		}
		f.at[n] = rest[:i]
		n++
		rest = rest[i+1:]
	}
	for n < l.n && n >= l.n-l.optional {
		f.at[n] = nil
		n++
	}
	if n < l.n {
		return fewColumns
	}
	return sound
}

// closing returns where the quote is that closes what the first one opens: one
// that is not doubled and stands before a comma or the end; or -1.
func closing(b []byte) int {
	for i := 1; ; {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			return -1
		}
		i += j
		switch {
		case i+1 == len(b) || b[i+1] == ',':
			return i
		case b[i+1] == '"':
			i += 2
		default:
			return -1
		}
	}
}

// ends reports whether what follows a column can be the other n of the line.
func (l *layout) ends(rest []byte, n int) bool {
	commas := bytes.Count(rest, []byte{','})
	return commas <= n && commas >= n-l.optional && bytes.IndexByte(rest, '"') < 0
}

// lastQuote takes a context that holds quotes as they are, and what follows it.
func (l *layout) lastQuote(rest []byte, n int, f *fields) fault {
	end := bytes.LastIndexByte(rest, '"')
	if end < 1 || !l.ends(rest[end+1:], l.n-n-1) || end+1 < len(rest) && rest[end+1] != ',' {
		return openQuote
	}
	f.at[n] = rest[1:end]
	for n++; n < l.n; n++ {
		f.at[n] = nil
	}
	return sound
}

// plain returns a column as it was before it was quoted. buf is used where that
// is not the same.
func (f *fields) plain(i int, buf *[]byte) []byte {
	if i < 0 {
		return nil
	}
	b := f.at[i]
	if f.doubled&(1<<i) == 0 || bytes.IndexByte(b, '"') < 0 {
		return b
	}
	start := len(*buf)
	for j := 0; j < len(b); j++ {
		if b[j] == '"' && j+1 < len(b) && b[j+1] == '"' {
			j++
		}
		*buf = append(*buf, b[j])
	}
	return (*buf)[start:]
}

// clock reads times, of which most have the day of the one before.
type clock struct {
	day  [10]byte
	base int64 // of that day, in milliseconds
}

// read reads 2019-09-01T00:41:00.730Z, with any number of digits of a second,
// as milliseconds since 1970. It is UTC, as all times in these logs are.
func (c *clock) read(b []byte) (ms int64, ok bool) {
	if len(b) < 20 || len(b) > 29 || b[10] != 'T' || b[13] != ':' || b[16] != ':' || b[len(b)-1] != 'Z' {
		return 0, false
	}
	if [10]byte(b[:10]) != c.day && !c.setDay(b[:10]) {
		return 0, false
	}
	h, m, s := two(b[11:]), two(b[14:]), two(b[17:])
	if h > 23 || m > 59 || s > 60 {
		return 0, false
	}
	frac := int64(0)
	if part := b[19 : len(b)-1]; len(part) > 0 {
		if part[0] != '.' {
			return 0, false
		}
		for i := 1; i < 4; i++ {
			d := byte('0')
			if i < len(part) {
				d = part[i]
			}
			if d < '0' || d > '9' {
				return 0, false
			}
			frac = 10*frac + int64(d-'0')
		}
	}
	return c.base + int64(h*3600+m*60+s)*1000 + frac, true
}

// two reads two digits; what is none gives a number that is too large.
func two(b []byte) int {
	x, y := b[0]-'0', b[1]-'0'
	if x > 9 || y > 9 {
		return 1000
	}
	return int(x)*10 + int(y)
}

func (c *clock) setDay(b []byte) bool {
	y, m, d := two(b)*100+two(b[2:]), two(b[5:]), two(b[8:])
	if b[4] != '-' || b[7] != '-' || y > 9999 || m < 1 || m > 12 || d < 1 || d > 31 {
		return false
	}
	// Days since 1970 of the proleptic Gregorian calendar, with years that begin
	// in March, so that the leap day is the last.
	if m <= 2 {
		y--
		m += 12
	}
	days := 365*y + y/4 - y/100 + y/400 + (153*(m-3)+2)/5 + d - 1 - 719468
	copy(c.day[:], b)
	c.base = int64(days) * 86400000
	return true
}
