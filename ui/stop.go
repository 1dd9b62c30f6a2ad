package ui

import (
	"context"

	"mbxperm/ui/term"
)

// watchStops gives the terminal back while the program is stopped, as a shell
// stops it, and paints everything when it goes on.
func (a *app) watchStops(ctx context.Context) {
	term.WatchStops(ctx, func(stop func()) {
		a.update(func() bool { return a.tv.Suspend(stop) })
	})
}
