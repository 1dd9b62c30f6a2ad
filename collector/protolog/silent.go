package protolog

import (
	"cmp"
	"slices"
)

// silent is a session that knows since when there is no line of it.
type silent interface{ silentSince() int64 }

// endSilent ends the half of the sessions that are silent longest: connections
// that broke leave no line. before orders those that are silent since the same
// time, so that the same logs give the same sums in the same order.
func endSilent[K comparable, S silent](sessions map[K]S, before func(a, b S) int, end func(S)) {
	endSome(sessions, before, end, (len(sessions)+1)/2)
}

// endAll ends all of them.
func endAll[K comparable, S silent](sessions map[K]S, before func(a, b S) int, end func(S)) {
	endSome(sessions, before, end, len(sessions))
}

func endSome[K comparable, S silent](sessions map[K]S, before func(a, b S) int, end func(S), n int) {
	type open struct {
		key     K
		session S
	}
	list := make([]open, 0, len(sessions))
	for k, s := range sessions {
		list = append(list, open{k, s})
	}
	slices.SortFunc(list, func(a, b open) int {
		return cmp.Or(cmp.Compare(a.session.silentSince(), b.session.silentSince()), before(a.session, b.session))
	})
	for _, o := range list[:n] {
		end(o.session)
		delete(sessions, o.key)
	}
}
