//go:build !linux

package adlab

import (
	"context"
	"fmt"
	"runtime"
)

// Only Linux routes all of 127.0.0.0/8 to the machine itself and has the packages.
func open(context.Context, Options) (*Lab, error) {
	return nil, fmt.Errorf("%w: it runs on linux, this is %s", ErrUnavailable, runtime.GOOS)
}

func share(ctx context.Context) (*Lab, error) { return open(ctx, Options{}) }
