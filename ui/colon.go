package ui

import (
	"context"
	"slices"
	"strings"

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
	owner    *line
	items    []widget.Item // what it would become, and what that is: commands, then names
	commands int           // how many of them are no names
	at       int           // the one that stands in the line, -1 for none
	typed    string        // what was typed before any of them
	stop     context.CancelFunc
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
		enter:   func(text string) { done(); a.runCommand(strings.TrimSpace(text)) },
		leave:   done,
		key:     func(ev *tcell.EventKey) *tcell.EventKey { return a.hintKey(h, ev) },
	}
	a.openLine(h.owner, "")
	a.hint(h, "")
}

// hint finds the candidates for a text: commands at once, names beside the screen.
func (a *app) hint(h *hints, text string) {
	if h.at >= 0 && h.at < len(h.items) && text == h.items[h.at].Name {
		return // put there by a key
	}
	h.stop()
	names := h.items[h.commands:] // those that still fit stay until others have come
	h.typed, h.at, h.items = text, -1, nil
	name, going := strings.CutPrefix(text, goWord)
	if !going {
		for _, o := range a.commands() {
			if strings.HasPrefix(strings.ToLower(o.name), strings.ToLower(text)) {
				h.items = append(h.items, widget.Item{Name: o.name, Text: o.says})
			}
		}
		if text == "" {
			h.items = append(h.items, widget.Item{Name: goWord, Text: "go to a name, DN, SID or objectGUID; the name alone will do, too"})
		}
	}
	h.commands = len(h.items)
	if strings.TrimSpace(name) == "" || a.reading.base == nil {
		return
	}
	for _, n := range names {
		if strings.HasPrefix(strings.ToLower(n.Name), strings.ToLower(text)) {
			h.items = append(h.items, n)
		}
	}
	ctx, cancel := context.WithCancel(a.ctx)
	h.stop = cancel
	base, prefix := a.reading.base, text[:len(text)-len(name)]
	go func() {
		defer term.Guard(a.screen)
		defer cancel()
		names := view.Complete(ctx, base, name, 4*mostHints)
		a.update(func() bool {
			if ctx.Err() != nil || a.root.hints != h || h.typed != text || h.at >= 0 {
				return false
			}
			h.items = h.items[:h.commands:h.commands]
			for _, n := range names {
				h.items = append(h.items, widget.Item{Name: prefix + n, Text: "go to this name"})
			}
			return true
		})
	}()
}

// hintKey goes through the candidates.
func (a *app) hintKey(h *hints, ev *tcell.EventKey) *tcell.EventKey {
	step := 1
	switch ev.Key() {
	case tcell.KeyTab, tcell.KeyDown:
	case tcell.KeyBacktab, tcell.KeyUp:
		step = -1
	case tcell.KeyPgUp, tcell.KeyPgDn:
		return nil
	default:
		return ev
	}
	n := len(h.items)
	if n == 0 {
		return nil
	}
	h.at += step
	switch {
	case h.at == -1 || h.at == n: // back at what was typed
		h.at = -1
		typed := h.typed
		items := h.items
		a.foot.input.SetText(typed)
		h.items, h.typed = items, typed
		return nil
	case h.at < -1:
		h.at = n - 1
	}
	a.foot.input.SetText(h.items[h.at].Name)
	return nil
}

// runCommand does what was typed: a command by its full name, else the name of
// somebody, else the only command that begins like it, else the name that
// begins like it. What the list offers is taken.
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
	a.inBackground(func() func() {
		found := view.Named(base, name)
		var names []string
		if len(found) == 0 {
			if names = view.Complete(a.ctx, base, name, 4*mostHints); len(names) == 1 {
				found = view.Named(base, names[0])
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
				a.foot.say(name + " may be " + commandNames(like))
			case len(names) > 1:
				a.chooseName(name, names)
			case going:
				a.foot.say("nothing that was read is called " + name)
			default:
				a.foot.say("no command and no name: " + name)
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

// chooseName asks which of the names that begin like a text is meant.
func (a *app) chooseName(text string, names []string) {
	items := make([]widget.Item, len(names))
	for i, n := range names {
		items[i].Name = n
	}
	a.root.push(widget.NewMenu(a.theme, "Names that begin with "+text, items, func(i int) { a.runCommand(goWord + names[i]) }))
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
	items := make([]widget.Item, len(found))
	for i, k := range found {
		p := view.TargetOf(s, k)
		items[i] = widget.Item{Name: model.PrincipalText(p), Text: p.DN}
	}
	a.root.push(widget.NewMenu(a.theme, "Several are called "+name, items, func(i int) { a.jump(found[i]) }))
}

// jump goes to a line: to who can reach it, or, where it is a trustee alone, to
// what it can reach.
func (a *app) jump(key view.LineKey) {
	a.push()
	a.here.aces = 0 // all of its rows: an ACE type that was chosen elsewhere may have none of them
	a.goTo(view.TypeOf(a.reading.base, key), key, !key.IsTarget())
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
