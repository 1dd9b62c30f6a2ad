package history

import (
	"context"
	"strconv"
	"strings"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/finding"
	"mbxperm/model/internal/pool"
)

// Version is that of what the numbers mean. Numbers of another one are counted anew.
const Version = 1

// Counts are the numbers of one reading.
type Counts struct {
	Mailboxes  int // of whatever type, system mailboxes among them
	Entries    int // stored entries of the two access lists of each mailbox, and its delegates
	FullAccess int // allowing, not inherited, to somebody else than SELF
	Orphans    int // SIDs that entries name and nobody holds any more
	// Findings are those that rules find, by severity; accepted ones count.
	Findings [finding.Critical + 1]int
	// Whole says that every search of the reading came to its end.
	Whole bool
	// Forest is the SID of the forest's root domain; empty where it was not read.
	Forest string
}

// Of counts a finished reading. It stops with the context's error when ctx ends.
func Of(ctx context.Context, s *model.Snapshot) (c Counts, err error) {
	full := map[pool.Desc]int{}
	for i := range s.Recipients.Len() {
		o := s.Record(*s.Recipients.At(i))
		if !o.HasMailbox() {
			continue
		}
		c.Mailboxes++
		c.Entries += int(s.Descs.At(uint32(o.MailboxSD)).N + s.Descs.At(uint32(o.Security)).N + o.Delegates.N)
		n, ok := full[o.MailboxSD]
		if !ok {
			n = fullAccess(s, o.MailboxSD)
			full[o.MailboxSD] = n
		}
		c.FullAccess += n
	}
	for id := uint32(1); id < s.SIDs.Len(); id++ {
		if s.SIDInfo(pool.SID(id)).Named && s.TrusteeKind(pool.SID(id)) == model.KindOrphan {
			c.Orphans++
		}
	}
	found, err := finding.Find(ctx, s, finding.Query{}, nil)
	if err != nil {
		return Counts{}, err
	}
	for severity, n := range found.Worst() {
		c.Findings[severity] = n
	}
	c.Whole = len(s.State.Incomplete) == 0 && s.State.Err == nil
	c.Forest = model.SIDText(s.Forest.RootSID())
	return c, nil
}

// fullAccess counts the grants in the ACL of a mailbox.
func fullAccess(s *model.Snapshot, d pool.Desc) (n int) {
	first, all := s.ACEsOf(d)
	for i := range all {
		a := s.ACE(first + i)
		if !a.Null && a.Type.Allows() && a.Mask&acl.MailboxFullAccess != 0 && a.Flags&acl.Inherited == 0 && s.SIDOf(a.Trustee) != acl.SIDSelf {
			n++
		}
	}
	return n
}

// fields are the numbers by the names that stand in recordings: a contract.
func (c *Counts) fields() []struct {
	name string
	n    *int
} {
	return []struct {
		name string
		n    *int
	}{
		{"mailboxes", &c.Mailboxes}, {"entries", &c.Entries}, {"full_access", &c.FullAccess}, {"orphans", &c.Orphans},
		{"critical", &c.Findings[finding.Critical]}, {"high", &c.Findings[finding.High]}, {"medium", &c.Findings[finding.Medium]},
		{"low", &c.Findings[finding.Low]}, {"info", &c.Findings[finding.Info]},
	}
}

// Words are the numbers as texts, for a recording: version=1, mailboxes=1204 and so on.
func (c Counts) Words() []string {
	words := []string{"version=" + strconv.Itoa(Version)}
	for _, f := range c.fields() {
		words = append(words, f.name+"="+strconv.Itoa(*f.n))
	}
	if c.Whole {
		words = append(words, "whole=1")
	}
	if c.Forest != "" {
		words = append(words, "forest="+c.Forest)
	}
	return words
}

// Parse reads what Words wrote. ok is false where it is of another version, or a number
// is missing or none: then it has to be counted anew. Words that it does not know it
// passes over.
func Parse(words []string) (c Counts, ok bool) {
	values := map[string]string{}
	for _, w := range words {
		name, value, _ := strings.Cut(w, "=")
		values[name] = value
	}
	if values["version"] != strconv.Itoa(Version) {
		return Counts{}, false
	}
	for _, f := range c.fields() {
		n, err := strconv.ParseUint(values[f.name], 10, 31)
		if err != nil {
			return Counts{}, false
		}
		*f.n = int(n)
	}
	c.Whole = values["whole"] == "1"
	if sid, err := acl.ParseSID(values["forest"]); err == nil {
		c.Forest = sid.String()
	}
	return c, true
}

// Reading is one recorded reading.
type Reading struct {
	File string // name in its folder
	Time time.Time
	Counts
	// Rows is how many rows the question after a line found, -1 where none was asked.
	Rows int
	// Line is what became of these rows since the reading before: "appeared", "gone",
	// "there" in the first reading of all, or nothing.
	Line string
}

// Lines fills in what became of the rows in question, of readings in order of time.
func Lines(all []Reading) {
	for i := range all {
		r := &all[i]
		switch before := i > 0 && all[i-1].Rows > 0; {
		case r.Rows < 0:
		case i == 0 && r.Rows > 0:
			r.Line = "there"
		case r.Rows > 0 && !before:
			r.Line = "appeared"
		case r.Rows == 0 && before:
			r.Line = "gone"
		}
	}
}

// Series are the numbers that a chronicle draws, by name.
var Series = []struct {
	Name string
	Of   func(*Reading) int
}{
	{"mailboxes", func(r *Reading) int { return r.Mailboxes }},
	{"entries", func(r *Reading) int { return r.Entries }},
	{"full_access", func(r *Reading) int { return r.FullAccess }},
	{"orphans", func(r *Reading) int { return r.Orphans }},
	{"critical", func(r *Reading) int { return r.Findings[finding.Critical] }},
	{"high", func(r *Reading) int { return r.Findings[finding.High] }},
	{"medium", func(r *Reading) int { return r.Findings[finding.Medium] }},
	{"low", func(r *Reading) int { return r.Findings[finding.Low] }},
	{"info", func(r *Reading) int { return r.Findings[finding.Info] }},
}

// Fields are the columns of report history: a contract.
var Fields = func() []model.Field[*Reading] {
	out := []model.Field[*Reading]{
		{Name: "time", Is: model.ContentWord, Value: func(r *Reading) any { return r.Time.UTC().Format(time.RFC3339) }},
	}
	for _, s := range Series {
		out = append(out, model.Field[*Reading]{Name: s.Name, Value: func(r *Reading) any { return s.Of(r) }})
	}
	return append(out,
		model.Field[*Reading]{Name: "complete", Value: func(r *Reading) any { return r.Whole }},
		model.Field[*Reading]{Name: "rows", Value: func(r *Reading) any {
			if r.Rows < 0 {
				return ""
			}
			return r.Rows
		}},
		model.Field[*Reading]{Name: "line", Is: model.ContentWord, Value: func(r *Reading) any { return r.Line }},
		model.Field[*Reading]{Name: "file", Is: model.ContentName, Value: func(r *Reading) any { return r.File }})
}()

// sparks are the steps of a sparkline, from the least to the greatest.
var sparks = []rune("▁▂▃▄▅▆▇█")

// Spark draws numbers as a line of at most width cells: of several that share one the
// last counts. All alike are drawn low.
func Spark(numbers []int, width int) string {
	n := min(len(numbers), width)
	if n <= 0 {
		return ""
	}
	shown := make([]int, n)
	for i := range shown {
		shown[i] = numbers[(i+1)*len(numbers)/n-1]
	}
	least, most := shown[0], shown[0]
	for _, x := range shown {
		least, most = min(least, x), max(most, x)
	}
	var b strings.Builder
	for _, x := range shown {
		step := 0
		if most > least {
			step = (x - least) * (len(sparks) - 1) / (most - least)
		}
		b.WriteRune(sparks[step])
	}
	return b.String()
}
