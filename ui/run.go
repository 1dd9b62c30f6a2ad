package ui

import (
	"context"
	"fmt"

	"github.com/gdamore/tcell/v2"

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
	return newApp(d, themeFor(screen.Colors())).run(ctx, screen)
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

// guard gives the terminal back before a panic of the calling goroutine ends
// the program; tview does so for its own goroutine only. It is to be deferred.
func guard(screen tcell.Screen) {
	if p := recover(); p != nil {
		if screen != nil {
			screen.Fini()
		}
		panic(p)
	}
}
