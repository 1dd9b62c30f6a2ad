package finding_test

import (
	"testing"
	"time"

	"mbxperm/model/finding"
)

// BenchmarkFindings looks for all findings of 100,000 mailboxes with some 5,000,000
// entries, with nothing worked out before: 5 s, the first of them within one.
func BenchmarkFindings(b *testing.B) {
	s := alarmState(b, "demo:100000")
	entries := 0
	for id := uint32(1); id < s.Objects.Len(); id++ {
		o := s.Objects.At(id)
		_, n := s.ACEsOf(o.Security)
		_, m := s.ACEsOf(o.MailboxSD)
		entries += int(n + m)
	}
	b.ReportMetric(float64(entries), "entries")
	for b.Loop() {
		start, first := time.Now(), time.Duration(0)
		l, err := finding.Find(b.Context(), s.Fresh(), finding.Query{}, func(l *finding.List, _ finding.Progress) {
			if first == 0 && l.Len() > 0 {
				first = time.Since(start)
			}
		})
		if err != nil || l.Len() == 0 {
			b.Fatalf("%d findings, %v", l.Len(), err)
		}
		b.ReportMetric(first.Seconds(), "s-to-first")
		b.ReportMetric(float64(l.Len()), "findings")
	}
}

// TestFindingsStream: what is told on the way is in order and grows to what is returned;
// the same state gives the same list.
func TestFindingsStream(t *testing.T) {
	s := alarmState(t, "demo:2000")
	told := 0
	l, err := finding.Find(t.Context(), s, finding.Query{}, func(l *finding.List, p finding.Progress) {
		told++
		if l.Done() || p.Done > p.All {
			t.Errorf("told %d of %d, done %v", p.Done, p.All, l.Done())
		}
	})
	if err != nil || told == 0 || !l.Done() {
		t.Fatalf("told %d times, %v", told, err)
	}
	again, err := finding.Find(t.Context(), s.Fresh(), finding.Query{}, nil)
	if err != nil || again.Len() != l.Len() {
		t.Fatalf("%d findings, then %d, %v", l.Len(), again.Len(), err)
	}
	for i := range l.Len() {
		x, y := l.At(i), again.At(i)
		if x.Rule != y.Rule || x.Target.DN != y.Target.DN || x.Trustee.SID != y.Trustee.SID || x.Count != y.Count || x.Detail.String() != y.Detail.String() {
			t.Fatalf("finding %d is %s on %s, then %s on %s", i, x.Rule.Name, x.Target.DN, y.Rule.Name, y.Target.DN)
		}
		if i > 0 && l.Severity(i) > l.Severity(i-1) {
			t.Fatalf("finding %d is more dangerous than the one before", i)
		}
	}
}
