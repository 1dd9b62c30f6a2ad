package ui

import (
	"context"
	"fmt"
	"strings"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// verdictSheets is all about a verdict: who and what it is about, the chain of
// reasons, which is sheet why, and the entry that decides as it is stored.
func verdictSheets(ctx context.Context, res *view.Result, i int) (sheets []widget.Sheet, why int) {
	s, row := res.Snapshot, res.Row(i)
	ways := row.Verdict.Ways(row.Question)
	for _, about := range []struct {
		title string
		key   view.LineKey
	}{{"Person", res.TrusteeKey(i)}, {"Mailbox", res.TargetKey(i)}} {
		if !about.key.IsZero() {
			sheets = append(sheets, cardSheet(ctx, s, about.title, about.key))
		}
	}
	why = len(sheets)
	sheets = append(sheets, widget.Sheet{Title: "Why", Text: widget.Still(whyLines(&row, ways)...)})
	for n := range ways {
		ref, ok := view.WayRef(s, &ways[n])
		if !ok {
			continue
		}
		if raw, ok := view.RawOf(s, ref); ok {
			entry := grant.RowOf(s, ref)
			return append(sheets, widget.Sheet{Title: "ACE", Text: widget.Still(aceLines(s, &entry, &raw)...)}, descriptorSheet(s, "Descriptor", &raw)), why
		}
	}
	return sheets, why
}

// whyLines is the chain of a verdict, one step a line, then the further ways.
func whyLines(row *view.Row, ways []verdict.Way) []widget.Line {
	var f sheetLines
	f.add("Question", row.ACLType+" of "+row.Target.Name)
	f.add("Answer", strings.TrimSpace(row.Status+"  "+row.Basis))
	f.add("In a sentence", row.Verdict.Sentence(row.Question).String())
	if row.Verdict.Mailbox == 0 && !row.Verdict.ByRoles() {
		f.add("", "By entries that Windows or set-up writes, the same on nearly every mailbox: * shows each of them.")
	}
	for i := range ways {
		wayLines(&f, row, &ways[i], i)
	}
	f.head("What it covers")
	f.add("", "As far as LDAP shows, role assignments and all. Folder permissions, inbox rules and local groups of the servers are not in LDAP.")
	return f
}

func wayLines(f *sheetLines, row *view.Row, w *verdict.Way, n int) {
	title := "Way " + fmt.Sprint(n+1)
	switch {
	case w.Denies && w.Late:
		title += ": a deny that comes too late"
	case w.Denies:
		title += ": denies"
	case w.Late:
		title += ": an allow that comes too late"
	}
	f.head(title)
	joined := row.Verdict.Joined(w)
	for i, step := range w.Chain {
		mark := "  > "
		if i == 0 {
			mark = ""
		}
		text := strings.Repeat("  ", max(0, i-1)) + mark + step.String()
		if i > 0 && i <= len(joined) && !joined[i-1].IsZero() {
			text += "  (value last changed " + joined[i-1].Short() + " UTC)"
		}
		f.add("", text)
	}
	f.add("Not sure", w.Doubt.String())
	if w.Preset {
		f.add("By", "what Windows or set-up writes")
	}
	if mailboxes, only, ok := row.Verdict.Reach(w); ok && row.Question == verdict.CanOpen {
		f.add("Its reach", fmt.Sprintf("opens %s mailboxes; %s persons reach this one only so", safe.Thousands(mailboxes), safe.Thousands(only)))
	}
}

// openedLines say what a person gets into, by basis, and as which other recipients
// he can send.
func openedLines(ctx context.Context, s *model.Snapshot, k view.LineKey) []widget.Line {
	mailboxes, recipients, ok := view.Opened(ctx, s, k)
	if !ok {
		return nil
	}
	var f sheetLines
	f.head("Gets into, as far as LDAP shows")
	f.opened(&mailboxes, view.Questions())
	f.head("Other recipients, as far as LDAP shows")
	f.opened(&recipients, []verdict.Question{verdict.CanSendAs, verdict.CanSendOnBehalf})
	return f
}

// opened adds the counts of some questions.
func (f *sheetLines) opened(opened *verdict.Opened, questions []verdict.Question) {
	for _, q := range questions {
		var parts []string
		for _, b := range []verdict.Basis{verdict.Owner, verdict.Grant, verdict.Default, verdict.Role, verdict.Service} {
			if n := opened[q].Allowed[b]; n > 0 {
				parts = append(parts, b.String()+" "+safe.Thousands(n))
			}
		}
		for _, a := range []verdict.Answer{verdict.Possible, verdict.Unknown, verdict.Denied} {
			if n := opened[q].Others[a]; n > 0 {
				parts = append(parts, a.String()+" "+safe.Thousands(n))
			}
		}
		if len(parts) == 0 {
			parts = []string{"none"}
		}
		f.add(view.QuestionText(q), strings.Join(parts, ", "))
	}
}
