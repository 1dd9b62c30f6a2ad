package model

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"
)

// names hold, folded, what a filter looks at of each line of the grid of
// mailboxes and what is a line's own: one block for each piece of lines, so that
// a word is looked for in four thousand lines at a time. What many lines have in
// common, the DN of the parent and the type, is looked at once for all of them.
type names struct {
	blocks  []nameBlock
	parents []dnID    // distinct
	types   []typeKey // distinct; the first is of lines that are no recipients
}

type nameBlock struct {
	text   []byte        // of all lines, 0xFF behind each text
	ends   [piece]uint32 // where a line ends in text
	parent [piece]uint32 // number in parents
	typ    [piece]uint32 // number in types
}

// typeKey stands for what the type and the state of a recipient are called.
type typeKey uint32

const (
	keyClass     = 16 // the bits below are the number of the type
	keyDeleted   = 1 << 20
	keyDisabled  = 1 << 21
	keyRecipient = 1 << 22
)

func typeKeyOf(o *object) typeKey {
	k := keyRecipient | typeKey(o.typ) | typeKey(o.class)<<keyClass
	if o.is(flagDeleted) {
		k |= keyDeleted
	}
	if o.is(flagDisabled) {
		k |= keyDisabled
	}
	return k
}

const textEnd = 0xFF

// names are worked out once for a snapshot.
func (s *Snapshot) names() *names { return namesOf.Of(s) }

var namesOf = Derive(func(s *Snapshot) *names {
	n, out := int(s.lineCount()), &names{}
	out.blocks = make([]nameBlock, (n+piece-1)/piece)
	parallel(n, func(from, to int) { s.fillBlock(&out.blocks[from/piece], from, to) })
	number := map[dnID]uint32{}
	out.types = []typeKey{0}
	types := map[typeKey]uint32{0: 0}
	for i := range n {
		b := &out.blocks[i/piece]
		typ := &b.typ[i%piece]
		t, known := types[typeKey(*typ)]
		if !known {
			t = uint32(len(out.types))
			types[typeKey(*typ)] = t
			out.types = append(out.types, typeKey(*typ))
		}
		*typ = t
		at := &b.parent[i%piece]
		dn := dnID(*at)
		x, ok := number[dn]
		if !ok {
			x = uint32(len(out.parents))
			number[dn] = x
			out.parents = append(out.parents, dn)
		}
		*at = x
	}
	return out
})

// fillBlock puts the texts of some lines into a block, with the DNs of parents
// for their numbers.
func (s *Snapshot) fillBlock(b *nameBlock, from, to int) {
	add := func(text []byte) { b.text = append(appendFolded(b.text, text), textEnd) }
	b.text = make([]byte, 0, (to-from)*32)
	for n := from; n < to; n++ {
		k := s.lineKey(uint32(n))
		if k.obj == 0 {
			p := s.Principal(k.party)
			for _, text := range [...]string{p.Name, p.DN, p.Kind, p.State} {
				add([]byte(text))
			}
		} else {
			o := s.object(k.obj)
			dn := s.dns.at(uint32(o.dn))
			leaf, display := s.texts.bytes(dn.leaf), s.texts.bytes(o.display)
			add(leaf)
			add(s.texts.bytes(o.account))
			if !bytes.HasSuffix(leaf, display) { // mostly it is the value of cn
				add(display)
			}
			b.parent[n-from], b.typ[n-from] = uint32(dn.parent), uint32(typeKeyOf(o))
		}
		b.ends[n-from] = uint32(len(b.text))
	}
	b.text = bytes.Clone(b.text) // without room to spare
}

// appendFolded appends what fold makes of a text.
func appendFolded(b, text []byte) []byte {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return append(b[:len(b)-i], fold(string(text))...)
		}
		b = append(b, foldASCII(c))
	}
	return b
}

// bits are a set of the lines of a block.
type bits [piece / 64]uint64

func (b *bits) set(i int)      { b[i>>6] |= 1 << (i & 63) }
func (b *bits) has(i int) bool { return b[i>>6]&(1<<(i&63)) != 0 }

// finder looks for the words of a filter in numbered lines.
type finder struct {
	s     *Snapshot
	names *names
	words []found
}

// found is a word and where it occurs that many lines have in common.
type found struct {
	*word
	parents []bool // by number
	types   []bool // by number
	joints  []joint
	domains []bool   // by number of the SID's domain
	tails   []string // by number: the end of a domain's text that the word may begin in
}

// joint is a comma in a word at which an RDN may end and the DN of its parent go on.
type joint struct {
	leaf    string // what the RDN must end with
	parents []bool // those that begin with what comes after
}

func (s *Snapshot) finder(filter string) *finder {
	f := &finder{s: s}
	all := words(filter)
	if len(all) == 0 {
		return f
	}
	f.names = s.names()
	parents := make([]string, len(f.names.parents))
	for i, dn := range f.names.parents {
		parents[i] = fold(s.dnText(dn))
	}
	for i := range all {
		f.words = append(f.words, f.common(&all[i], parents))
	}
	return f
}

// common looks for a word where lines have something in common.
func (f *finder) common(w *word, parents []string) found {
	s := f.s
	out := found{word: w, parents: make([]bool, len(parents)), types: make([]bool, len(f.names.types))}
	for i, dn := range parents {
		out.parents[i] = strings.Contains(dn, w.text)
	}
	for n, k := range f.names.types {
		if k == 0 {
			continue
		}
		o := object{typ: uint16(k), class: Class(k >> keyClass & 15), recipient: OtherRecipient}
		o.set(flagDeleted, k&keyDeleted != 0)
		o.set(flagDisabled, k&keyDisabled != 0)
		out.types[n] = w.in(s.typeName(&o)) || w.in(accountState(&o))
	}
	for i := range len(w.text) {
		if w.text[i] != ',' {
			continue
		}
		j := joint{leaf: w.text[:i], parents: make([]bool, len(parents))}
		for n, dn := range parents {
			j.parents[n] = dn != "" && strings.HasPrefix(dn, w.text[i+1:])
		}
		out.joints = append(out.joints, j)
	}
	if w.sid {
		for _, d := range s.domains {
			text := fold(d.String())
			out.domains = append(out.domains, strings.Contains(text, w.text))
			text += "-"
			out.tails = append(out.tails, text[max(0, len(text)-len(w.text)):])
		}
	}
	return out
}

// match returns which lines of a piece pass. Without words all do.
func (f *finder) match(from, to int) (out bits) {
	for i := range out {
		out[i] = ^uint64(0)
	}
	for i := range f.words {
		w := &f.words[i]
		var hit bits
		b := &f.names.blocks[from/piece]
		w.inCommon(b, to-from, &hit)
		w.inTexts(b, to-from, &hit)
		if w.sid {
			f.inSIDs(w, from, to, &hit)
		}
		for k := range out {
			if w.not {
				hit[k] = ^hit[k]
			}
			out[k] &= hit[k]
		}
	}
	return out
}

func (w *found) inCommon(b *nameBlock, n int, hit *bits) {
	for i := range n {
		if w.types[b.typ[i]] || w.parents[b.parent[i]] {
			hit.set(i)
		}
	}
	for _, j := range w.joints {
		start := uint32(0)
		for i := range n {
			if j.parents[b.parent[i]] && b.typ[i] != 0 {
				leaf := b.text[start:b.ends[i]]
				leaf = leaf[:bytes.IndexByte(leaf, textEnd)]
				if bytes.HasSuffix(leaf, []byte(j.leaf)) {
					hit.set(i)
				}
			}
			start = b.ends[i]
		}
	}
}

// inTexts looks through the texts of all lines at once. From a hit it goes on
// behind its line.
func (w *found) inTexts(b *nameBlock, n int, hit *bits) {
	line, at := 0, 0
	for {
		next := bytes.Index(b.text[at:], []byte(w.text))
		if next < 0 {
			return
		}
		at += next
		for int(b.ends[line]) <= at {
			line++
		}
		hit.set(line)
		at = int(b.ends[line])
		if line++; line == n {
			return
		}
	}
}

// inSIDs looks for a word in SIDs, which are a domain and a number: in the
// domain once for all, in the number and where the two meet for each.
func (f *finder) inSIDs(w *found, from, to int, hit *bits) {
	s := f.s
	var buf [128]byte
	for n := from; n < to; n++ {
		if hit.has(n - from) {
			continue
		}
		var id sidID
		if k := uint32(n); k < s.recips.len() {
			id = s.object(*s.recips.at(k)).sid
		} else {
			id = s.others()[k-s.recips.len()].sid()
		}
		if id == 0 {
			continue
		}
		r := s.sids.at(uint32(id))
		found := w.domains[r.domain]
		if !found && !r.whole {
			text := strconv.AppendUint(append(buf[:0], w.tails[r.domain]...), uint64(r.rid), 10)
			found = bytes.Contains(text, []byte(w.text))
		}
		if found {
			hit.set(n - from)
		}
	}
}
