package ui

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gdamore/tcell/v2"

	"mbxperm/model"
	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
	"mbxperm/ui/term"
	"mbxperm/ui/widget"
)

// command is something that the command line can be told to do.
type command struct {
	name string // as it is typed
	says string // what it does
	do   func()
}

const (
	mostHints = 10    // candidates on the screen
	goWord    = "go " // before a name that a command has, too
)

// commandKey opens the command line, which is no command itself.
var commandKey = keys.Parse(":")[0]

// commands are all that can be told by name: the object types, the ACE types of
// the one that is shown, and every action of the key table.
func (a *app) commands() (all []command) {
	add := func(name, says string, do func()) {
		if !slices.ContainsFunc(all, func(o command) bool { return strings.EqualFold(o.name, name) }) {
			all = append(all, command{name, says, do})
		}
	}
	for i, t := range view.ObjectTypes {
		add(t.Name, "object type", func() { a.chooseType(i) })
	}
	for i, t := range a.here.typ.ACEs {
		add(t.Name, "ACE type", func() { a.chooseACE(i); a.head.set(a.here.typ, a.here.aces) })
	}
	pane := keys.ScopeTotals
	if a.here.focus == rightPane {
		pane = keys.ScopeDetail
	}
	for _, b := range bindings {
		if b.Do == nil || b.Keys[0] == commandKey || !slices.Contains(pane.Within(), b.Scope) {
			continue
		}
		name := b.Label
		if name == "" {
			name = strings.ToLower(strings.TrimSuffix(b.Sentence, "."))
		}
		add(name, b.KeyList("")+": "+b.Sentence, func() { a.perform(&b) })
	}
	return all
}

// hints are the candidates for what is being typed.
type hints struct {
	owner  *line
	orders []widget.Item // commands that match, and what they do
	names  []widget.Item // names that match; they come later
	items  []widget.Item // all of them, the likeliest first
	at     int           // the one that Enter takes, -1 for none
	chosen bool          // the user went to it
	coming bool          // names are still looked for
	typed  string        // what was typed before any of them
	stop   context.CancelFunc
}

// startCommand opens the command line.
func (a *app) startCommand() {
	if a.changes() != nil {
		a.closeChanges()
	}
	h := &hints{at: -1, stop: func() {}}
	a.root.hints = h
	done := func() {
		h.stop()
		a.root.hints = nil
	}
	h.owner = &line{
		scope: keys.ScopeCommand, label: ":",
		changed: func(text string) { a.hint(h, text) },
		enter:   func(text string) { done(); a.runCommand(h.taken(text)) },
		leave:   done,
		key:     func(ev *tcell.EventKey) *tcell.EventKey { return a.hintKey(h, ev) },
	}
	a.openLine(h.owner, "")
	a.hint(h, "")
}

// taken is what Enter takes: the candidate that is marked. As long as names are
// looked for, one that nobody went to is taken for its full name alone: the name that
// was typed may be still to come.
func (h *hints) taken(text string) string {
	text = strings.TrimSpace(text)
	if h.at < 0 || h.at >= len(h.items) || !h.chosen && (text == "" || h.coming && likeness(h.items[h.at].Name, text) != 0) {
		return text
	}
	return h.items[h.at].Name
}

// likeness says how well a name matches a text: 0 as a whole, 1 from its beginning,
// 2 from the beginning of a word in it, 3 inside; -1 not at all. Case does not matter.
func likeness(name, text string) int {
	name, text = strings.ToLower(name), strings.ToLower(text)
	at := strings.Index(name, text)
	switch {
	case at < 0:
		return -1
	case name == text:
		return 0
	case at == 0:
		return 1
	}
	for ; at >= 0; at = strings.Index(name, text) {
		if before, _ := utf8.DecodeLastRuneInString(name[:at]); !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			return 2
		}
		_, first := utf8.DecodeRuneInString(text)
		name = name[at+max(first, 1):]
	}
	return inside
}

// inside is the likeness of a text that is somewhere in a name, which is the least.
const inside = 3

// itemLikeness says how well a candidate matches a text, by its name or by what it says
// of itself, which of a name is another one. What was found although neither has the
// text as it was typed has it without its accents.
func itemLikeness(i widget.Item, text string) int {
	if l := likeness(i.Name, text); l >= 0 {
		return l
	}
	if l := likeness(i.Text, strings.TrimPrefix(text, goWord)); l >= 0 {
		return l
	}
	return inside
}

// rank puts the candidates in order, and marks the first of them.
func (h *hints) rank() {
	h.items = slices.Concat(h.orders, h.names)
	text := strings.TrimSpace(h.typed)
	slices.SortStableFunc(h.items, func(i, j widget.Item) int { return itemLikeness(i, text) - itemLikeness(j, text) })
	h.at, h.chosen = -1, false
	if text != "" && len(h.items) > 0 {
		h.at = 0
	}
}

// hint finds the candidates for a text: commands at once, names beside the screen.
func (a *app) hint(h *hints, text string) {
	if h.at >= 0 && h.at < len(h.items) && text == h.items[h.at].Name && text != h.typed {
		return // put there by a key
	}
	h.stop()
	h.typed, h.orders = text, nil
	name, going := strings.CutPrefix(text, goWord)
	if !going {
		for _, o := range a.commands() {
			if likeness(o.name, text) >= 0 {
				h.orders = append(h.orders, widget.Item{Name: o.name, Text: o.says})
			}
		}
		if text == "" {
			h.orders = append(h.orders, widget.Item{Name: goWord, Text: "go to a name, DN, SID or objectGUID; the name alone will do, too"})
		}
	}
	if strings.TrimSpace(name) == "" || a.reading.base == nil {
		h.names, h.coming = nil, false
		h.rank()
		return
	}
	// Those that still fit stay until others have come.
	h.names = slices.DeleteFunc(slices.Clone(h.names), func(i widget.Item) bool {
		return likeness(i.Name, text) < 0 && likeness(i.Text, name) < 0
	})
	h.rank()
	ctx, cancel := context.WithCancel(a.ctx)
	h.stop, h.coming = cancel, true
	base, prefix := a.reading.base, text[:len(text)-len(name)]
	a.pending.waiting++
	go func() {
		defer term.Guard(a.screen)
		defer cancel()
		names := view.Complete(ctx, base, name, 4*mostHints)
		a.update(func() bool {
			a.pending.waiting--
			if ctx.Err() != nil || a.root.hints != h || h.typed != text || h.chosen {
				return false
			}
			h.names, h.coming = nil, false
			for _, n := range names {
				h.names = append(h.names, widget.Item{Name: prefix + n.Name, Text: cmp.Or(n.Known, "go to this name")})
			}
			h.rank()
			return true
		})
	}()
}

// whyNoCompletion says why Tab does nothing in the line that is typed.
func (a *app) whyNoCompletion() string {
	if a.foot.line == nil || a.foot.line.key == nil {
		return "there is nothing to complete"
	}
	return ""
}

// hintKey goes through the candidates: the arrows mark one, Tab puts it into the
// line, and once more the next.
func (a *app) hintKey(h *hints, ev *tcell.EventKey) *tcell.EventKey {
	n := len(h.items)
	step, put := 0, false
	switch ev.Key() {
	case tcell.KeyDown:
		step = 1
	case tcell.KeyUp:
		step = -1
	case tcell.KeyTab, tcell.KeyBacktab:
		put = true
		if step = 1; ev.Key() == tcell.KeyBacktab {
			step = -1
		}
		if step > 0 && h.at >= 0 && h.at < n && a.foot.input.GetText() != h.items[h.at].Name {
			step = 0
		}
	case tcell.KeyPgUp, tcell.KeyPgDn:
		return nil
	default:
		return ev
	}
	if n == 0 {
		return nil
	}
	if h.at += step; h.at < -1 {
		h.at = n - 1
	}
	if h.chosen = true; h.at == -1 || h.at == n { // back at what was typed
		h.at, h.chosen = -1, false
		if put {
			a.putLine(h, h.typed)
		}
		return nil
	}
	if put {
		a.putLine(h, h.items[h.at].Name)
	}
	return nil
}

// putLine puts a text into the command line; the candidates stay those of what was
// typed.
func (a *app) putLine(h *hints, text string) {
	owner := a.foot.line
	a.foot.line = nil // it is no change
	a.foot.input.SetText(text)
	a.foot.line = owner
}

// runCommand does what was typed or taken: a command by its full name, else the
// name of somebody, else the only command that begins like it, else the only name
// that it is in.
func (a *app) runCommand(text string) {
	name, going := strings.CutPrefix(text, goWord)
	if name = strings.TrimSpace(name); name == "" {
		return
	}
	orders := a.commands()
	if !going {
		if i := slices.IndexFunc(orders, func(o command) bool { return strings.EqualFold(o.name, name) }); i >= 0 {
			orders[i].do()
			return
		}
	}
	base := a.reading.base
	if base == nil {
		a.foot.say("nothing was read yet")
		return
	}
	a.inBackground("looking up "+name, func(w *awaited) func() {
		found := view.Named(base, name)
		var names []view.Candidate
		if len(found) == 0 {
			if names = view.Complete(w.ctx, base, name, 4*mostHints); len(names) == 1 {
				found = view.Named(base, names[0].Name)
			}
		}
		return func() {
			like := slices.DeleteFunc(slices.Clone(orders), func(o command) bool {
				return going || !strings.HasPrefix(strings.ToLower(o.name), strings.ToLower(name))
			})
			switch {
			case len(found) > 0 && (len(names) == 0 || len(like) == 0):
				a.jumpTo(base, name, found)
			case len(like) == 1:
				like[0].do()
			case len(like) > 1:
				a.sayNot(name + " may be " + commandNames(like))
			case len(names) > 1:
				a.chooseName(name, names)
			case going:
				a.sayNot("nothing that was read is called " + name)
			default:
				a.sayNot("no command and no name: " + name)
			}
		}
	})
}

func commandNames(orders []command) string {
	names := make([]string, len(orders))
	for i, o := range orders {
		names[i] = o.name
	}
	return strings.Join(names, ", ")
}

// chooseName asks which of the names that a text is in is meant.
func (a *app) chooseName(text string, names []view.Candidate) {
	a.forgetHeld()
	items := make([]widget.Item, len(names))
	for i, n := range names {
		items[i] = widget.Item{Name: n.Name, Text: n.Known}
	}
	a.root.push(widget.NewMenu(a.theme, "Names with "+text+" in them", items, func(i int) { a.runCommand(goWord + names[i].Name) }))
}

// jumpTo goes to the line of a name, and asks which if there are several.
func (a *app) jumpTo(s *model.Snapshot, name string, found []view.LineKey) {
	if len(found) == 1 {
		a.jump(found[0])
		return
	}
	a.chooseLine(s, name, found)
}

// chooseLine asks which of several lines of one name is meant.
func (a *app) chooseLine(s *model.Snapshot, name string, found []view.LineKey) {
	a.forgetHeld()
	items := make([]widget.Item, len(found))
	for i, k := range found {
		p := view.TargetOf(s, k)
		items[i] = widget.Item{Name: model.PrincipalText(p), Text: p.DN}
	}
	a.root.push(widget.NewMenu(a.theme, "Several are called "+name, items, func(i int) { a.jump(found[i]) }))
}

// jump goes to a line: to who can reach it, or, where it is a trustee alone, to
// what it can reach. Neither an ACE type nor a choice of lines hides it.
func (a *app) jump(key view.LineKey) {
	a.push()
	a.here.aces = 0 // all of its rows: an ACE type that was chosen elsewhere may have none of them
	if a.show.lines == view.MailboxLines && !key.IsTarget() || a.show.lines == view.TrusteeLines && key.IsTarget() || a.show.lines == view.RemoteLines {
		a.show.lines = view.AllLines
	}
	a.pending.jumped = true
	a.goTo(view.TypeOf(a.reading.base, key), key, !key.IsTarget())
}

// sayWhenNothing says of a name gone to that it is known where no row of it is shown.
func (a *app) sayWhenNothing(res *view.Result) {
	if !a.pending.jumped {
		return
	}
	a.pending.jumped = false
	if res.Len() > 0 || len(res.Unread()) > 0 || res.Query.Type.Doors() {
		return
	}
	direction := res.Query.ACEs.Direction()
	name, n := lineName(res.Snapshot, res.Query.Of, direction), res.Hidden.Total()
	shown := ""
	if n > 0 {
		shown = " shown"
	}
	text := name + " is known, but nothing" + shown + " reaches it"
	if direction == "reverse" {
		text = name + " is known, but holds nothing" + shown
	}
	if n > 0 {
		text += " (" + strings.NewReplacer("show them", "show", "shows them", "shows").Replace(showsThem(res.Query.Only)) + " " + safe.Thousands(n) + ")"
	}
	a.foot.say(text)
}

// drawHints shows the candidates above the line.
func (r *root) drawHints(screen tcell.Screen, x, bottom, w int) {
	h := r.hints
	if h == nil || r.app.foot.line != h.owner || len(h.items) == 0 {
		return
	}
	n := min(len(h.items), mostHints)
	first := max(min(h.at-n/2, len(h.items)-n), 0)
	names := 0
	for _, i := range h.items[first : first+n] {
		names = max(names, min(safe.Width(safe.Text(i.Name)), widget.LongestName))
	}
	width := min(w, widget.WidestMenu)
	for i := range n {
		item := h.items[first+i]
		style := r.app.theme.Style(widget.StyleMuted)
		if first+i == h.at {
			style = r.app.theme.Style(widget.StyleSelected)
		}
		widget.Put(screen, x, bottom-n+i, width, " "+safe.Fit(safe.Text(item.Name), names)+"  ", style)
		widget.Put(screen, x+names+3, bottom-n+i, width-names-3, item.Text, style)
	}
}
