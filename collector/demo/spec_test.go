package demo

import (
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
)

func TestNew(t *testing.T) {
	for spec, want := range map[string]string{
		"demo": "demo:250:1", "demo:12": "demo:12:1", "demo:12:7": "demo:12:7", "demo:12:7:0": "demo:12:7",
		"demo:12:7:3": "demo:12:7:3", "DEMO:12": "demo:12:1", "demo:5000000:0": "demo:5000000:0",
	} {
		s, err := New(spec)
		if err != nil {
			t.Errorf("%s: %v", spec, err)
		} else if s.Name() != want {
			t.Errorf("%s: name %q, want %q", spec, s.Name(), want)
		}
	}
}

func TestNewErrors(t *testing.T) {
	for spec, want := range map[string]string{
		"demo:abc":                  `demo:abc: "abc" is not a number of mailboxes: use demo:N[:SEED[:DAY]], for example demo:250`,
		"demo:":                     `"" is not a number of mailboxes`,
		"demo:0":                    "0 mailboxes, want 1 to 5000000",
		"demo:-3":                   "-3 mailboxes",
		"demo:5000001":              "5000001 mailboxes",
		"demo:5:x":                  `"x" is not a seed`,
		"demo:5:-1":                 `"-1" is not a seed`,
		"demo:5:1:x":                `"x" is not a number of days`,
		"demo:5:1:-1":               "day -1, want 0 to 3650",
		"demo:5:1:4000":             "day 4000",
		"demo:5:1:1:1":              "too many parts",
		"demonstration":             "not a demo source",
		"":                          "not a demo source",
		"demo:99999999999999999999": "is not a number of mailboxes",
	} {
		_, err := New(spec)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", spec, err, want)
		}
	}
}

func TestLookup(t *testing.T) {
	s, err := New("demo:250")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	sink := newTape(func(q *collector.Query, e *collector.Entry) {
		for _, a := range e.Attributes {
			if !q.Asked(a.Name) {
				t.Errorf("%s: %s was not asked for", e.DN, a.Name)
			}
		}
		found = append(found, e.Text("sAMAccountName"))
	})
	stranger := acl.MustParseSID("S-1-5-21-1-2-3-4")
	ask := []acl.SID{
		svcBackup.sid(), local(firstMailbox + 3).sid(), {}, // a zero SID is held by nobody
		{}, orphan(4).sid(), {}, stranger,
		local(firstMailbox + 250).sid(), // past the end
		{}, {},
	}
	ask[2] = trustee{old, firstMailbox + headHadSID}.sid()
	ask[3] = trustee{old, oldAdminRID}.sid()
	ask[5] = trustee{emea, 1601}.sid()
	ask[8] = trustee{fabrikam, 31_337}.sid()
	ask[9] = foreignMember.sid()
	if err := s.Lookup(t.Context(), ask, sink); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(found, " "), "svc-backup nils.krogh olga.petrova adm-keller "; got != want {
		t.Errorf("found %q, want %q", got, want)
	}
	missed := map[acl.SID]bool{}
	for _, sid := range sink.missed {
		missed[sid] = true
	}
	for i, sid := range ask {
		want := i == 4 || i == 5 || i == 6 || i == 7 || i == 8
		if missed[sid] != want {
			t.Errorf("sid %d, %s: missed %v, want %v", i, sid, missed[sid], want)
		}
	}
}

// TestLookupFindsEverybody asks for every SID of the organisation: Lookup and
// Read must agree on who there is.
func TestLookupFindsEverybody(t *testing.T) {
	dns := map[acl.SID]string{}
	var sids []acl.SID
	read(t, "demo:300:4:90", func(q *collector.Query, e *collector.Entry) {
		if q.Purpose == decode.Containers.Purpose {
			return // the domain has a SID, and is no principal
		}
		for _, name := range []string{"objectSid", "sIDHistory"} {
			if v := e.Value(name); v != nil {
				sid, err := acl.SIDFromBytes(v)
				if err != nil {
					t.Fatal(err)
				}
				dns[sid] = e.DN
				sids = append(sids, sid)
			}
		}
	})
	s, _ := New("demo:300:4:90")
	for i, sid := range sids {
		var got string
		sink := newTape(func(q *collector.Query, e *collector.Entry) { got = e.DN })
		if err := s.Lookup(t.Context(), sids[i:i+1], sink); err != nil {
			t.Fatal(err)
		}
		if got != dns[sid] || len(sink.missed) > 0 {
			t.Errorf("%s is %q, and for Lookup %q", sid, dns[sid], got)
		}
	}
	everybody, answers := map[string]bool{}, 0
	for _, dn := range dns {
		everybody[dn] = true
	}
	sink := newTape(func(q *collector.Query, e *collector.Entry) { answers++ })
	if err := s.Lookup(t.Context(), sids, sink); err != nil {
		t.Fatal(err)
	}
	if answers < len(everybody) || answers > len(everybody)+len(sids)/lookupBatch || len(sink.missed) > 0 {
		t.Errorf("%d answers for %d objects, %d missed", answers, len(everybody), len(sink.missed))
	}
}

// TestEscaping checks names against RFC 4514 and the habits of Active Directory.
func TestEscaping(t *testing.T) {
	for in, want := range map[string]string{
		"Müller, Z.": `Müller\, Z.`, `a"b\c`: `a\"b\\c`, "#1": `\#1`, "a#1": "a#1", " x ": `\ x\ `, "a=b": `a\=b`,
		"a\nb": `a\0Ab`, "王小明": "王小明", "<+;>": `\<\+\;\>`, "": "",
	} {
		if got := escape(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
