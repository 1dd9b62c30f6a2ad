package ui

import (
	"context"

	"mbxperm/model/view"
	"mbxperm/ui/keys"
	"mbxperm/ui/widget"
)

func (a *app) findForward()  { a.findNext(1) }
func (a *app) findBackward() { a.findNext(-1) }

// findNext goes to the next line, or the one before, that holds the words of
// the last filter, and asks for words where there were none. The search runs
// beside the screen: at a million lines it may take a while.
func (a *app) findNext(step int) {
	g, side := a.grid()
	if side.filter != "" {
		side.find = side.filter
	}
	if side.find == "" {
		a.askWords(step)
		return
	}
	res := a.matcher(g)
	row, ok := g.Selected()
	if res == nil || !ok {
		a.foot.say("there is no line to search")
		return
	}
	a.search(g, res, side.find, row, step)
}

// askWords asks what to look for.
func (a *app) askWords(step int) {
	_, side := a.grid()
	a.openLine(&line{label: "find: ", scope: keys.ScopeCommand, enter: func(text string) {
		if text == "" {
			return
		}
		side.find = text
		a.findNext(step)
	}}, "")
}

// matcher is what can be searched: lines, rows or changes.
type matcher interface {
	Match(ctx context.Context, words string, from, step int) int
}

// matcher returns what a grid shows, nil where that is nothing.
func (a *app) matcher(g *widget.Grid) matcher {
	if v := a.changes(); v != nil && v.grid == g {
		if v.result == nil {
			return nil
		}
		return v.result
	}
	if res := a.shown(g); res != nil {
		return res
	}
	return nil
}

// search looks for words from a row on and puts the cursor where they are.
func (a *app) search(g *widget.Grid, res matcher, words string, from, step int) {
	a.inBackground("looking for "+words, func(w *awaited) func() {
		at := res.Match(w.ctx, words, from, step)
		return func() {
			if a.matcher(g) == res {
				a.found(g, words, at, from, step)
			}
		}
	})
}

// found puts the cursor on a match and says what was unusual about the way there.
func (a *app) found(g *widget.Grid, words string, at, from, step int) {
	switch {
	case at < 0:
		a.foot.say("no line matches " + words)
		return
	case at == from:
		a.foot.say("this is the only line that matches " + words)
	case step > 0 && at < from:
		a.foot.say("went on from the first line: " + words)
	case step < 0 && at > from:
		a.foot.say("went on from the last line: " + words)
	}
	g.Choose(at)
}

// shown returns what a grid shows.
func (a *app) shown(g *widget.Grid) *view.Result {
	switch g {
	case a.left.Grid:
		return a.left.result
	case a.right.Grid:
		return a.right.result
	}
	return nil
}

// page is the page that lies above everything else; nil where none does.
func (a *app) page() *widget.Page {
	p, _ := a.root.top().(*widget.Page)
	return p
}

func (a *app) closePage()     { a.root.pop() }
func (a *app) nextSheet()     { a.page().Turn(1) }
func (a *app) previousSheet() { a.page().Turn(-1) }
func (a *app) copyPage()      { a.copyFromPage(a.page()) }
func (a *app) pageForward()   { a.findAgain(1) }
func (a *app) pageBackward()  { a.findAgain(-1) }

// findOnPage asks for a text and goes to where it stands on the page.
func (a *app) findOnPage() {
	p := a.page()
	a.openLine(&line{label: "find: ", scope: keys.ScopeCommand, enter: func(text string) {
		if p.Word = text; text != "" {
			a.showFound(p, 1)
		}
	}}, p.Word)
}

// findAgain goes to the next place where the text of the last search stands.
func (a *app) findAgain(step int) {
	p := a.page()
	if p.Word == "" {
		a.findOnPage()
		return
	}
	a.showFound(p, step)
}

func (a *app) showFound(p *widget.Page, step int) {
	found, wrapped := p.Find(step)
	switch {
	case !found:
		a.foot.say(p.Word + " is not on this sheet")
	case wrapped && step > 0:
		a.foot.say("went on from the top: " + p.Word)
	case wrapped:
		a.foot.say("went on from the end: " + p.Word)
	}
}
