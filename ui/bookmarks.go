package ui

import (
	"cmp"

	"github.com/gdamore/tcell/v2"

	"mbxperm/model"
	"mbxperm/model/view"
	"mbxperm/ui/settings"
	"mbxperm/ui/widget"
)

// Bookmarks are lines to come back to. They are kept for a directory and not for
// a source: what was marked in the live one is there in a recording of it.

// directoryName names the directory that a snapshot is of: its first domain, or
// where it comes from as long as that is not known.
func directoryName(s *model.Snapshot) string {
	for _, d := range s.Forest.Domains {
		if d.Root && !d.SID.IsZero() {
			return cmp.Or(d.DNS, d.DN) + " " + d.SID.String()
		}
	}
	return s.State.Source
}

// lineHere is the line that the cursor is on, or that the right grid is about.
func (a *app) lineHere() view.LineKey {
	if res := a.right.result; a.here.focus == rightPane && res != nil && res.Query.AllLines() {
		if row, ok := a.right.Selected(); ok {
			return res.TargetKey(row)
		}
	}
	if a.here.focus == rightPane {
		return a.here.of
	}
	key, _ := a.left.key()
	return key
}

func (a *app) whyNoBookmark() string {
	switch key := a.lineHere(); {
	case a.changes() != nil:
		return gridsOnly
	case a.reading.base == nil || key.IsZero():
		return "there is no line to keep a bookmark of"
	case key.IsDoor():
		return "bookmarks are for accounts, stores and containers"
	}
	return ""
}

func (a *app) toggleBookmark() {
	s, key := a.reading.base, a.lineHere()
	b := settings.Bookmark{Name: lineName(s, key, map[bool]string{true: "forward", false: "reverse"}[key.IsTarget()]), ID: view.Identity(s, key, !key.IsTarget())}
	if a.settings().ToggleBookmark(directoryName(s), b) {
		a.foot.say(b.Name + " has a bookmark: ' lists them")
	} else {
		a.foot.say(b.Name + " has no bookmark any more")
	}
	a.saveSettings()
}

func (a *app) saveSettings() {
	if err := a.settings().Save(); err != nil {
		a.foot.say(err.Error())
	}
}

func (a *app) whyNoBookmarks() string {
	switch {
	case a.changes() != nil:
		return gridsOnly
	case a.reading.base == nil || len(a.settings().Bookmarks[directoryName(a.reading.base)]) == 0:
		return "there is no bookmark in this directory: m keeps one of a line"
	}
	return ""
}

// openBookmarks lists the bookmarks of the directory.
func (a *app) openBookmarks() {
	directory := directoryName(a.reading.base)
	m := widget.NewMenu(a.theme, "Bookmarks", nil, nil)
	list := func() []settings.Bookmark { return a.settings().Bookmarks[directory] }
	set := func() {
		var items []widget.Item
		for _, b := range list() {
			items = append(items, widget.Item{Name: b.Name, Text: b.ID})
		}
		m.Set(items)
	}
	m.Choose = func(i int) { a.goToBookmark(list()[i]) }
	m.Also = func(ev *tcell.EventKey) {
		if ev.Key() != tcell.KeyDelete || m.At >= len(list()) {
			return
		}
		a.settings().ToggleBookmark(directory, list()[m.At])
		a.saveSettings()
		if set(); len(m.Items) == 0 {
			a.root.pop()
		}
	}
	set()
	a.root.push(m)
}

// whyNoDrop says why Delete does nothing in the list that is open.
func (a *app) whyNoDrop() string {
	if m, ok := a.root.top().(*widget.Menu); !ok || m.Also == nil {
		return "only bookmarks are dropped"
	}
	return ""
}

// goToBookmark goes to the line of a bookmark, if it is still there.
func (a *app) goToBookmark(b settings.Bookmark) {
	base := a.reading.base
	a.inBackground("looking up "+b.Name, func(*awaited) func() {
		found := view.Named(base, b.ID)
		return func() {
			if len(found) == 0 {
				a.sayNot(b.Name + " is not among what was read: " + b.ID)
				return
			}
			a.jumpTo(base, b.Name, found)
		}
	})
}
