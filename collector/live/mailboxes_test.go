package live

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"
)

// stores makes stores of these sizes, as measure finds them; 0 is unknown.
func sizes(least ...int) []store {
	var out []store
	for i, n := range least {
		out = append(out, store{dn: fmt.Sprintf("CN=Store %d", i), least: n})
	}
	return out
}

func TestPartition(t *testing.T) {
	for _, c := range []struct {
		name   string
		stores []store
		want   []int // how many stores in each part; 0: a half or a quarter of one; -1: the undivided filter
	}{
		{"none known", nil, []int{-1}},
		{"few mailboxes", sizes(512, 512, 512, 512), []int{-1}},
		{"few stores of unknown size", sizes(0, 0, 0, 0), []int{-1}},
		{"stores of unknown size", sizes(0, 0, 0, 0, 0, 0, 0, 0), []int{2, 2, 2, 2}},
		{"one for each connection", sizes(4096, 4096, 4096, 4096), []int{1, 1, 1, 1}},
		{"small ones together", sizes(4096, 4096, 128, 128, 128, 128, 256, 256), []int{1, 1, 6}},
		{"a large one", sizes(8192, 1024), []int{0, 0, 1}},
		{"a very large one", sizes(32768, 1, 1), []int{0, 0, 0, 0, 0, 0, 0, 0, 2}},
	} {
		parts := partition(c.stores, partitionSize, 1000, 4)
		var got []int
		for _, p := range parts {
			switch n := strings.Count(p.filter, "homeMDB="); {
			case p.filter == "":
				got = append(got, -1)
			case strings.Contains(p.filter, "uSNCreated"):
				got = append(got, 0)
			default:
				got = append(got, n)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v\n%+v", c.name, got, c.want, parts)
		}
	}
	// Whatever the sizes, each store is in one part and no part is too large.
	for n := range 200 {
		var all []store
		for i := range n {
			all = append(all, store{dn: fmt.Sprintf("CN=S%03d", i), least: []int{0, 1, 128, 256, 512, 1024, 2048, 4096}[(i*7+n)%8]})
		}
		parts := partition(all, partitionSize, 1000, 4)
		if len(parts) == 1 && parts[0].filter == "" {
			continue
		}
		total := 0
		for _, p := range parts {
			sum := 0
			for _, s := range all {
				if strings.Contains(p.filter, "="+s.dn+")") {
					sum += s.most()
					total++
				}
			}
			if sum > partitionSize || sum == 0 {
				t.Errorf("%d stores: a part has %d mailboxes", n, sum)
			}
		}
		if total != n {
			t.Errorf("%d stores: %d are in the parts", n, total)
		}
	}
}

// partsOf reads a directory in parts of about 300.
func partsOf(t *testing.T, dir []ldaptest.Entry, change ...func(*ldaptest.Config)) (*ldaptest.Server, *journal) {
	t.Helper()
	server := serve(t, ldaptest.Size{}, append([]func(*ldaptest.Config){func(c *ldaptest.Config) { c.Entries = dir }}, change...)...)
	o := options(server)
	o.partition = 300
	j, err := read(t, o)
	if err != nil {
		t.Fatalf("Read: %v", err)
	}
	return server, j
}

// inParts wants n mailboxes, each once, the rest asked for as the complement of
// all stores, and the keys asked for after everything else.
func inParts(t *testing.T, server *ldaptest.Server, j *journal, n int) {
	t.Helper()
	got, _ := j.of(t, decode.Mailboxes.Purpose)
	once(t, got)
	if len(got) != n {
		t.Errorf("%d mailboxes, want %d", len(got), n)
	}
	if keys, _ := j.of(t, decode.Keys.Purpose); len(keys) != 0 {
		t.Errorf("the keys gave %d entries to the sink", len(keys))
	}
	stores, complement := map[string]bool{}, ""
	keys := false
	for _, r := range server.Requests() {
		switch {
		case strings.Contains(r.Filter, "(!(homeMDB=*))"):
			t.Errorf("asked for those without a store: %s", r.Filter)
		case strings.Contains(r.Filter, "(!(|(homeMDB=") || strings.Contains(r.Filter, "(!(homeMDB="):
			complement = r.Filter
			fallthrough
		case strings.Contains(r.Filter, "homeMDB="):
			if keys {
				t.Errorf("a part was asked for after the keys: %s", r.Filter)
			}
		case r.Filter == decode.Mailboxes.Filter:
			keys = true
			if !slices.Equal(r.Attributes, []string{"objectGUID"}) {
				t.Errorf("the keys were asked with %v", r.Attributes)
			}
		}
		if strings.Contains(r.Filter, "homeMDB=") && !strings.Contains(r.Filter, "(!(|") {
			for _, s := range strings.Split(r.Filter, "(homeMDB=")[1:] {
				stores[s[:strings.IndexByte(s, ')')]] = true
			}
		}
	}
	for s := range stores {
		if !strings.Contains(complement, "(homeMDB="+s+")") {
			t.Errorf("the complement %s leaves out %s", complement, s)
		}
	}
	if !keys || len(stores) < 2 {
		t.Errorf("keys asked: %v, %d stores asked", keys, len(stores))
	}
}

// change alters the mailboxes for which it returns true, and returns how many.
func alter(dir []ldaptest.Entry, change func(i int, e *ldaptest.Entry) bool) (n int) {
	i := 0
	for k := range dir {
		if strings.HasPrefix(dir[k].DN, "CN=u0") {
			if i++; change(i, &dir[k]) {
				n++
			}
		}
	}
	return n
}

func TestReadInParts(t *testing.T) {
	hide := func(attribute string, when func(i int) bool) func(i int, e *ldaptest.Entry) bool {
		return func(i int, e *ldaptest.Entry) bool {
			if when(i) {
				e.Hidden = append(e.Hidden, attribute)
			}
			return when(i)
		}
	}
	for _, c := range []struct {
		name   string
		stores int
		n      int
		change func(i int, e *ldaptest.Entry) bool
		byKey  int // mailboxes that the parts lose
	}{
		{"all in stores", 7, 1000, nil, 0},
		{"one large store and a complement", 2, 1000, nil, 0},
		{"stores not to be seen", 7, 206, hide("homeMDB", func(i int) bool { return i%4 != 0 }), 155},
		{"no GUID to be seen either", 7, 400, func(i int, e *ldaptest.Entry) bool {
			if i%40 == 0 {
				e.Hidden = []string{"homeMDB", "objectGUID"}
			}
			return i%40 == 0
		}, 10},
		{"a bit not to be seen", 2, 1000, hide("uSNCreated", func(i int) bool { return i%50 == 0 }), 20},
		{"moved while it was read", 7, 400, func(i int, e *ldaptest.Entry) bool {
			if i%10 == 0 { // both stores name it
				for k, a := range e.Attributes {
					if a.Name == "homeMDB" {
						both := strings.Replace(string(a.Values[0]), "(1)", "(2)", 1)
						e.Attributes[k].Values = [][]byte{a.Values[0], []byte(both)}
					}
				}
			}
			return false
		}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			noLeaks(t)
			dir := ldaptest.Directory(ldaptest.Size{Mailboxes: c.n, Stores: c.stores, Members: 10})
			if c.change != nil {
				if lost := alter(dir, c.change); lost != c.byKey {
					t.Fatalf("%d were altered, want %d", lost, c.byKey)
				}
			}
			server, j := partsOf(t, dir)
			j.complete(t)
			inParts(t, server, j, c.n)
			asked := 0
			for _, q := range j.begun {
				if strings.Contains(q.Filter, "(objectGUID=") || q.Purpose == decode.Mailboxes.Purpose && strings.Contains(q.Filter, "(distinguishedName=") {
					asked += strings.Count(q.Filter, "(objectGUID=") + strings.Count(q.Filter, "(distinguishedName=")
				}
			}
			if asked != c.byKey {
				t.Errorf("%d mailboxes were asked for by key, want %d", asked, c.byKey)
			}
		})
	}
}

// A mailbox that the keys tell of and that never comes is missed.
func TestKeysTellOfMore(t *testing.T) {
	noLeaks(t)
	dir := ldaptest.Directory(ldaptest.Size{Mailboxes: 1000, Stores: 5})
	alter(dir, func(i int, e *ldaptest.Entry) bool {
		if i == 77 {
			e.Gone = func(r *ldaptest.Request) bool { return len(r.Attributes) > 1 }
		}
		return i == 77
	})
	server, j := partsOf(t, dir)
	inParts(t, server, j, 999)
	_, reason := j.of(t, decode.Mailboxes.Purpose)
	wantError(t, reason, ErrIncomplete, "1 mailboxes", "did not come")
}

// What was made while the parts were read comes by its key.
func TestMadeMeanwhile(t *testing.T) {
	noLeaks(t)
	dir := ldaptest.Directory(ldaptest.Size{Mailboxes: 1000, Stores: 5})
	alter(dir, func(i int, e *ldaptest.Entry) bool {
		if i%100 == 0 {
			e.Gone = func(r *ldaptest.Request) bool { return strings.Contains(r.Filter, "homeMDB=") }
		}
		return false
	})
	server, j := partsOf(t, dir)
	j.complete(t)
	inParts(t, server, j, 1000)
}

// A part or the keys that cannot be read: said, and the rest is there.
func TestPartsThatBreak(t *testing.T) {
	for name, c := range map[string]struct {
		fault   func(r *ldaptest.Request) bool
		purpose collector.Purpose
		least   int
	}{
		"a part": {func(r *ldaptest.Request) bool {
			return strings.Contains(r.Filter, "(homeMDB=CN=Store \\281\\29,") && !strings.Contains(r.Filter, "(!(|")
		}, decode.Mailboxes.Purpose, 500},
		"the complement": {func(r *ldaptest.Request) bool { return strings.Contains(r.Filter, "(!(|(homeMDB=") }, decode.Mailboxes.Purpose, 990},
		"the keys": {func(r *ldaptest.Request) bool {
			return r.Filter == decode.Mailboxes.Filter && r.Page == 3
		}, decode.Keys.Purpose, 990},
	} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			dir := ldaptest.Directory(ldaptest.Size{Mailboxes: 1000, Stores: 5})
			alter(dir, func(i int, e *ldaptest.Entry) bool { // ten are in no store
				if i%100 == 0 {
					e.Attributes = slices.DeleteFunc(e.Attributes, func(a ldaptest.Attribute) bool { return a.Name == "homeMDB" })
				}
				return false
			})
			_, j := partsOf(t, dir, func(conf *ldaptest.Config) {
				conf.Fault = func(r *ldaptest.Request) ldaptest.Fault {
					if c.fault(r) {
						return ldaptest.Fault{After: 5, Cut: true}
					}
					return ldaptest.Fault{}
				}
			})
			j.complete(t, c.purpose)
			_, reason := j.of(t, c.purpose)
			wantError(t, reason, ErrBroken, "tried 4 times")
			got, _ := j.of(t, decode.Mailboxes.Purpose)
			once(t, got)
			if len(got) < c.least {
				t.Errorf("%d mailboxes, want %d at least", len(got), c.least)
			}
		})
	}
}

// What noise cannot hide: a read in parts costs the pages, and a constant.
func TestRequestsInParts(t *testing.T) {
	noLeaks(t)
	server, j := partsOf(t, ldaptest.Directory(ldaptest.Size{Mailboxes: 2000, Stores: 10}))
	j.complete(t)
	inParts(t, server, j, 2000)
	pages, keys, measured := 0, 0, 0
	for _, r := range server.Requests() {
		switch {
		case strings.Contains(r.Filter, "homeMDB="):
			pages++
		case r.Filter == decode.Mailboxes.Filter:
			keys++
		case strings.Contains(fmt.Sprint(r.Attributes), "homeMDBBL;range="):
			measured++
		}
	}
	// Ten stores of 200 mailboxes, 255 at most for all we know, one in each part of
	// two pages; two stores of which nothing is known; and the complement, which is
	// empty. Stores larger than 0, than 127, than 255.
	if pages != 10*2+2+1 || keys != 20 || measured != 3 {
		t.Errorf("%d pages of parts, %d of keys, %d questions for the size", pages, keys, measured)
	}
	if n := server.Connections(); n > 4 {
		t.Errorf("%d connections, want 4 at most", n)
	}
}

// The size of the stores says how many mailboxes to expect.
func TestExpect(t *testing.T) {
	noLeaks(t)
	for _, n := range []int{300, 1000} {
		_, j := partsOf(t, ldaptest.Directory(ldaptest.Size{Mailboxes: n, Stores: 5}))
		sum := 0
		for _, q := range j.begun {
			if j.expect[q.ID] > 0 && q.Purpose != decode.Mailboxes.Purpose {
				t.Errorf("%s: expect %d", q.Purpose, j.expect[q.ID])
			}
			sum += j.expect[q.ID]
		}
		if sum < n/2 || sum > 2*n {
			t.Errorf("expect %d, there are %d", sum, n)
		}
	}
}

// A server that says it is done when it is not: what a part has lost, the keys
// tell of.
func TestPartThatEndsEarly(t *testing.T) {
	noLeaks(t)
	var once sync.Once
	server, j := partsOf(t, ldaptest.Directory(ldaptest.Size{Mailboxes: 1000, Stores: 5}), func(c *ldaptest.Config) {
		c.Fault = func(r *ldaptest.Request) (f ldaptest.Fault) {
			if strings.Contains(r.Filter, "(homeMDB=") && r.Page == 1 && !strings.Contains(r.Filter, "(!(|") {
				once.Do(func() { f = ldaptest.Fault{Short: 40, Lose: true} })
			}
			return f
		}
	})
	j.complete(t)
	inParts(t, server, j, 1000)
}

// Whatever a server gives for a range, a store is not taken to be larger than n for
// values from elsewhere.
func TestMeasureTakesOnlyWhatWasAsked(t *testing.T) {
	for name, larger := range map[string]bool{"homeMDBBL;range=127-127": true, "homeMDBBL;range=127-*": true,
		"homeMDBBL": false, "homeMDBBL;range=0-1499": false, "homeMDBBL;range=x": false} {
		m := &mailboxes{r: &reading{Source: &Source{home: &domain{server: &server{}}}}, stores: map[string]store{"cn=s": {dn: "CN=S"}}}
		m.measure(127, nil).each(&collector.Entry{DN: "CN=S", Attributes: []collector.Attribute{{Name: name, Values: [][]byte{[]byte("CN=U")}}}})
		if got := m.stores["cn=s"].least == 128; got != larger {
			t.Errorf("%s: larger than 127: %v", name, got)
		}
	}
}
