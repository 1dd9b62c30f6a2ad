package view

import (
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
)

// ObjectType is one entry of the screen's first drop-down: what its lines are,
// which columns they have, how their ACEs are chosen, and what a report calls it all.
type ObjectType struct {
	Name    string // "Mailbox", as in the drop-down
	Flag    string // "mailbox", as in --object and object_type
	Plural  string
	One     string // what one of its targets is called where rows on several types are counted; empty where rows are no entries
	Totals  []model.Column[*Line]
	Details []model.Column[*Row]
	Fields  []model.Field[*Line] // of report totals
	ACEs    []ACEType
	// Toggles are the reasons for which its rows can be hidden.
	Toggles hiding.Reasons

	lines func(*evaluation)
	// target is what recipients are that always have a line; none where its lines
	// are no recipients.
	target model.Target
	// rows are the sorts of rows that it is about; 0 for all.
	rows grant.RowKinds
	// door is set where the rows are no entries but what logs tell.
	door *doorKind
	// rowLines says that a line is one row.
	rowLines bool
	// assignments says that its rows are role assignments.
	assignments bool
	// describe fills in what only lines of this type say of where a target is; nil for nothing.
	describe func(*model.Snapshot, *model.Record) Place
	// counts are the counts of the columns of Totals, by place, without the rest
	// of the line: for an order of all lines.
	counts map[int]func(*evaluation, lineRef) Count
	// forward and reverse are the kinds of rows that are counted for a line, as a
	// target and as a trustee.
	forward, reverse grant.Set
}

// HasTrustees reports whether whoever else holds a right has a line too, so that
// one can choose among the lines.
func (t *ObjectType) HasTrustees() bool { return t.reverse != 0 }

// Narrows returns what of Query.Only counts: no role assignment denies anything, and
// asking for those that do would show none.
func (t *ObjectType) Narrows(only hiding.Only) hiding.Only {
	if t != nil && t.assignments {
		return only &^ hiding.OnlyDeny
	}
	return only
}

// Shows returns what of Query.Show counts, which of role assignments is little.
func (t *ObjectType) Shows(show hiding.Reasons) hiding.Reasons {
	if t.assignments && show != hiding.All {
		return show & t.Toggles
	}
	return show
}

// TargetWord names what its lines are the targets of, as --lines has it.
func (t *ObjectType) TargetWord() string {
	if t.target == model.TargetRecipient {
		return "recipients"
	}
	return "mailboxes"
}

// ObjectTypes are all of them, in the order of the drop-down.
var ObjectTypes = []*ObjectType{
	Mailboxes,
	Recipients,
	Stores,
	Containers,
	Roles,
	Admins,
	ClientAccess,
	Connectors,
	Connections,
	Relays,
	ProtocolSettings,
	AccessRules,
}

// ACEType is one entry of the screen's second drop-down.
type ACEType struct {
	Name    string
	forward grant.Set // rows of the line as a target
	reverse grant.Set // rows that name the line as trustee
	Flip    int       // the entry for the other direction; itself where there is none
	// verdicts says that its rows are no entries but what these come to.
	verdicts bool
	// all says that its rows are those of all lines, and not of one.
	all bool
	// through adds to the rows of a mailbox the entries of its store that open it.
	through bool
	// roles says which role assignments its rows are; 0 where they are none.
	roles roleRows
}

// Verdicts reports whether its rows are verdicts, and no entries.
func (t ACEType) Verdicts() bool { return t.verdicts }

// Direction says in a word which way the rows of this type are read.
func (t ACEType) Direction() string {
	switch {
	case t.roles != 0:
		return "reverse"
	case t.reverse == 0:
		return "forward"
	case t.forward == 0:
		return "reverse"
	}
	return "forward and reverse"
}

// Line is a line of the grid of totals with everything that is known about it.
type Line struct {
	Key LineKey
	model.Principal
	Type string // recipient type or kind of store
	Place
	Totals Totals
	Row    *grant.Row  // where a line is one ACE
	Reach  int         // of such a line: the containers that the entry stands on
	asked  *evaluation // that made it; nil for a line of none
	at     lineRef
	Door   *DoorTotals // of a line of doors; nil of others
	// Service is the service of POP3 or IMAP4 that a line is; nil for another line.
	Service *door.Settings
	Roles   RoleCounts // where rows are role assignments
}

// Place is where a target is, as far as its object type says so.
type Place struct {
	// Authority says whether the directory decides about its mailbox ACL; empty
	// where that is not known or the line is no mailbox.
	Authority string
	Exchange  string // release of the server that a mailbox is on; empty where that is not known

	Server, StorageGroup, Store string
	Sort                        string // "OU", "Domain", "Container"

	Premises   model.Premises
	Changed    model.Stamp // of the access lists of a mailbox
	SenderAuth string      // of another recipient: see [grant.SenderAuth]
	Connector  *door.Connector
	snapshot   *model.Snapshot // where a field needs names
	account    model.ObjectID  // 0 where none is known
}

// count spells a cell: shown rows, allows and denies apart, and marks for what
// is hidden or was not read, so that a zero never looks like "clean": "2/1",
// "0 +12", "0?", "3 g". In reverse it counts the targets, and says in brackets how
// many rows these are where that is another number: "13 (26)".
func count(c Count) string {
	allow, deny := c.Rows-c.Deny, c.Deny
	s := allowDeny(allow, deny)
	if c.Targets > 0 && (allow != c.AllowOn || deny != c.DenyOn) {
		s = allowDeny(c.AllowOn, c.DenyOn) + " (" + s + ")"
	}
	if c.Unread {
		s += "?"
	}
	if c.Hidden > 0 {
		s += " +" + thousands(c.Hidden)
	}
	if c.Indirect {
		s += " g"
	}
	return s
}

func allowDeny(allow, deny int) string {
	s := thousands(allow)
	if deny > 0 {
		s += "/" + thousands(deny)
	}
	return s
}

func thousands(n int) string { return model.Thousands(int64(n)) }

// number is what a column of counts is ordered by: what its cells show first.
func (c Count) number() int {
	if c.Targets > 0 {
		return c.Targets
	}
	return c.Rows
}

func countColumn(title, short string, extra bool, of func(*Line) Count) model.Column[*Line] {
	return model.Column[*Line]{
		Title: title, Short: short, Numeric: true, Extra: extra,
		Text:   func(l *Line) string { return count(of(l)) },
		Number: func(l *Line) int { return of(l).number() },
	}
}

// The bands over the counts of a line: as a target, and as a trustee.
const (
	bandForward = "WHO REACHES IT"
	bandReverse = "IT REACHES"
)

// banded puts a column under a band, with a title that does not say it again.
func banded(c model.Column[*Line], band string) model.Column[*Line] {
	c.Band, c.Under = band, strings.Replace(strings.TrimPrefix(c.Title, "Reverse_"), "ReceiveAs", "RecvAs", 1)
	return c
}

// forwardColumn and reverseColumn are the columns of a line's rows of one kind. What
// is hidden and nobody's intent has no mark: the foot counts it.
func forwardColumn(title, short string, extra bool, kind *grant.Kind) model.Column[*Line] {
	c := countColumn(title, short, extra, func(l *Line) Count { return l.Forward(kind) })
	c.Text = func(l *Line) string { return count(l.marked(l.Forward(kind), kind, false)) }
	return banded(c, bandForward)
}

func forwardCount(kind *grant.Kind) func(*evaluation, lineRef) Count {
	return func(l *evaluation, k lineRef) (none Count) {
		if k.obj == 0 {
			return none
		}
		return l.forward(k.obj, kind)
	}
}

func reverseColumn(title, short string, extra bool, kind *grant.Kind) model.Column[*Line] {
	c := countColumn(title, short, extra, func(l *Line) Count { return l.Reverse(kind) })
	c.Text = func(l *Line) string { return count(l.marked(l.Reverse(kind), kind, true)) }
	return banded(c, bandReverse)
}

func reverseCount(kind *grant.Kind) func(*evaluation, lineRef) Count {
	return func(l *evaluation, k lineRef) Count { return l.reverse(k.party, kind) }
}

func countFields(name string, of func(*Line) Count) []model.Field[*Line] {
	return []model.Field[*Line]{
		{Name: name, First: true, Value: func(l *Line) any { return of(l).Rows }},
		{Name: name + "_deny", Value: func(l *Line) any { return of(l).Deny }},
	}
}

func rowStatus(r *Row) string { return statusText(&r.Row) }

func statusText(r *grant.Row) string {
	if r.Overruled {
		return "Deny (overridden)"
	}
	return r.Status
}
