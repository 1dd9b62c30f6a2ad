//go:build unix

package term

import (
	"context"
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
)

// WatchStops sees to it, until ctx ends, that whoever stops the program (Ctrl-Z
// in a shell, SIGTSTP) finds the terminal as it was, and that the program finds
// it as it left it when it goes on.
//
// It calls away with a function that stops the program, and that returns when the
// program goes on: away gives the terminal back before it, and takes it again
// after it. Where the program was stopped without notice (SIGSTOP) and goes on,
// the function returns at once: the terminal is to be taken anew, since nobody
// knows what became of it. away is called by one goroutine. There is one at a
// time: a later call takes the place of the one before.
func WatchStops(ctx context.Context, away func(stop func())) {
	if signal.Ignored(unix.SIGTSTP) { // whoever started the program wants it so
		return
	}
	stops.mu.Lock()
	defer stops.mu.Unlock()
	stops.away = &away
	stops.once.Do(func() {
		stopping, going := make(chan os.Signal, 1), make(chan os.Signal, 1)
		signal.Notify(stopping, unix.SIGTSTP)
		signal.Notify(going, unix.SIGCONT)
		go watchStops(stopping, going)
	})
	context.AfterFunc(ctx, func() {
		stops.mu.Lock()
		defer stops.mu.Unlock()
		if stops.away == &away {
			stops.away = nil
		}
	})
}

// stops is who has the terminal. It is the process's: Go's runtime does not give
// SIGTSTP back once it was asked for, and what it does not pass on is lost, so that
// Ctrl-Z must be seen to until the end.
var stops struct {
	once sync.Once
	mu   sync.Mutex
	away *func(stop func()) // nil while the terminal is as it was
}

func watchStops(stopping, going <-chan os.Signal) {
	for {
		stop := func() {}
		select {
		case <-stopping:
			if !wakeable() {
				continue
			}
			stop = func() {
				_ = unix.Kill(unix.Getpid(), unix.SIGSTOP)
				<-going
			}
		case <-going:
		}
		stops.mu.Lock()
		away := stops.away
		stops.mu.Unlock()
		if away == nil {
			stop()
		} else {
			(*away)(stop)
		}
	}
}

// wakeable reports whether there is a shell that would let the program go on: the
// session's leader lives, and is not of the program's own process group. Without
// one the system ignores SIGTSTP (POSIX.1-2017 2.4.3, orphaned process group).
func wakeable() bool {
	leader, err := unix.Getsid(0)
	if err != nil {
		return false
	}
	group, err := unix.Getpgid(leader)
	return err == nil && group != unix.Getpgrp()
}
