package adlab

import (
	"context"
	"fmt"
	"os"
)

// open takes an address, copies the built tree to it and starts the server there.
func open(ctx context.Context, o Options) (*Lab, error) {
	t, err := findTools()
	if err != nil {
		return nil, err
	}
	l, err := takeAddress()
	if err != nil {
		return nil, err
	}
	lab, err := openAt(ctx, t, l, o)
	if err != nil {
		l.release()
		return nil, err
	}
	return lab, nil
}

func openAt(ctx context.Context, t tools, l *lease, o Options) (*Lab, error) {
	tree, err := builtTree(ctx, t, l.address, o)
	if err != nil {
		return nil, fmt.Errorf("build: %w", err)
	}
	// What a process left that was killed here earlier.
	if err := os.RemoveAll(l.dir); err != nil {
		return nil, err
	}
	if err := copyTree(tree, l.dir); err != nil {
		return nil, fmt.Errorf("copy the built tree: %w", err)
	}
	if err := writeConfig(l.dir, l.address, o); err != nil {
		return nil, err
	}
	s, err := startServer(ctx, t, l.dir, l.address)
	if err != nil {
		return nil, err
	}
	if err := registerServices(l.dir, l.address); err != nil {
		s.stop()
		return nil, fmt.Errorf("register the names of the LDAP service: %w", err)
	}
	lab := newLab(l.address, l.dir)
	lab.ended = s.ended
	lab.stop = func() {
		s.stop()
		l.release()
	}
	return lab, nil
}
