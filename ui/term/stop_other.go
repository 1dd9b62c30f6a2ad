//go:build !unix

package term

import "context"

// WatchStops does nothing: no shell stops a program here.
func WatchStops(context.Context, func(stop func())) {}
