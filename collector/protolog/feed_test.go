package protolog_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/protolog"
	"mbxperm/collector/protolog/logtest"
)

// taker is a sink that does something at each entry.
type taker struct {
	entry func()
	err   error // of the search
}

func (s *taker) Begin(collector.Query)              {}
func (s *taker) Expect(collector.QueryID, int)      {}
func (s *taker) Entry(*collector.Entry)             { s.entry() }
func (s *taker) End(_ collector.QueryID, err error) { s.err = err }
func (s *taker) Missed(acl.SID)                     {}

// TestReadingEnds: who cancels, or fails while sums are delivered, ends the reading
// for all workers; where that failed, nothing is delivered after it.
func TestReadingEnds(t *testing.T) {
	dir := t.TempDir()
	text := logText(t, logtest.Log{Protocol: "IMAP4", Seed: 1, Start: start, Sessions: 2000, Commands: 8, Users: 20, Clients: 5})
	for server := range 8 {
		for hour := range 2 {
			put(t, dir, fmt.Sprintf("EX%d/Logging/Imap4/IMAP4202611020%d-1.LOG", server, hour), text)
		}
	}
	for _, workers := range []int{1, 2, 8} {
		for name, fail := range map[string]func(context.CancelFunc){
			"cancelled": func(cancel context.CancelFunc) { cancel() },
			"panic":     func(context.CancelFunc) { panic("full") },
		} {
			ctx, cancel := context.WithCancel(t.Context())
			entries := 0
			s := &taker{entry: func() {
				if entries++; entries == 1 {
					fail(cancel)
				}
			}}
			o := in(dir)
			o.Workers = workers
			if err := protolog.New(nil, o).Read(ctx, s); err != nil {
				t.Fatal(err)
			}
			cancel()
			switch {
			case name == "cancelled" && !errors.Is(s.err, context.Canceled), name == "panic" && (s.err == nil || !strings.Contains(s.err.Error(), "full")):
				t.Errorf("%s, %d workers: %v", name, workers, s.err)
			case name == "panic" && entries > 1:
				t.Errorf("%d workers: %d entries behind the one that failed", workers, entries-1)
			}
		}
	}
}
