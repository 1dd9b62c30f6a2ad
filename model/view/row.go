package view

import (
	"cmp"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/member"
	"mbxperm/model/verdict"
)

// Row is a row of the right grid: an entry, or a verdict about one question. Of a
// verdict Target, Trustee, ACLType and Status are set, and what follows here.
type Row struct {
	grant.Row
	// Through is the store that a mailbox is in, of an entry there that opens it; empty
	// of other rows.
	Through string

	Basis string
	Via   string
	// Role is the assignment that the row is; nil for other rows.
	Role *RoleRow
	// Verdict is what the row says one answer of; nil for an entry.
	Verdict  *verdict.Line
	Question verdict.Question
	// Connection and Relay are what the row is, where it tells of logs; nil else.
	Connection *Connection
	Relay      *Relay
	// Setting and Rule are what the row is, where it tells of settings or rules.
	Setting *SettingLine
	Rule    *RulePart
	// Access is what the row is, where it tells whether a mailbox may be used by a
	// protocol.
	Access *ProtocolLine

	snapshot *model.Snapshot // where a column or a field needs names; nil where the row has no such
	at       model.ObjectID  // the target
	who      model.TrusteeID
	// persons come in through it, where the query asks for them; else nil.
	persons *member.Holding
	graph   *member.Graph // that knows them
}

// row makes the row of an entry or of one of its rights.
func (l *evaluation) row(ref grant.Ref) Row {
	s := l.snap
	row := Row{Row: grant.EntryOf(s, ref, l.query.Split), snapshot: s, at: ref.Obj, who: grant.TrusteeOf(s, ref, grant.ACEOf(s, ref))}
	if h := l.personsOf(ref); h != nil {
		row.persons, row.graph = h, l.graph()
	}
	if l.isThrough(ref) {
		row.Through = row.Target.Name
	}
	return row
}

// verdictRow is one answer of a verdict.
type verdictRow struct {
	line *verdict.Line
	of   verdict.Question
}

// verdictKey names such a row in every state of a pool.
type verdictKey struct {
	target LineKey
	who    model.TrusteeID
	of     verdict.Question
}

// The answers, as the column ACLType and Status spell them.
var (
	questionTexts = map[verdict.Question]string{
		verdict.CanOpen: "Open", verdict.CanOpenAdmin: "Open by administrator", verdict.CanSendAs: "Send As", verdict.CanSendOnBehalf: "Send on Behalf",
	}
	questionOrder = []verdict.Question{verdict.CanOpen, verdict.CanOpenAdmin, verdict.CanSendAs, verdict.CanSendOnBehalf}
	answerTexts   = map[verdict.Answer]string{
		verdict.Allowed: "Allowed", verdict.Denied: "Denied", verdict.Possible: "Possible", verdict.Unknown: "Unknown",
	}
)

// What stands for many in the right grid.
const (
	everyMailbox  = "(set-up's own)"
	allMailboxes  = "(every mailbox)"
	everybodyElse = "(everybody else)"
)

func (v verdictRow) row(s *model.Snapshot) Row {
	l := v.line
	out := Row{Verdict: l, Question: v.of, snapshot: s, at: l.Mailbox, who: l.Trustee}
	switch {
	case l.Mailbox != 0:
		out.Target.Principal = s.TargetPrincipal(s.Record(l.Mailbox))
	case l.ByRoles():
		out.Target.Name = allMailboxes
	default:
		out.Target.Name = everyMailbox
	}
	if l.Trustee != 0 {
		out.Trustee = s.Principal(l.Trustee)
	} else {
		out.Trustee.Name = everybodyElse
	}
	answer := l.Answers[v.of]
	out.ACLType, out.Status, out.AppliesHere = questionTexts[v.of], answerTexts[answer.Answer], true
	if answer.Answer == verdict.Allowed || answer.Answer == verdict.Possible {
		out.Basis = answer.Basis.String()
	}
	out.Via = l.ViaOf(v.of).String()
	return out
}

// targetColumns are the columns of the right grid where targets are known by their
// DN; the first names the target.
func targetColumns(title string, name func(*Row) string) []model.Column[*Row] {
	return append([]model.Column[*Row]{
		{Title: title, Is: model.ContentName, Text: name},
		{Title: "DistinguishedName", Is: model.ContentDN, Text: func(r *Row) string { return r.Target.DN }},
		{Title: "UserName", Is: model.ContentTrustee, Text: func(r *Row) string { return model.PrincipalText(r.Trustee) }},
		{Title: "Rights", Is: model.ContentRight, Text: rowRights},
		{Title: "Status", Is: model.ContentStatus, Text: rowStatus},
		{Title: "Origin", Is: model.ContentDN, Extra: true, Text: func(r *Row) string { return r.Origin }},
		changedColumn,
	}, rowsKnownAs...)
}

// rowRights is the cell of the rights of a row: of an entry, those of it that matter.
func rowRights(r *Row) string { return cmp.Or(r.Cell, r.Text) }

// verdictColumns are the columns of the right grid where its rows are verdicts.
var verdictColumns = []model.Column[*Row]{
	{Title: "MailboxName", Is: model.ContentTarget, Text: func(r *Row) string { return r.Target.Name }},
	{Title: "ACLType", Is: model.ContentWord, Text: func(r *Row) string { return r.ACLType }},
	{Title: "UserName", Is: model.ContentTrustee, Text: func(r *Row) string { return model.PrincipalText(r.Trustee) }},
	{Title: "Status", Is: model.ContentStatus, Text: func(r *Row) string { return r.Status }},
	{Title: "Basis", Is: model.ContentWord, Text: func(r *Row) string { return r.Basis }},
	{Title: "Via", Is: model.ContentSentence, Text: func(r *Row) string { return r.Via }},
	userDisplayColumn, targetDisplayColumn,
}

// Columns are those of the rows that a query asks for.
func (q *Query) Columns() []model.Column[*Row] { return q.Type.RowColumns(q.ACEs.verdicts) }

// RowColumns are the columns of the right grid, for entries or for verdicts.
func (t *ObjectType) RowColumns(verdicts bool) []model.Column[*Row] {
	if verdicts {
		return verdictColumns
	}
	return t.Details
}

// Verdicts reports whether the rows that a query asks for are verdicts.
func (q *Query) Verdicts() bool { return q.Rows && q.ACEs.verdicts }
