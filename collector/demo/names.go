package demo

import (
	"strconv"
	"strings"
)

// blockSize is how many people there are until a pair of given and family name
// comes again.
const blockSize = len(givenNames) * len(familyNames)

// nameOf spreads index i over the pairs of names. Every step can be undone, so
// no two indices of one block get the same pair. From the second block on
// people have a second family name.
func (w *world) nameOf(i int) (given, family, block int) {
	const mask = uint32(blockSize - 1)
	k := (uint32(i) + uint32(w.seed)*7919) & mask
	k = k * 0x2c1b3 & mask
	k ^= k >> 8
	k = k * 0x35a2d & mask
	k ^= k >> 7
	return int(k) % len(givenNames), int(k) / len(givenNames), i / blockSize
}

// appendFamily writes the family name, or both.
func appendFamily(b []byte, family, block int) []byte {
	b = append(b, familyNames[family]...)
	if block > 0 {
		b = append(append(b, ' '), familyNames[(family+block)%len(familyNames)]...)
	}
	return b
}

// appendPerson writes the name of person i, in the style of whoever created the
// account: most "Given Family", some with a comma, a nickname in quotes, a
// domain in front, or in another script. Married people keep their old
// family name behind the new one.
func (w *world) appendPerson(b []byte, i int, renamed int) []byte {
	given, family, block := w.nameOf(i)
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
		b = append(b, givenNames[family%len(givenNames)]...)
		b = append(b, `" `...)
	}
	if renamed > 0 {
		b = append(b, familyNames[(family+31*renamed)%len(familyNames)]...)
		b = append(b, '-')
	}
	b = appendFamily(b, family, block)
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
	return w.appendAccount(b, i)
}

// appendAccount makes an account name out of a person's name: anna.keller, and
// whoever comes later with the same two names has a number behind them.
func (w *world) appendAccount(b []byte, i int) []byte {
	given, family, block := w.nameOf(i)
	b = append(append(append(b, givenLogins[given]...), '.'), familyLogins[family]...)
	if block > 0 {
		b = strconv.AppendInt(b, int64(block+1), 10)
	}
	return b
}

// The names as they are in account names.
var (
	givenLogins, familyLogins                 = logins(givenNames[:]), logins(familyNames[:])
	sharedLogins, roomLogins, equipmentLogins = logins(sharedNames[:]), logins(roomNames[:]), logins(equipmentNames[:])
	departmentLogins                          = logins(departments[:])
)

// logins spells names as account names have them: in ASCII and lower case, with a
// hyphen for a space.
func logins(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = strings.ToLower(loginLetters.Replace(name))
	}
	return out
}

var loginLetters = strings.NewReplacer("á", "a", "é", "e", "ë", "e", "í", "i", "ı", "i", "ó", "o", "ö", "oe", "ø", "o", "ü", "ue", "ä", "ae", "ý", "y",
	"Č", "C", "č", "c", "š", "s", " ", "-")

// appendPadded writes a letter and a number of five digits or more: w00042.
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
