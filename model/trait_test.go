package model_test

import (
	"math/rand/v2"
	"testing"

	"mbxperm/model"
)

// TestTraits: what was put comes back, a value that came once stays, and equal
// sets are one.
func TestTraits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	w := model.NewWriter(model.NewPool())
	texts := []string{"", "x", "Sales", "Müller & Söhne", string(make([]byte, 300))}
	want := map[string]model.Traits{}
	var names []string
	for i := range 200 {
		dn := "CN=u" + string(rune('a'+i%26)) + string(rune('a'+i/26)) + ",DC=contoso,DC=com"
		w.Put(&model.Object{DN: dn, Class: model.ClassUser})
		names = append(names, dn)
	}
	for range 1000 {
		dn := names[r.IntN(len(names))]
		var put model.Traits
		all := want[dn]
		for i := range put {
			switch r.IntN(4) {
			case 0:
				put[i] = model.Trait{State: model.Present, Text: []byte(texts[r.IntN(len(texts))])}
				all[i] = put[i]
			case 1:
				put[i].State = model.Missing
				if all[i].State == model.NotAsked {
					all[i].State = model.Missing
				}
			}
		}
		want[dn] = all
		w.Traits(dn, &put)
	}
	s := w.Snapshot()
	for id := model.ObjectID(1); uint32(id) < s.Objects.Len(); id++ {
		if dn := s.DNText(s.Record(id).DN); !same(s.TraitsOf(id), want[dn]) {
			t.Errorf("%s: %v, want %v", dn, s.TraitsOf(id), want[dn])
		}
	}
	if !same(s.TraitsOf(model.ObjectID(s.Objects.Len()+5)), model.Traits{}) {
		t.Error("nobody says something")
	}
}

func same(a, b model.Traits) bool {
	for i := range a {
		if a[i].State != b[i].State || string(a[i].Text) != string(b[i].Text) {
			return false
		}
	}
	return true
}
