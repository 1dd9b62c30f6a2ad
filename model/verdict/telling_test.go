package verdict_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"mbxperm/model"
	"mbxperm/model/verdict"
)

// words are what the lines of a book say, each with its ways as the screen shows
// them. Lines with the same Told must say the same.
func words(t *testing.T, b *verdict.Book, s *model.Snapshot, q verdict.Query) (out []string) {
	t.Helper()
	said := map[verdict.Told]string{}
	err := b.Lines(context.Background(), q, func(l *verdict.Line) bool {
		text := fmt.Sprintf("%q %q %q", l.Via().String(), textOf(l.ViaSID()), l.Why().String())
		if told, ok := l.Told(); ok {
			if before, known := said[told]; known && before != text {
				t.Errorf("%v says %s, and another with the same %s", l.Mailbox, text, before)
			}
			said[told] = text
		}
		out = append(out, fmt.Sprint(l.Mailbox, " ", l.Trustee, " ", text))
		for q := range verdict.Question(4) {
			for _, w := range l.Ways(q) {
				out = append(out, fmt.Sprintf("%d %v %v %v %q %v %d %v %d", q, w.Chain, w.Denies, w.Late, w.Doubt.String(), w.Preset, w.Obj, w.Mailbox, w.Pos))
			}
		}
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSharedWords: what lines share says of each what it would say of it alone.
func TestSharedWords(t *testing.T) {
	shared := 0
	for seed := range 300 {
		s := randomForest(seed).snapshot()
		for _, q := range []verdict.Query{{}, {Expand: true}, {Recipients: true, Expand: true}} {
			b := verdict.Of(s.Fresh())
			words(t, b, s, q) // so that all is kept that is to be
			got := words(t, b, s, q)
			want := words(t, verdictsAlone(s), s, q)
			if !slices.Equal(got, want) {
				for i := range got {
					if i >= len(want) || got[i] != want[i] {
						t.Fatalf("seed %d, %+v: shared %s\nalone %s", seed, q, got[i], want[min(i, len(want)-1)])
					}
				}
				t.Fatalf("seed %d: %d lines, alone %d", seed, len(got), len(want))
			}
			shared += len(got)
		}
	}
	if shared < 10000 {
		t.Errorf("only %d lines", shared)
	}
}

// verdictsAlone is a book that shares nothing.
func verdictsAlone(s *model.Snapshot) *verdict.Book {
	b := verdict.Of(s.Fresh())
	b.Unshared()
	return b
}
