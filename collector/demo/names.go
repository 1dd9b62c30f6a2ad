package demo

import (
	"strconv"
	"unicode/utf8"
)

// nameBits is the size of the space of names: 128 given names and 65,536
// surnames.
const nameBits = 23

// nameOf spreads index i over the space of names. Every step can be undone, so
// no two indices below 2^23 get the same name.
func (w *world) nameOf(i int) (given int, surname uint32) {
	const mask = 1<<nameBits - 1
	k := (uint32(i) + uint32(w.seed)*7919) & mask
	k = k * 0x2c1b3 & mask
	k ^= k >> 12
	k = k * 0x35a2d & mask
	k ^= k >> 11
	return int(k & 127), k >> 7
}

// appendSurname writes the surname with this number.
func appendSurname(b []byte, n uint32) []byte {
	b = append(b, stems[n&63]...)
	b = append(b, middles[n>>6&31]...)
	return append(b, endings[n>>11&31]...)
}

// appendPerson writes the name of person i, in the style of whoever created the
// account: most "Given Surname", some with a comma, a nickname in quotes, a
// domain in front, or in another script. Married people keep their old
// surname behind the new one.
func (w *world) appendPerson(b []byte, i int, renamed int) []byte {
	given, surname := w.nameOf(i)
	style := i % 970
	if style%97 == 13 {
		return w.appendScripted(b, i)
	}
	comma := style%23 == 7
	if style == 31 {
		b = append(b, `CONTOSO\`...)
	}
	if !comma {
		b = append(b, givenNames[given]...)
		b = append(b, ' ')
	}
	if style == 20 || style == 620 {
		b = append(b, '"')
		b = append(b, middles[surname&31]...)
		b = append(b, `" `...)
	}
	if renamed > 0 {
		b = appendSurname(b, (surname^0x5a5a)+uint32(renamed))
		b = append(b, '-')
	}
	b = appendSurname(b, surname)
	if comma {
		b = append(b, ", "...)
		b = append(b, givenNames[given]...)
	}
	return b
}

// appendScripted writes a name that is not Latin. These lists are short, so the
// account name goes behind, as administrators do it.
func (w *world) appendScripted(b []byte, i int) []byte {
	d := dice(w.draw(streamFeature, -i))
	s := &scripts[i/97%len(scripts)]
	b = append(b, s.family[d.roll(len(s.family))]...)
	b = append(b, s.between...)
	b = append(b, s.given[d.roll(len(s.given))]...)
	b = append(b, ' ')
	return appendPadded(b, 'u', i+1)
}

// appendPadded writes a letter and a number of five digits or more: u00042.
func appendPadded(b []byte, letter byte, n int) []byte {
	b = append(b, letter)
	for limit := 10_000; limit > n && limit > 1; limit /= 10 {
		b = append(b, '0')
	}
	return strconv.AppendInt(b, int64(n), 10)
}

// appendEscaped writes an attribute value into a DN (RFC 4514 2.4), with the
// additions of Active Directory: the equals sign is escaped, and line breaks
// are written in hexadecimal. Other control characters stay as they are.
func appendEscaped(b, value []byte) []byte {
	for i, c := range value {
		switch c {
		case ',', '+', '"', '\\', '<', '>', ';', '=':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, `\0A`...)
		case '\r':
			b = append(b, `\0D`...)
		case 0:
			b = append(b, `\00`...)
		case '#':
			if i == 0 {
				b = append(b, '\\')
			}
			b = append(b, c)
		case ' ':
			if i == 0 || i == len(value)-1 {
				b = append(b, '\\')
			}
			b = append(b, c)
		default:
			b = append(b, c)
		}
	}
	return b
}

// escape is appendEscaped for names that are made once.
func escape(value string) string { return string(appendEscaped(nil, []byte(value))) }

// appendAccount makes an account name out of a person's name: an initial, a
// surname and a number that nobody else has.
func (w *world) appendAccount(b []byte, i int) []byte {
	given, surname := w.nameOf(i)
	initial, _ := utf8.DecodeRuneInString(givenNames[given])
	b = append(b, byte(initial)|0x20) // every given name begins with an ASCII letter
	at := len(b)
	b = appendSurname(b, surname)
	b[at] |= 0x20
	return strconv.AppendInt(b, int64(i+1), 10)
}
