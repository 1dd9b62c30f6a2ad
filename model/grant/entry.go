package grant

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/internal/pool"
)

// Rights of one entry together: the most dangerous first, and what a reader need not
// see of it counted.

// repeated says how often the entry at a place of a list stands in it, and whether
// this is the first of them.
func repeated(s *model.Snapshot, d pool.Desc, pos uint32) (n int, first bool) {
	r := s.Descs.At(uint32(d))
	if !r.Repeats {
		return 1, true
	}
	id := *s.Lists.At(r.First + pos)
	if !s.ACEs.At(uint32(id)).Repeats() {
		return 1, true
	}
	first = true
	for i := range r.N {
		if *s.Lists.At(r.First + i) == id {
			n++
			first = first && i >= pos
		}
	}
	return n, first
}

// part is one right of an entry.
type part struct {
	name string // standard name, for exports
	text string // the same with its caveats
	cell string // the same as short as it is understood
	rank int    // the most dangerous have the lowest
}

// The ranks of rights that are named below no other: they change something, or only look.
const changes, looks = 50, 100

// ranks order the rights of an entry: first what takes over the object or opens the
// mailbox, then what writes to it, what changes something else, what only looks.
var ranks = func() map[string]int {
	out := map[string]int{}
	for i, name := range [...]string{
		"Full Control", "FullAccess", "GenericAll", "Send-As", "All extended rights", "WriteDacl", "WriteOwner",
		"ChangeOwner", "ChangePermission", "GenericWrite", "WriteProperty", "may change members", "Receive-As", "SendAs",
	} {
		out[name] = i
	}
	for _, name := range [...]string{"ReadPermission", "ListChildren", "ReadProperty", "ListObject", "ReadControl", "GenericRead", "GenericExecute", "Synchronize"} {
		out[name] = looks
	}
	return out
}()

func rankOf(name string) int {
	rank, known := ranks[name]
	if !known {
		return changes
	}
	return rank
}

// parts are the rights that the entry of a row gives, the most dangerous first;
// those that follow from others come last. Where only the names are wanted they have
// no texts.
func parts(s *model.Snapshot, ref Ref, a *pool.ACERecord, texts bool) []part {
	k, o := ref.Kind(), s.Record(ref.Obj)
	if k.Senses() == nil {
		return wholeOr(s, k, a)
	}
	var buf [pool.MaxRights]pool.Right
	rights := pool.RightsOf(s.Descs.At(uint32(k.Desc(o))).Sense, a, &buf)
	out := make([]part, 0, len(rights))
	for _, r := range rights {
		name := k.name(s, r, a)
		one := Row{Ref: k.Ref(ref.Obj, ref.Pos, r), Text: name}
		if texts && k.fill != nil {
			k.fill(s, o, &one)
		}
		out = append(out, part{name, one.Text, one.Text, rightRank(r, name)})
	}
	sortParts(out)
	if len(out) > 0 && out[0].rank < implied { // else the notes of the row say it of all of them
		for i := range out {
			if out[i].rank >= implied {
				out[i].text += " by another right"
				out[i].cell = out[i].text
			}
		}
	}
	return out
}

// implied is added to the rank of a right that follows from others.
const implied = 2 * looks

func rightRank(r pool.Right, name string) int {
	rank := rankOf(name)
	if pool.Implied(r) != acl.NotImplied {
		rank += implied
	}
	return rank
}

// wholeOr are those of an entry that is one row in any case. Where its kind has a
// name for all of it, that is one.
func wholeOr(s *model.Snapshot, k *Kind, a *pool.ACERecord) []part {
	if name := k.name(s, pool.RightWhole, a); name != wholeName(s, pool.RightWhole, a) {
		return []part{{name, name, name, 0}}
	}
	out := wholeParts(s, a)
	sortParts(out)
	return out
}

func sortParts(parts []part) {
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.rank, b.rank) })
}

// lead is the right that stands for an entry where one must: the most dangerous.
func lead(s *model.Snapshot, ref Ref, a *pool.ACERecord) pool.Right {
	k, best := ref.Kind(), math.MaxInt
	var buf [pool.MaxRights]pool.Right
	right := pool.RightOther
	for _, r := range pool.RightsOf(s.Descs.At(uint32(k.Desc(s.Record(ref.Obj)))).Sense, a, &buf) {
		if rank := rightRank(r, k.name(s, r, a)); rank < best {
			best, right = rank, r
		}
	}
	return right
}

// allOverruled reports whether earlier entries allow all that an entry denies.
func allOverruled(s *model.Snapshot, ref Ref, deny *pool.ACERecord) bool {
	k := ref.Kind()
	var buf [pool.MaxRights]pool.Right
	for _, r := range pool.RightsOf(s.Descs.At(uint32(k.Desc(s.Record(ref.Obj)))).Sense, deny, &buf) {
		if !overruled(s, k.Ref(ref.Obj, ref.Pos, r), deny) {
			return false
		}
	}
	return true
}

// mostNamed is how many rights a cell names where there are more than fewRights.
const fewRights, mostNamed = 3, 2

// cellOf is what the grid shows of the rights of an entry.
func cellOf(parts []part, times int) string {
	var names []string
	for _, p := range parts {
		names = append(names, p.cell)
	}
	more := ""
	if len(names) > fewRights {
		more = " +" + strconv.Itoa(len(names)-mostNamed)
		names = names[:mostNamed]
	}
	text := strings.Join(names, ", ") + more
	if times > 1 {
		text += " ×" + strconv.Itoa(times)
	}
	return text
}

// EntryOf makes a row with what it says of its entry as a whole: see [Row.Rights].
// Of a row that is one right of it the cell names that one.
func EntryOf(s *model.Snapshot, ref Ref, split bool) Row {
	row, a := RowOf(s, ref), ACEOf(s, ref)
	row.Repeated, row.Cell = 1, row.Text
	if a == nil {
		row.Rights = []string{row.Right}
		return row
	}
	all := parts(s, ref, a, !split)
	row.Rights = names(all)
	row.Repeated, _ = repeated(s, ref.Kind().Desc(s.Record(ref.Obj)), ref.Pos)
	if !split {
		row.Cell = cellOf(all, row.Repeated) + notes(&row)
	}
	return row
}

func names(parts []part) []string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = p.name
	}
	return out
}

// fullText names all rights of an entry, with their caveats.
func fullText(parts []part) string {
	var texts []string
	for _, p := range parts {
		texts = append(texts, p.text)
	}
	return strings.Join(texts, ", ")
}
