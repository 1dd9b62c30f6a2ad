package demo

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// mailbox is what the tests below keep of an entry.
type mailbox struct {
	name, uac, kind, store, dn string
	account, box               []byte // descriptors
	delegates                  int
}

func mailboxes(t *testing.T, spec string) []mailbox {
	t.Helper()
	var list []mailbox
	read(t, spec, func(q *collector.Query, e *collector.Entry) {
		if q.Purpose != decode.Mailboxes.Purpose {
			return
		}
		list = append(list, mailbox{
			name: e.Text("displayName"), uac: e.Text("userAccountControl"), kind: e.Text("msExchRecipientTypeDetails"),
			store: e.Text("homeMDB"), dn: e.DN, account: bytes.Clone(e.Value("nTSecurityDescriptor")),
			box: bytes.Clone(e.Value("msExchMailboxSecurityDescriptor")), delegates: len(e.Values("publicDelegates")),
		})
	})
	return list
}

// count tells how many entries of a descriptor match.
func count(sd []byte, match func(acl.ACE) bool) int {
	d, _ := acl.Parse(sd)
	n := 0
	for a := range d.DACL() {
		if match(a) {
			n++
		}
	}
	return n
}

func holder(who trustee) func(acl.ACE) bool {
	return func(a acl.ACE) bool { return bytes.Equal(a.SID, who.appendSID(nil)) }
}

func TestHandWrittenMailboxes(t *testing.T) {
	list := mailboxes(t, "demo")
	every := func(acl.ACE) bool { return true }
	callback := func(a acl.ACE) bool { return a.IsCallback() }
	stale := func(a acl.ACE) bool { return a.IsInherited() }
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"entries of a plain mailbox", count(list[headPlain].box, every), 1},
		{"entries of the longest list", count(list[headMany].box, every), manyEntries},
		{"readable entries of the cut one", count(list[headTruncated].box, every), 2},
		{"bytes where there is no mailbox descriptor", len(list[headAbsent].box), 0},
		{"bytes where the account descriptor is unreadable", len(list[headUnreadable].account), 0},
		{"conditional mailbox entries", count(list[headConditional].box, callback), 1},
		{"conditional account entries", count(list[headConditional].account, callback), 1},
		{"stale entries", count(list[headStale].box, stale), 3},
		{"entries of deleted accounts", count(list[headOrphans].box, holder(orphan(0))), 1},
		{"entries for svc-backup on zoe.mueller", count(list[headMüller].box, holder(svcBackup)), 1},
		{"inherited entries on a protected account", count(list[headProtected].account, stale), 0},
		{"entries without origin", count(list[headNoOrigin].account, holder(formerTeam)), 1},
		{"delegates", list[headBoard].delegates, 5},
		{"entries of the linked owner", count(list[headLinked].box, holder(linkedOwner(headLinked))), 1},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.what, c.got, c.want)
		}
	}
	if d, err := acl.Parse(list[headNullList].box); err != nil || d.DACLState() != acl.ACLNull {
		t.Errorf("NULL list: %v, %v", d.DACLState(), err)
	}
	if d, err := acl.Parse(list[headEmptyList].box); err != nil || d.DACLState() != acl.ACLPresent || d.DACLLen() != 0 {
		t.Errorf("empty list: %v with %d entries, %v", d.DACLState(), d.DACLLen(), err)
	}
	if list[headHostile].name != hostile || list[headMüller].name != "Müller, Z." || list[headLegacy].kind != "" {
		t.Errorf("names and types: %q, %q, %q", list[headHostile].name, list[headMüller].name, list[headLegacy].kind)
	}
}

// TestExpiry is about an attribute that no search asks for yet.
func TestExpiry(t *testing.T) {
	s, _ := New("demo")
	var e entry
	p := s.world.personAt(headExpired)
	e.mailbox(s.world, &p, true)
	if e.Text("accountExpires") == "" {
		t.Error("an expired account does not say so")
	}
}

// TestSpread holds the proportions that the measurements at a million mailboxes
// rest on.
func TestSpread(t *testing.T) {
	list := mailboxes(t, "demo:20000")
	accounts, boxes := map[string]int{}, map[string]int{}
	entries := 0
	for _, m := range list {
		if m.store == "" {
			continue
		}
		accounts[string(m.account)]++
		boxes[string(m.box)]++
		entries += count(m.account, func(acl.ACE) bool { return true }) + count(m.box, func(acl.ACE) bool { return true })
	}
	share := func(m map[string]int) float64 {
		once := 0
		for _, n := range m {
			if n == 1 {
				once++
			}
		}
		return float64(once) / 20_000
	}
	if s := share(accounts); s < 1.0/7 || s > 0.2 {
		t.Errorf("%.3f of the account descriptors are unlike every other, want one in seven", s)
	}
	if s := share(boxes); s < 0.48 || s > 0.55 {
		t.Errorf("%.3f of the mailbox descriptors are unlike every other, want half", s)
	}
	if per := float64(entries) / 20_000; per < 45 || per > 55 {
		t.Errorf("%.1f entries for each mailbox, want about 50", per)
	}
}

func TestDays(t *testing.T) {
	const n = 20_000
	differ := func(a, b []mailbox) (total, boxes, accounts, states, names, stores, delegates int) {
		for i := range a[:n] {
			x, y := a[i], b[i]
			one := func(changed bool, count *int) {
				if changed {
					*count++
				}
			}
			one(!bytes.Equal(x.box, y.box), &boxes)
			one(!bytes.Equal(x.account, y.account), &accounts)
			one(x.uac != y.uac, &states)
			one(x.name != y.name || x.dn != y.dn, &names)
			one(x.store != y.store, &stores)
			one(x.delegates != y.delegates, &delegates)
			x.box, x.account, y.box, y.account = nil, nil, nil, nil
		}
		total = boxes + accounts + states + names + stores + delegates
		return
	}
	zero, one, month := mailboxes(t, "demo:20000"), mailboxes(t, "demo:20000:1:1"), mailboxes(t, "demo:20000:1:30")
	total, _, _, _, _, _, _ := differ(zero, one)
	if total < n/400 || total > n/100 {
		t.Errorf("%d changes in a day, want about %d", total, n/200)
	}
	_, boxes, accounts, states, names, stores, delegates := differ(zero, month)
	for what, got := range map[string]int{"mailbox descriptors": boxes, "account descriptors": accounts, "states": states,
		"names": names, "stores": stores, "delegates": delegates} {
		if got < 100 {
			t.Errorf("%d %s changed in a month, want some hundreds", got, what)
		}
	}
}

// TestCloseDuringRead closes a source from another goroutine while a slow sink
// is at work.
func TestCloseDuringRead(t *testing.T) {
	s, _ := New("demo:100000")
	sink := newTape(nil)
	begun := make(chan struct{})
	sink.entry = func(q *collector.Query, e *collector.Entry) {
		if q.Purpose != decode.Mailboxes.Purpose {
			return
		}
		if sink.got[q.ID] == 1 {
			close(begun)
		}
		time.Sleep(time.Millisecond)
	}
	done := make(chan error, 1)
	go func() { done <- s.Read(context.Background(), sink) }()
	<-begun
	s.Close()
	select {
	case err := <-done:
		if !errors.Is(err, errClosed) {
			t.Errorf("Read: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("Read goes on after Close")
	}
}

// TestMembersComeAndGo compares the groups of two days: few members differ, and
// a group keeps its size.
func TestMembersComeAndGo(t *testing.T) {
	members := func(spec string) map[string][]string {
		groups := map[string][]string{}
		read(t, spec, func(q *collector.Query, e *collector.Entry) {
			for _, v := range e.Values("member") {
				groups[e.DN] = append(groups[e.DN], string(v))
			}
		})
		return groups
	}
	before, after := members("demo:5000"), members("demo:5000:1:10")
	total, changed := 0, 0
	for dn, list := range before {
		if len(after[dn]) != len(list) {
			t.Errorf("%s had %d members and has %d", dn, len(list), len(after[dn]))
			continue
		}
		for i := range list {
			total++
			if list[i] != after[dn][i] {
				changed++
			}
		}
	}
	if share := float64(changed) / float64(total); share < 0.02 || share > 0.1 {
		t.Errorf("%d of %d members differ after ten days, want about one in twenty", changed, total)
	}
}
