package ui

import (
	"context"
	"fmt"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
)

// Driver is what the screen needs of a collection. Every call returns at once;
// what comes of it shows in the next snapshot.
type Driver interface {
	Snapshot() *model.Snapshot
	Cancel()
	Refresh()
}

// Run shows what the driver collects until the user leaves or ctx ends.
func Run(ctx context.Context, d Driver) error {
	screen, err := openScreen()
	if err != nil {
		return err
	}
	tv := tview.NewApplication().SetScreen(screen).SetRoot(tview.NewTextView().SetText(d.Snapshot().State.Source), true)
	defer context.AfterFunc(ctx, func() { tv.QueueUpdate(tv.Stop) })()
	return tv.Run()
}

// openScreen takes the terminal. tview would take it too, but drop the error.
func openScreen() (*diffScreen, error) {
	inner, err := tcell.NewScreen()
	if err == nil {
		screen := newDiffScreen(inner)
		if err = screen.Init(); err == nil {
			return screen, nil
		}
	}
	return nil, fmt.Errorf("cannot use this terminal: %w; set TERM=xterm-256color", err)
}
