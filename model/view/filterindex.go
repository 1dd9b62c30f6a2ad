package view

import (
	"bytes"
	"strconv"
	"strings"
	"unicode/utf8"

	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/internal/pool"
	"mbxperm/model/internal/table"
)

// filterIndex hold, folded, what a filter looks at of each line of the grid of
// mailboxes and what is a line's own: one block for each piece of lines, so that
// a word is looked for in four thousand lines at a time. What many lines have in
// common, the DN of the parent and the type, is looked at once for all of them.
type filterIndex struct {
	blocks  []nameBlock
	parents []pool.DN // distinct
	types   []typeKey // distinct; the first is of lines that are no recipients
}

type nameBlock struct {
	text   []byte              // of all lines, 0xFF behind each text
	ends   [table.Piece]uint32 // where a line ends in text
	parent [table.Piece]uint32 // number in parents
	typ    [table.Piece]uint32 // number in types
}

// typeKey stands for what the type and the state of a recipient are called.
type typeKey uint32

const (
	keyClass     = 16 // the bits below are the number of the type
	keyDeleted   = 1 << 20
	keyDisabled  = 1 << 21
	keyRecipient = 1 << 22
)

func typeKeyOf(o *model.Record) typeKey {
	k := keyRecipient | typeKey(o.TypeNumber) | typeKey(o.Class)<<keyClass
	if o.Is(model.FlagDeleted) {
		k |= keyDeleted
	}
	if o.Is(model.FlagDisabled) {
		k |= keyDisabled
	}
	return k
}

const textEnd = 0xFF

// filterIndexOf are worked out once for a snapshot.
func filterIndexOf(s *model.Snapshot) *filterIndex { return filterIndexes.Of(s) }

var filterIndexes = model.Derive(func(s *model.Snapshot) *filterIndex {
	n, out := int(lineCount(s)), &filterIndex{}
	out.blocks = make([]nameBlock, (n+table.Piece-1)/table.Piece)
	table.Parallel(n, func(from, to int) { fillBlock(s, &out.blocks[from/table.Piece], from, to) })
	number := map[pool.DN]uint32{}
	out.types = []typeKey{0}
	types := map[typeKey]uint32{0: 0}
	for i := range n {
		b := &out.blocks[i/table.Piece]
		typ := &b.typ[i%table.Piece]
		t, known := types[typeKey(*typ)]
		if !known {
			t = uint32(len(out.types))
			types[typeKey(*typ)] = t
			out.types = append(out.types, typeKey(*typ))
		}
		*typ = t
		at := &b.parent[i%table.Piece]
		dn := pool.DN(*at)
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
func fillBlock(s *model.Snapshot, b *nameBlock, from, to int) {
	add := func(text []byte) { b.text = append(appendFolded(b.text, text), textEnd) }
	b.text = make([]byte, 0, (to-from)*32)
	for n := from; n < to; n++ {
		k := lineAt(s, uint32(n))
		if k.obj == 0 {
			p := s.Principal(k.party)
			for _, text := range append(known{s, s.TrusteeRecordID(k.party)}.names(), p.Name, p.DN, p.Kind, p.State) {
				add([]byte(text))
			}
		} else {
			o := s.Record(k.obj)
			dn := s.DNs.At(uint32(o.DN))
			leaf, display := s.Texts.Bytes(dn.Leaf), s.DisplayOf(o)
			add(leaf)
			add(s.Texts.Bytes(o.Account))
			if !bytes.HasSuffix(leaf, display) { // mostly it is the value of cn
				add(display)
			}
			upn, smtp := s.MailNames(k.obj)
			add([]byte(upn))
			if smtp != upn {
				add([]byte(smtp))
			}
			b.parent[n-from], b.typ[n-from] = uint32(dn.Parent), uint32(typeKeyOf(o))
		}
		b.ends[n-from] = uint32(len(b.text))
	}
	b.text = bytes.Clone(b.text) // without room to spare
}

// appendFolded appends what searchable makes of a text.
func appendFolded(b, text []byte) []byte {
	for i, c := range text {
		if c >= utf8.RuneSelf {
			return append(b[:len(b)-i], searchable(string(text))...)
		}
		b = append(b, dn.Fold(c))
	}
	return b
}

// finder looks for the words of a filter in numbered lines.
type finder struct {
	s     *model.Snapshot
	names *filterIndex
	words []found
}

// found is a word and where it occurs that many lines have in common.
type found struct {
	*Word
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

func newFinder(s *model.Snapshot, filter string) *finder {
	f := &finder{s: s}
	all := Words(filter)
	if len(all) == 0 {
		return f
	}
	f.names = filterIndexOf(s)
	parents := make([]string, len(f.names.parents))
	for i, dn := range f.names.parents {
		parents[i] = searchable(s.DNText(dn))
	}
	for i := range all {
		f.words = append(f.words, f.common(&all[i], parents))
	}
	return f
}

// common looks for a word where lines have something in common.
func (f *finder) common(w *Word, parents []string) found {
	s := f.s
	out := found{Word: w, parents: make([]bool, len(parents)), types: make([]bool, len(f.names.types))}
	for i, dn := range parents {
		out.parents[i] = strings.Contains(dn, w.text)
	}
	for n, k := range f.names.types {
		if k == 0 {
			continue
		}
		o := model.Record{TypeNumber: uint16(k), Class: model.Class(k >> keyClass & 15), Recipient: model.OtherRecipient}
		o.Set(model.FlagDeleted, k&keyDeleted != 0)
		o.Set(model.FlagDisabled, k&keyDisabled != 0)
		out.types[n] = w.in(s.TypeName(&o)) || w.in(model.AccountState(&o))
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
		for _, d := range s.SIDDomains {
			text := searchable(d.String())
			out.domains = append(out.domains, strings.Contains(text, w.text))
			text += "-"
			out.tails = append(out.tails, text[max(0, len(text)-len(w.text)):])
		}
	}
	return out
}

// match returns which lines of a piece pass. Without words all do.
func (f *finder) match(from, to int) (out table.Bits) {
	for i := range out {
		out[i] = ^uint64(0)
	}
	for i := range f.words {
		w := &f.words[i]
		var hit table.Bits
		b := &f.names.blocks[from/table.Piece]
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

func (w *found) inCommon(b *nameBlock, n int, hit *table.Bits) {
	for i := range n {
		if w.types[b.typ[i]] || w.parents[b.parent[i]] {
			hit.Set(i)
		}
	}
	for _, j := range w.joints {
		start := uint32(0)
		for i := range n {
			if j.parents[b.parent[i]] && b.typ[i] != 0 {
				leaf := b.text[start:b.ends[i]]
				leaf = leaf[:bytes.IndexByte(leaf, textEnd)]
				if bytes.HasSuffix(leaf, []byte(j.leaf)) {
					hit.Set(i)
				}
			}
			start = b.ends[i]
		}
	}
}

// inTexts looks through the texts of all lines at once. From a hit it goes on
// behind its line.
func (w *found) inTexts(b *nameBlock, n int, hit *table.Bits) {
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
		hit.Set(line)
		at = int(b.ends[line])
		if line++; line == n {
			return
		}
	}
}

// inSIDs looks for a word in SIDs, which are a domain and a number: in the
// domain once for all, in the number and where the two meet for each.
func (f *finder) inSIDs(w *found, from, to int, hit *table.Bits) {
	s := f.s
	var buf [128]byte
	for n := from; n < to; n++ {
		if hit.Has(n - from) {
			continue
		}
		var id pool.SID
		if k := uint32(n); k < s.Recipients.Len() {
			id = s.Record(*s.Recipients.At(k)).SID
		} else {
			id = othersOf(s)[k-s.Recipients.Len()].SID()
		}
		if id == 0 {
			continue
		}
		r := s.SIDs.At(uint32(id))
		found := w.domains[r.Domain]
		if !found && !r.Whole {
			text := strconv.AppendUint(append(buf[:0], w.tails[r.Domain]...), uint64(r.Rid), 10)
			found = bytes.Contains(text, []byte(w.text))
		}
		if found {
			hit.Set(n - from)
		}
	}
}
