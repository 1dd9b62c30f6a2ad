package acl_test

import (
	"testing"

	. "mbxperm/acl"
	"mbxperm/acl/internal/acltest"
)

// sink keeps results alive.
var sink struct {
	allow, deny, sendAs, ids int
	parsed                   Descriptor
	text                     string
}

func parseCorpus(b *testing.B) ([]Descriptor, int64) {
	b.Helper()
	raw := acltest.Corpus(10_000)
	out := make([]Descriptor, len(raw))
	var size int64
	for i := range raw {
		d, err := Parse(raw[i])
		if err != nil {
			b.Fatal(err)
		}
		out[i] = d
		size += int64(len(raw[i]))
	}
	return out, size
}

// report gives the cost of one ACE, the unit of the goals.
func report(b *testing.B, aces int, size int64) {
	b.SetBytes(size)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(aces), "ns/ACE")
	b.ReportAllocs()
}

// classify is what a walk does for each entry: allow or deny, and what it says
// about Send-As. It is a function of its own because testing.B.Loop keeps the
// compiler from inlining what stands in its body, which no other caller has to
// suffer.
func classify(corpus []Descriptor) {
	var allow, deny, sendAs int
	for i := range corpus {
		for a := range corpus[i].DACL() {
			if a.Type.Denies() {
				deny++
			} else if a.Type.Allows() {
				allow++
			}
			if a.Mask&ControlAccess != 0 {
				if covers, _ := a.Covers(GUIDSendAs); covers {
					sendAs++
				}
			}
		}
	}
	sink.allow, sink.deny, sink.sendAs = allow, deny, sendAs
}

// classifyAndIntern also finds the number of each trustee, as the model does.
func classifyAndIntern(corpus []Descriptor, ids map[string]uint32) {
	var allow, deny int
	var sum uint32
	for i := range corpus {
		for a := range corpus[i].DACL() {
			if a.Type.Denies() {
				deny++
			} else if a.Type.Allows() {
				allow++
			}
			sum += ids[string(a.SID)]
		}
	}
	sink.allow, sink.deny, sink.ids = allow, deny, int(sum)
}

// BenchmarkWalk reads and classifies every ACE of 10,000 descriptors of 45
// entries: allow or deny, and what it says about Send-As.
func BenchmarkWalk(b *testing.B) {
	corpus, size := parseCorpus(b)
	b.ResetTimer()
	for b.Loop() {
		classify(corpus)
	}
	report(b, 45*len(corpus), size)
}

// BenchmarkWalkIntern is BenchmarkWalk with a look-up of the trustee.
func BenchmarkWalkIntern(b *testing.B) {
	corpus, size := parseCorpus(b)
	ids := make(map[string]uint32, 50_000)
	for i := range corpus {
		for a := range corpus[i].DACL() {
			if _, ok := ids[string(a.SID)]; !ok {
				ids[string(a.SID)] = uint32(len(ids))
			}
		}
	}
	b.ResetTimer()
	for b.Loop() {
		classifyAndIntern(corpus, ids)
	}
	report(b, 45*len(corpus), size)
}

// BenchmarkParse checks a descriptor once, which includes reading every ACE.
func BenchmarkParse(b *testing.B) {
	raw := acltest.Corpus(10_000)
	var size int64
	for i := range raw {
		size += int64(len(raw[i]))
	}
	b.ResetTimer()
	for b.Loop() {
		for i := range raw {
			sink.parsed, _ = Parse(raw[i])
		}
	}
	report(b, 45*len(raw), size)
}

// BenchmarkCheck asks whether a token of 20 SIDs may read one attribute.
func BenchmarkCheck(b *testing.B) {
	corpus, size := parseCorpus(b)
	sids := []SID{SIDEveryone, SIDAuthenticatedUsers}
	for i := range uint32(18) {
		sids = append(sids, acltest.DomainSID.WithRID(5000+i))
	}
	t := NewToken(sids...)
	b.ResetTimer()
	for b.Loop() {
		for i := range corpus {
			if ok, _ := CanReadAttribute(corpus[i], t, sids[2], GUIDMailboxSDAttribute, GUIDExchangeInformation); ok {
				sink.allow++
			}
		}
	}
	report(b, 45*len(corpus), size)
}

// BenchmarkSIDString compares the text through go-objectsid with our own.
func BenchmarkSIDString(b *testing.B) {
	s := acltest.DomainSID.WithRID(1104)
	b.Run("objectsid", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sink.text = s.String()
		}
	})
	b.Run("own", func(b *testing.B) {
		b.ReportAllocs()
		var buf [96]byte
		for b.Loop() {
			sink.text = string(s.AppendTo(buf[:0]))
		}
	})
}
