package ui

import (
	"context"
	"io"
	"testing"

	"github.com/gdamore/tcell/v2"

	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/view"
	"mbxperm/ui/widget"
)

// TestContextEndsTheScreen: so that a signal leaves the terminal in order.
func TestContextEndsTheScreen(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	session := session.New(ctx, model.NewPool(), newDemo(t, "demo:60"), nil, nil)
	a := newApp(sessionDriver{session}, widget.ThemeFor(0))
	d := drive(t, 80, 24, a.tv)
	a.start(ctx, d.Top)
	d.wantRead()
	cancel()
	d.WantStopped()
}

// TestTerminalIsGone: that the terminal was closed is said in words.
func TestTerminalIsGone(t *testing.T) {
	session := session.New(t.Context(), model.NewPool(), newDemo(t, "demo:60"), nil, nil)
	a := newApp(sessionDriver{session}, widget.ThemeFor(0))
	screen := tcell.NewSimulationScreen("UTF-8")
	if err := screen.Init(); err != nil {
		t.Fatal(err)
	}
	posted := make(chan error, 1)
	go a.tv.QueueUpdate(func() { posted <- screen.PostEvent(tcell.NewEventError(io.EOF)) }) // once it runs
	if err := a.run(t.Context(), screen); err == nil || err.Error() != "the terminal was closed" {
		t.Errorf("the screen ends with %v", err)
	}
	if err := <-posted; err != nil {
		t.Error(err)
	}
}

// TestWorkerDropsStaleAnswers: only the answer to the last question is shown.
func TestWorkerDropsStaleAnswers(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c := session.Start(ctx, newDemo(t, "demo:60"), model.NewPool(), nil)
	<-c.Done()
	w, updates := newWorker(), make(chan func() bool)
	go w.run(ctx, func(f func() bool) { updates <- f })
	var got []string
	ask := func(filter string) {
		w.ask(ctx, c.Snapshot(), view.Query{Type: view.Mailboxes, Filter: filter}, func(*view.Result) { got = append(got, filter) })
	}
	ask("one")
	stale := <-updates // worked out, but not shown before the next question
	ask("two")
	if stale() {
		t.Error("an answer to a question before the last was shown")
	}
	ask("three")
	ask("four")
	for w.busy() {
		(<-updates)()
	}
	if len(got) != 1 || got[0] != "four" {
		t.Errorf("shown were the answers to %q, want only the last question's", got)
	}
	ask("five")
	w.drop()
	if w.busy() {
		t.Error("busy with a question that was dropped")
	}
}
