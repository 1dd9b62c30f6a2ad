package verdict_test

// What is not told by a directory, or was not read of it, may be one way or
// another. The plain implementation asks for each such fact when it comes to it
// and goes through all worlds: of what was not read outside, of what a
// directory does not tell inside.

// answer is what a question comes to in one world, or in all of them.
type answer uint8

const (
	none answer = iota
	denied
	possible
	unknown
	allowed
)

func (a answer) String() string {
	return [...]string{"none", "denied", "possible", "unknown", "allowed"}[a]
}

// basis is what an answer rests on; of several the greater is named.
type basis uint8

const (
	noBasis basis = iota
	byService
	byRole
	byDefault
	byGrant
	byOwner
)

func (b basis) String() string {
	return [...]string{"", "service", "role", "default", "grant", "owner"}[b]
}

type outcome struct {
	Answer answer
	Basis  basis
}

// world is a world that may be the real one.
type world struct {
	unread map[string]int // what was not read
	open   map[string]bool
	trail  []turn // what a directory does not tell, in the order in which it was asked for
	asked  int
}

type turn struct {
	fact string
	yes  bool
}

// needed is the panic of a world that was asked for something unread that it
// does not know yet.
type needed struct {
	fact string
	n    int
}

// unknown is something that was not read, and has one of n values.
func (w *world) unknown(fact string, n int) int {
	v, ok := w.unread[fact]
	if !ok {
		panic(needed{fact, n})
	}
	return v
}

// possible is something that a directory does not tell.
func (w *world) possible(fact string) bool {
	if v, ok := w.open[fact]; ok {
		return v
	}
	if w.asked == len(w.trail) {
		w.trail = append(w.trail, turn{fact: fact})
	}
	t := w.trail[w.asked]
	w.asked++
	w.open[fact] = t.yes
	return t.yes
}

// worlds goes through all of them for one way to an answer.
func worlds(eval func(*world) outcome) outcome { return outer(map[string]int{}, eval) }

func outer(unread map[string]int, eval func(*world) outcome) outcome {
	all, need := inner(unread, eval)
	if need == nil {
		return overOpen(all)
	}
	var out []outcome
	for v := range need.n {
		unread[need.fact] = v
		out = append(out, outer(unread, eval))
	}
	delete(unread, need.fact)
	return overUnread(out)
}

// inner goes through the worlds that a directory leaves open.
func inner(unread map[string]int, eval func(*world) outcome) (all []outcome, need *needed) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case needed:
			need = &p
		default:
			panic(p)
		}
	}()
	var trail []turn
	for {
		w := &world{unread: unread, open: map[string]bool{}, trail: trail}
		all = append(all, eval(w))
		trail = w.trail
		for len(trail) > 0 && trail[len(trail)-1].yes {
			trail = trail[:len(trail)-1]
		}
		if len(trail) == 0 {
			return all, nil
		}
		trail[len(trail)-1].yes = true
	}
}

// The values that a fact has over the worlds of what was not read, as a set.
const (
	canBeNo uint8 = 1 << iota
	canBePossible
	canBeSure
)

// across says what a fact comes to in the worlds of what was not read.
func across(unread map[string]int, fact func(*world) bool) (set uint8) {
	all, need := inner(unread, func(w *world) outcome {
		if fact(w) {
			return outcome{Answer: allowed}
		}
		return outcome{}
	})
	if need == nil {
		return map[answer]uint8{none: canBeNo, possible: canBePossible, allowed: canBeSure}[overOpen(all).Answer]
	}
	for v := range need.n {
		unread[need.fact] = v
		set |= across(unread, fact)
	}
	delete(unread, need.fact)
	return set
}

// surely reports whether something holds whatever a directory does not tell.
func (w *world) surely(fact func(*world) bool) bool {
	all, need := inner(w.unread, func(w *world) outcome {
		if fact(w) {
			return outcome{Answer: allowed}
		}
		return outcome{}
	})
	if need != nil {
		panic(*need)
	}
	return overOpen(all).Answer == allowed
}

// overOpen: allowed in all worlds is allowed, in some it is possible.
func overOpen(all []outcome) (out outcome) {
	every := true
	weakest := byOwner
	for _, r := range all {
		if r.Answer == allowed {
			out.Basis, weakest = max(out.Basis, r.Basis), min(weakest, r.Basis)
		}
		every = every && r.Answer == allowed
		out.Answer = max(out.Answer, r.Answer)
	}
	switch {
	case every:
		out.Basis = weakest
	case out.Answer == allowed:
		out.Answer = possible
	}
	return out
}

// overUnread: what was not read and could change the answer makes it unknown.
// Nobody gets in where it is none in one world and denied in another; that a
// deny beat an allow is not known then.
func overUnread(all []outcome) (out outcome) {
	out = all[0]
	for _, r := range all[1:] {
		switch {
		case r.Answer == out.Answer:
			out.Basis = min(out.Basis, r.Basis)
		case r.Answer <= denied && out.Answer <= denied:
			out = outcome{}
		default:
			out = outcome{Answer: unknown}
		}
	}
	return out
}

// join: of several ways the better counts, and of those that are as good the
// first of owner, grant, default.
func join(ways ...outcome) (out outcome) {
	for _, w := range ways {
		switch {
		case w.Answer > out.Answer:
			out = w
		case w.Answer == out.Answer:
			out.Basis = max(out.Basis, w.Basis)
		}
	}
	return out
}
