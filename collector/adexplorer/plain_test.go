package adexplorer_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
)

// plain reads a snapshot that is sound, slowly: the file in memory, every value
// of every object, by the format alone. It is what the reader is held against.
type plain struct {
	b     []byte
	names []string
	types []uint32
	codes []uint32 // syntaxes
}

func (p *plain) number(at int) int { return int(binary.LittleEndian.Uint32(p.b[at:])) }

func (p *plain) text(at int) (string, int) {
	var units []uint16
	for {
		u := binary.LittleEndian.Uint16(p.b[at:])
		at += 2
		if u == 0 {
			return string(utf16.Decode(units)), at
		}
		units = append(units, u)
	}
}

// readPlain gives of each object its attributes as texts, "name=value value".
func readPlain(b []byte) (objects []map[string][]string) {
	p := &plain{b: b}
	at := int(binary.LittleEndian.Uint64(b[0x42E:]))
	n := p.number(at)
	at += 4
	for range n {
		size := p.number(at)
		name, _ := p.text(at + 4)
		at += 4 + size
		p.names, p.codes, p.types = append(p.names, name), append(p.codes, uint32(p.number(at))), append(p.types, uint32(p.number(at+4)))
		at += 8
		at += 4 + p.number(at) + 16 + 16 + 4
	}
	at = 0x43E
	for range p.number(0x426) {
		o := map[string][]string{}
		for i := range p.number(at + 4) {
			row := at + 8 + 8*i
			k := p.number(row)
			o[p.names[k]] = p.values(p.types[k], p.codes[k], at+int(int32(p.number(row+4))))
		}
		objects = append(objects, o)
		at += p.number(at)
	}
	return objects
}

func (p *plain) values(kind, code uint32, at int) (out []string) {
	n := p.number(at)
	behind := at + 4 + 4*n
	for i := range n {
		here := at + 4 + 4*i
		switch kind {
		case 1, 2, 3, 4, 5, 12:
			text, _ := p.text(at + int(int32(p.number(here))))
			out = append(out, text)
		case 6:
			out = append(out, strings.ToUpper(strconv.FormatBool(p.number(here) != 0)))
		case 7:
			out = append(out, strconv.Itoa(int(int32(p.number(here)))))
		case 10:
			out = append(out, strconv.FormatInt(int64(binary.LittleEndian.Uint64(p.b[at+4+8*i:])), 10))
		case 9:
			var t [8]uint16
			for k := range t {
				t[k] = binary.LittleEndian.Uint16(p.b[at+4+16*i+2*k:])
			}
			out = append(out, fmt.Sprintf("%04d%02d%02d%02d%02d%02d.0Z", t[0], t[1], t[3], t[4], t[5], t[6]))
		case 8, 25:
			size := p.number(here)
			v := string(p.b[behind : behind+size])
			behind += size
			if code == 21 {
				name, end := p.text(behind)
				v, behind = fmt.Sprintf("B:%d:%s:%s", 2*len(v), hex.EncodeToString([]byte(v)), name), end
			}
			out = append(out, v)
		}
	}
	return out
}
