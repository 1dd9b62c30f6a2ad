package ui

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// formRow is a line of the form: a label, a field or a button, and a hint. Rows
// that are only there to look better have a rank: the highest goes first where
// there is no room.
type formRow struct {
	label  string
	field  tview.Primitive
	button tview.Primitive // behind the field
	hint   string
	rank   int
}

const (
	formLabel              = 18 // cells of the labels
	leastField, mostField  = 30, 50
	formHint, formOpenWide = 26, 8 // cells of the hints, and of a button between field and hint
)

const mostMessage = 4 // lines

const connectIntro = "mbxperm reads a directory and never writes to it."

// lay says what stands where.
func (f *connectForm) lay() {
	w := &f.fields
	f.rows = []formRow{{label: connectIntro, rank: 3}}
	for _, text := range f.found {
		f.rows = append(f.rows, formRow{label: text, rank: 2})
	}
	f.rows = append(f.rows,
		formRow{rank: 5},
		formRow{label: "Server or domain", field: w.server, hint: "ldaps://HOST or a domain"},
		formRow{label: "User", field: w.user, hint: "user@domain; or a ticket"},
		formRow{label: "Password", field: w.password, hint: "never written down"},
		formRow{label: "CA file", field: w.ca, hint: "empty: the system's"},
		formRow{label: "Way in", field: w.auth},
		formRow{button: w.connect},
		formRow{rank: 4})
	f.order = []tview.Primitive{w.server, w.user, w.password, w.ca, w.auth, w.connect}
	if s := f.app.options.Settings; s != nil {
		for i, r := range s.Recent {
			label := r.Source
			if r.User != "" {
				label += " as " + r.User
			}
			row := formRow{button: f.button(label, func() { f.recall(r) }), rank: 6 + i}
			if i == 0 {
				row.label = "Or once more"
			}
			f.rows = append(f.rows, row)
			f.order = append(f.order, row.button)
		}
	}
	f.rows = append(f.rows,
		formRow{label: "Or a file", field: w.file, button: w.open, hint: "recording or LDIF"},
		formRow{label: "Or look around", button: w.demo, hint: "made-up, 250 mailboxes"})
	f.order = append(f.order, w.file, w.open, w.demo)
}

// first is where the form begins: the field that is still to be filled in.
func (f *connectForm) first() tview.Primitive {
	w := &f.fields
	switch {
	case text(w.server) == "":
		return w.server
	case text(w.user) != "" && w.password.GetText() == "":
		return w.password
	}
	return w.connect
}

// visible returns the rows that there is room for, and tells the others that
// they have none: what is not to be seen gets no click.
func (f *connectForm) visible(room int) []formRow {
	rows := append([]formRow(nil), f.rows...)
	for len(rows) > room {
		least := 0
		for i, r := range rows {
			if r.rank > 0 && (rows[least].rank == 0 || r.rank >= rows[least].rank) {
				least = i
			}
		}
		if rows[least].rank == 0 {
			return rows[:max(room, 0)]
		}
		if b := rows[least].button; b != nil && !b.HasFocus() {
			b.SetRect(0, 0, 0, 0)
		}
		rows = append(rows[:least], rows[least+1:]...)
	}
	return rows
}

// Draw draws the form, and what became of the last try below it.
func (f *connectForm) Draw(screen tcell.Screen) {
	f.DrawForSubclass(screen, f)
	x, y, w, h := f.GetInnerRect()
	x, w = x+1, w-2
	t := f.app.theme
	message, style := f.status()
	var lines []string
	if message != "" {
		lines = widget.Wrap(message, w)
	}
	if len(lines) > mostMessage {
		lines = lines[:mostMessage]
		lines[mostMessage-1] = safe.Fit(lines[mostMessage-1]+"……", w)
	}
	rows := f.visible(h - max(len(lines), 2))
	for i := range rows {
		f.drawRow(screen, x, y+i, w, &rows[i])
	}
	below := y + min(len(rows)+1, h-len(lines))
	for i, text := range lines {
		widget.PutSafe(screen, x, below+i, w, text, t.Style(style))
	}
	if f.fields.auth.IsOpen() { // its list lies above the rows
		f.fields.auth.Draw(screen)
	}
}

func (f *connectForm) drawRow(screen tcell.Screen, x, y, w int, r *formRow) {
	t := f.app.theme
	if r.field == nil && r.button == nil {
		widget.Put(screen, x, y, w, r.label, t.Style(widget.StyleMuted))
		return
	}
	widget.Put(screen, x, y, formLabel, r.label, t.Style(widget.StyleTitle))
	at, end := x+formLabel, x+w
	if r.field != nil {
		width := min(max(leastField, min(mostField, end-at-formHint-2)), end-at)
		if r.button != nil {
			width = min(width, end-at-formOpenWide)
		}
		r.field.SetRect(at, y, width, 1)
		r.field.Draw(screen)
		if r.field != f.fields.auth {
			underline(screen, at, y, width)
		}
		at += width + 2
	}
	if b, ok := r.button.(*tview.Button); ok {
		width := min(tview.TaggedStringWidth(b.GetLabel()), end-at)
		b.SetRect(at, y, width, 1)
		b.Draw(screen)
		at += width + 2
	}
	if room := end - at; room >= safe.Width(r.hint) {
		widget.Put(screen, at, y, room, r.hint, t.Style(widget.StyleMuted))
	}
}

// underline shows how far a field goes: tview draws its blanks without a style.
func underline(screen tcell.Screen, x, y, w int) {
	for end := x + w; x < end; {
		text, style, width := screen.Get(x, y)
		screen.Put(x, y, text, style.Underline(true))
		x += max(width, 1)
	}
}

// MouseHandler gives clicks to what they hit; an open list goes before.
func (f *connectForm) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(action tview.MouseAction, ev *tcell.EventMouse, focus func(tview.Primitive)) (bool, tview.Primitive) {
		if action == tview.MouseLeftDoubleClick { // what tview makes of any two quick clicks
			action = tview.MouseLeftClick
		}
		if f.fields.auth.IsOpen() {
			return f.fields.auth.MouseHandler()(action, ev, focus)
		}
		for _, p := range f.order {
			if consumed, capture := p.MouseHandler()(action, ev, focus); consumed {
				return true, capture
			}
		}
		return true, nil
	}
}
