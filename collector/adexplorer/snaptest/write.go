package snaptest

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"mbxperm/collector"
)

// Options say how a snapshot is written.
type Options struct {
	Server string
	Taken  time.Time
	Schema string // DN of the schema
	// Types overrules the type of an attribute: a number of ADSTYPE.
	Types map[string]uint32
	// Alone writes every value where it is used, however often it was written
	// before.
	Alone bool
}

// Snapshot is one that was written, with where its parts lie.
type Snapshot struct {
	Bytes   []byte
	Objects []int    // where each begins, and behind the last the end
	Tables  int      // where the attributes begin
	Classes int      // where the classes begin
	Tree    int      // where the tree begins
	Names   []string // of the attributes
}

// attribute is one of the table.
type attribute struct {
	name   string
	kind   uint32
	syntax uint32
	many   bool
}

// writer writes one snapshot.
type writer struct {
	options Options
	out     []byte
	table   []*attribute
	byName  map[string]int
	written map[string]int // where values were written last
}

var le = binary.LittleEndian

// Write writes a snapshot.
func Write(entries []*Entry, o Options) *Snapshot {
	w := &writer{options: o, byName: map[string]int{}, written: map[string]int{}}
	w.types(entries)
	s := &Snapshot{}
	w.out = make([]byte, 0x43E)
	for _, e := range entries {
		s.Objects = append(s.Objects, len(w.out))
		w.object(e)
	}
	s.Objects = append(s.Objects, len(w.out))
	w.out = append(w.out, make([]byte, 8)...) // as AD Explorer ends the objects
	s.Tables = len(w.out)
	w.attributes()
	s.Classes = len(w.out)
	w.classes()
	w.number(0) // rights
	s.Tree = len(w.out)
	w.out = append(w.out, bytes.Repeat([]byte{0xFF}, 8)...)
	copy(w.out, "win-ad-ob\x00")
	le.PutUint32(w.out[10:], 0x10001)
	le.PutUint64(w.out[14:], uint64(o.Taken.Unix()+11_644_473_600)*10_000_000)
	copy(w.out[542:1060], utf16le(o.Server))
	le.PutUint32(w.out[1062:], uint32(len(entries)))
	le.PutUint64(w.out[1070:], uint64(s.Tables))
	le.PutUint64(w.out[1078:], uint64(s.Tree))
	for _, a := range w.table {
		s.Names = append(s.Names, a.name)
	}
	s.Bytes = w.out
	return s
}

func (w *writer) number(n uint32) { w.out = le.AppendUint32(w.out, n) }

func utf16le(s string) (b []byte) {
	for _, u := range utf16.Encode([]rune(s)) {
		b = le.AppendUint16(b, u)
	}
	return b
}

// text writes a text behind its length.
func (w *writer) text(s string) {
	b := append(utf16le(s), 0, 0)
	w.number(uint32(len(b)))
	w.out = append(w.out, b...)
}

// key is the name of an attribute, as its table has it.
func key(a *collector.Attribute) string {
	if a.Partial {
		return a.Name + ";range=0-1499"
	}
	return a.Name
}

// types decides the type of each attribute by all the values that it has.
func (w *writer) types(entries []*Entry) {
	values := map[string][][]byte{}
	for _, e := range entries {
		for i := range e.Attributes {
			a := &e.Attributes[i]
			k := strings.ToLower(key(a))
			if _, ok := w.byName[k]; !ok {
				w.byName[k] = len(w.table)
				w.table = append(w.table, &attribute{name: key(a)})
			}
			of := w.table[w.byName[k]]
			of.many = of.many || len(a.Values) > 1
			values[k] = append(values[k], a.Values...)
		}
	}
	for k, n := range w.byName {
		a := w.table[n]
		a.kind, a.syntax = typeOf(a, values[k])
		for name, kind := range w.options.Types {
			if strings.EqualFold(name, a.name) {
				a.kind, a.syntax = kind, 0
			}
		}
	}
}

// typeOf is the type in which ADSI has values such as these, and the number of
// their syntax.
func typeOf(a *attribute, values [][]byte) (kind, syntax uint32) {
	all := func(ok func(string) bool) bool {
		return !slices.ContainsFunc(values, func(v []byte) bool { return !ok(string(v)) })
	}
	integer := func(bits int) func(string) bool {
		return func(s string) bool {
			n, err := strconv.ParseInt(s, 10, bits)
			return err == nil && strconv.FormatInt(n, 10) == s
		}
	}
	switch {
	case strings.HasSuffix(a.name, "SecurityDescriptor"):
		return 25, 9
	case !a.many && all(func(s string) bool { return s == "TRUE" || s == "FALSE" }):
		return 6, 1
	case all(integer(32)):
		return 7, 3
	case all(integer(64)):
		return 10, 4
	case all(func(s string) bool { _, err := time.Parse("20060102150405.0Z", s); return err == nil }):
		return 9, 15
	case all(func(s string) bool { return strings.HasPrefix(s, "B:") && strings.Count(s, ":") >= 3 }):
		return 8, 21
	case !all(func(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }):
		return 8, 11
	case all(func(s string) bool { return strings.Contains(s, ",DC=") }):
		return 1, 18
	}
	return 3, 7
}

// object writes an object; its DN is never shared.
func (w *writer) object(e *Entry) {
	attributes := slices.Clone(e.Attributes)
	slices.SortStableFunc(attributes, func(a, b collector.Attribute) int { return first(a.Name) - first(b.Name) })
	at := len(w.out)
	w.number(0)
	w.number(uint32(len(attributes)))
	table := len(w.out)
	w.out = append(w.out, make([]byte, 8*len(attributes))...)
	for i := range attributes {
		a := &attributes[i]
		n := w.byName[strings.ToLower(key(a))]
		block := w.values(w.table[n], a.Values)
		place, shared := w.written[string(block)]
		if w.options.Alone || !shared || len(w.out)-place >= 1_000_000 || i == 0 {
			place = len(w.out)
			w.out = append(w.out, block...)
			if i > 0 {
				w.written[string(block)] = place
			}
		}
		le.PutUint32(w.out[table+8*i:], uint32(n))
		le.PutUint32(w.out[table+8*i+4:], uint32(int32(place-at)))
	}
	le.PutUint32(w.out[at:], uint32(len(w.out)-at))
}

func first(name string) int {
	if name == "distinguishedName" {
		return 0
	}
	return 1
}

// values writes the values of an attribute.
func (w *writer) values(a *attribute, values [][]byte) []byte {
	out := le.AppendUint32(nil, uint32(len(values)))
	var behind []byte
	each := func(write func(v string)) {
		for _, v := range values {
			write(string(v))
		}
	}
	switch {
	case a.kind == 6:
		each(func(v string) { out = le.AppendUint32(out, uint32(len(v)%5)) }) // TRUE is 4, FALSE 0
	case a.kind == 7:
		each(func(v string) { n, _ := strconv.ParseInt(v, 10, 32); out = le.AppendUint32(out, uint32(n)) })
	case a.kind == 10:
		each(func(v string) { n, _ := strconv.ParseInt(v, 10, 64); out = le.AppendUint64(out, uint64(n)) })
	case a.kind == 9:
		each(func(v string) {
			t, _ := time.Parse("20060102150405.0Z", v)
			for _, n := range []int{t.Year(), int(t.Month()), int(t.Weekday()), t.Day(), t.Hour(), t.Minute(), t.Second(), 0} {
				out = le.AppendUint16(out, uint16(n))
			}
		})
	case a.syntax == 21:
		each(func(v string) {
			parts := strings.SplitN(v, ":", 4)
			b, _ := hex.DecodeString(parts[2])
			out = le.AppendUint32(out, uint32(len(b)))
			behind = append(append(append(behind, b...), utf16le(parts[3])...), 0, 0)
		})
	case a.kind == 8, a.kind == 25:
		each(func(v string) { out, behind = le.AppendUint32(out, uint32(len(v))), append(behind, v...) })
	case a.kind <= 5, a.kind == 12:
		each(func(v string) {
			out = le.AppendUint32(out, uint32(4+4*len(values)+len(behind)))
			behind = append(append(behind, utf16le(v)...), 0, 0)
		})
	}
	return append(out, behind...)
}

// attributes writes the table of attributes.
func (w *writer) attributes() {
	w.number(uint32(len(w.table)))
	for _, a := range w.table {
		w.text(a.name)
		w.number(a.syntax)
		w.number(a.kind)
		w.text("CN=" + a.name + "," + w.options.Schema)
		w.out = append(w.out, make([]byte, 16+16+4)...)
	}
}

// classes writes the table of classes, of each some of every part.
func (w *writer) classes() {
	list := [][2]string{{"top", "Top"}, {"person", "Person"}, {"user", "User"}, {"group", "Group"}, {"trustedDomain", "Trusted-Domain"}}
	w.number(uint32(len(list)))
	for i, c := range list {
		w.text(c[0])
		w.text("CN=" + c[1] + "," + w.options.Schema)
		w.number(0) // no label
		w.text("top")
		w.out = append(w.out, make([]byte, 16)...)
		w.number(uint32(4 * i))
		w.out = append(w.out, make([]byte, 4*i)...)
		w.number(2)
		w.number(0)
		w.text("Name")
		w.number(1)
		w.number(0)
		w.number(uint32(i))
		w.out = append(w.out, make([]byte, 16*i)...)
		w.number(1)
		w.text("container")
		w.number(1)
		w.text("mailRecipient")
	}
}
