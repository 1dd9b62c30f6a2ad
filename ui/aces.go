package ui

import (
	"cmp"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/hiding"
	"mbxperm/model/verdict"
	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// aces is the right grid: the rows of one line.
type aces struct {
	*widget.Grid
	result *view.Result                            // what it shows; nil while there is nothing to show
	marked string                                  // how much of it is marked
	late   string                                  // it shows what was asked before, and says so
	recall func(*view.Query) []widget.ColumnChoice // what was chosen of the columns
}

func newACEs(t *widget.Theme) *aces {
	v := &aces{Grid: widget.NewGrid(t)}
	v.SetBorder(true).SetTitleAlign(tview.AlignLeft)
	v.clear()
	return v
}

// clear shows that there is nothing to show.
func (v *aces) clear() {
	v.result = nil
	v.Swap(widget.NoRows{})
	v.marked, v.late = "", ""
	v.Empty = ""
}

// show shows an answer; the cursor stays on its row where the answer is for
// the same line in the same order.
func (v *aces) show(res *view.Result) {
	fresh := v.result == nil || v.result.Query.Of != res.Query.Of || v.result.Query.Sort != res.Query.Sort || v.result.Query.Verdicts() != res.Query.Verdicts()
	if fresh {
		v.ForgetWidths() // their widths too
	}
	v.result, v.late = res, ""
	v.Sorted = res.Query.Sort
	if res.Query.Arrival { // the rows stand as they come
		v.Sorted = 0
	}
	v.Choices = v.recall(&res.Query)
	v.Swap(&acesData{res: res, columns: markRepeated(acesColumns(&res.Query), &res.Query), at: -1})
	if fresh {
		v.Top()
	}
	v.Empty = "no rows"
	if res.Query.Verdicts() {
		v.Empty = noVerdict(res)
		return
	}
	if n := res.Probes; n > 0 {
		word, _ := res.Query.Type.Aside()
		v.Empty += ", " + counted(n, word) + " hidden: y shows them"
	}
	if res.Query.Roles() {
		v.Empty = noRole(res)
	}
	if err := res.ExpectError(); err != nil {
		v.Empty = err.Error()
	}
	if unread := res.Unread(); len(unread) > 0 {
		v.Empty = "not read: " + strings.Join(unread, " and ") + " did not come (x)"
	}
	if n := res.Hidden.Total(); n > 0 {
		v.Empty += ", " + safe.Thousands(n) + " hidden: " + showsThem(res.Query.Only)
	}
}

// noVerdict says why there is no verdict.
func noVerdict(res *view.Result) string {
	switch {
	case res.NoPerson:
		return lineName(res.Snapshot, res.Query.Of, "reverse") + " is nobody who logs on: a, Reverse-All shows what it is granted"
	case res.Query.Filter != "": // an empty grid would be taken for a no
		return "no verdict holds the filter: Esc shows them all"
	case res.Query.ACEs.Direction() == "forward":
		return "nobody gets in, as far as LDAP shows"
	}
	return "it gets into nothing, as far as LDAP shows"
}

// noRole says why no role assignment is shown.
func noRole(res *view.Result) string {
	switch {
	case res.Query.Filter != "":
		return "no assignment holds the filter: Esc shows them all"
	case view.RolesUnread(res.Snapshot) != "":
		return "not read: " + view.RolesUnread(res.Snapshot)
	case !res.Query.Held():
		return "no assignment by name: r shows what comes through groups and the policy"
	}
	return "no role assignments"
}

// showsThem names the keys that show rows again: those that are in force.
func showsThem(only hiding.Only) string {
	switch only {
	case 0:
		return "A shows them"
	case hiding.OnlyDeny:
		return "b and A show them"
	case hiding.OnlyOrphans:
		return "u and A show them"
	}
	return "b, u and A show them"
}

// Draw draws the grid under a title that fits.
func (v *aces) Draw(screen tcell.Screen) {
	_, _, w, _ := v.GetRect()
	late := ""
	for _, note := range []string{v.marked, v.late} {
		if note != "" {
			late += " · " + note
		}
	}
	title := "ACEs"
	if v.result != nil {
		title = acesTitle(v.result, true)
		if safe.Width(title)+safe.Width(late) > w-2 {
			title = acesTitle(v.result, false)
		}
	}
	if late != "" {
		title = widget.FitWidth(title, max(w-2-safe.Width(late), 0))
	}
	v.SetTitle(widget.EscapeTags(title + late))
	v.Grid.Draw(screen)
}

// allLines is what the title and the trail call the rows of all lines.
const allLines = "all lines"

// acesTitle says whose rows these are, which way they are read, and how many;
// made safe, but for tags. Where there is no room the display name is left out.
func acesTitle(res *view.Result, room bool) string {
	q := &res.Query
	parts := []string{widget.Shorten(lineName(res.Snapshot, q.Of, q.ACEs.Direction()))}
	if name := widget.Shorten(view.DisplayName(res.Snapshot, q.Of)); room && name != "" && name != parts[0] && q.ACEs.Name != "Scope" {
		parts = append(parts, name)
	}
	how := q.ACEs.Direction()
	if q.AllLines() {
		parts[0], how = allLines, "as they come"
		if !q.Arrival {
			how = ""
		}
	}
	if q.Verdicts() {
		parts = append(parts, verdictNote(q), safe.Thousands(res.Len())+" "+rowsWord(res.Len()))
		if n := res.Disabled; n > 0 && q.ACEs.Direction() == "forward" {
			parts = append(parts, safe.Thousands(n)+" disabled")
		}
		return strings.Join(parts, " · ") + safe.Text(filterNote(q.Filter))
	}
	if q.ShowsPersons() && how == "forward" {
		how += ", with persons"
	} else if q.Effective && how != "forward" {
		how += ", with groups and Everyone"
	}
	if q.Type.Doors() {
		parts = append(parts, safe.Thousands(res.Len())+" "+rowsWord(res.Len()))
		if n := res.Probes; n > 0 {
			word, _ := q.Type.Aside()
			parts = append(parts, counted(n, word)+" hidden")
		}
		return strings.Join(parts, " · ") + safe.Text(expectNote(res)+filterNote(q.Filter))
	}
	if how != "" {
		parts = append(parts, how)
	}
	parts = append(parts, rowsText(res, room))
	// The rows of the store stand in the grid even where the mailbox's own lists were not
	// read: only the title says so then.
	if unread := res.Unread(); len(unread) > 1 && !room {
		parts = append(parts, "not read: "+unread[0]+" and "+safe.Thousands(len(unread)-1)+" more")
	} else if len(unread) > 0 {
		parts = append(parts, "not read: "+strings.Join(unread, " and "))
	}
	if store, n := view.ThroughStore(res.Snapshot, q.Of); n > 0 && q.ACEs.Direction() == "forward" {
		text := "+" + safe.Thousands(n)
		if res.Through() > 0 { // which are there
			text = safe.Thousands(res.Through())
		}
		parts = append(parts, text+" through "+widget.Shorten(store))
	}
	if n := res.Hidden.Total(); n > 0 {
		parts = append(parts, safe.Thousands(n)+" hidden")
	}
	return strings.Join(parts, " · ") + onlyNote(q) + safe.Text(filterNote(q.Filter))
}

// rowsText counts the rows, and what they are on where that is not one line: "26
// entries on 13 mailboxes, 1 store".
func rowsText(res *view.Result, room bool) string {
	word := "entry"
	switch {
	case res.Query.Type.Doors(), res.Query.Roles():
		word = "row"
	case res.Query.Split:
		word = "right"
	}
	n := res.Len() - res.Assignments() - res.Through()
	text, all := counted(n, word), 0
	if len(res.Unread()) > 0 { // nobody knows whether there are more
		number, rest, _ := strings.Cut(text, " ")
		text = number + "? " + rest
	}
	var on []string
	for _, t := range res.On {
		on, all = append(on, counted(t.N, t.Type.One)), all+t.N
	}
	switch {
	case len(on) == 0:
	case !room && len(on) > 1:
		text += " on " + counted(all, "object")
	default:
		text += " on " + strings.Join(on, ", ")
	}
	if x := res.Assignments(); x > 0 && !res.Query.Roles() {
		text += ", " + counted(x, "role assignment")
	}
	return text
}

func rowsWord(n int) string {
	if n == 1 {
		return "row"
	}
	return "rows"
}

// verdictNote says how far verdicts can be trusted, and what they are.
func verdictNote(q *view.Query) string {
	note := "who gets in"
	if q.ACEs.Direction() == "reverse" {
		note = "gets into"
	}
	if q.Expand {
		note += ", each person"
	}
	return note + ", as far as LDAP shows"
}

// lineName names a line as the target or the trustee that its rows are about.
func lineName(s *model.Snapshot, k view.LineKey, direction string) string {
	if k.IsZero() {
		return ""
	}
	p := view.TargetOf(s, k)
	switch {
	case direction == "reverse":
		p = view.TrusteeOf(s, k)
	case !view.TypeOf(s, k).HasTrustees(): // not an account: it has a name and no state
		return p.Name
	}
	return cmp.Or(model.PrincipalText(p), p.DN)
}

func acesColumns(q *view.Query) []widget.Column {
	of := q.Columns()
	columns := make([]widget.Column, len(of))
	for i, c := range of {
		columns[i] = widget.Column{Title: c.Title, Numeric: c.Numeric, Extra: c.Extra, Off: c.Off && !q.Expects()}
		if c.Persons && q.ShowsPersons() { // what was asked for
			columns[i].Off, columns[i].Extra = false, false
		}
		switch c.Is {
		case model.ContentTarget, model.ContentTrustee:
			columns[i].Name = !c.Extra // further names are beside it
		case model.ContentRight: // what the grid is for
			columns[i].Good, columns[i].Max, columns[i].Main = 26, 60, true
		case model.ContentWord:
			if !q.Type.Doors() { // which say all in words
				columns[i].Lesser, columns[i].Good = true, 16
			}
		case model.ContentStatus: // "Deny (overridden)" cut to "Deny" would be a lie
			columns[i].Good = 17
		case model.ContentSentence: // how somebody gets in: as much of it as there is room for
			columns[i].Max = 80
		case model.ContentDN: // read in full or not at all
			columns[i].Extra, columns[i].Max = true, 60
		}
	}
	return columns
}

// acesData shows the rows of a result.
type acesData struct {
	res     *view.Result
	columns []widget.Column
	at      int // the row that was made last
	row     view.Row
}

func (d *acesData) Len() int                 { return d.res.Len() }
func (d *acesData) Columns() []widget.Column { return d.columns }
func (d *acesData) Key(i int) any            { return d.res.RowKey(i) }

func (d *acesData) Row(key any) int { return d.res.FindRow(key) }

func (d *acesData) Cell(row, col int) (string, widget.Style) {
	if d.at != row {
		d.at, d.row = row, d.res.Row(row)
	}
	c := &d.res.Query.Columns()[col]
	text := c.Text(&d.row)
	switch c.Is {
	case model.ContentStatus:
		if d.row.Status == grant.Deny || d.row.Verdict != nil && d.row.Verdict.Answers[d.row.Question].Answer == verdict.Denied {
			return text, widget.StyleDeny
		}
	case model.ContentTrustee:
		if !c.Extra { // a further name has no word for what the style says
			return text, principalStyle(&d.row.Trustee)
		}
	case model.ContentRight:
		if d.row.NullDACL {
			return text, widget.StyleAlarm
		}
		isEntry := d.row.Setting == nil && d.row.Rule == nil && d.row.Access == nil // only these are hidden, or wait for children
		if isEntry && (d.row.Hidden != 0 || !d.row.AppliesHere) {
			return text, widget.StyleMuted
		}
	}
	return text, widget.StyleText
}
