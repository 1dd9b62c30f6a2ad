package session

import (
	"context"
	"fmt"
	"time"

	"mbxperm/collector"
	"mbxperm/collector/ldif"
	"mbxperm/model"
)

// Reading is a source that is open, to be read once. It is for one goroutine.
// The zero Reading is of no source.
type Reading struct {
	// Source is what is read; it is the one that records, if any does.
	Source   collector.Source
	Warnings []string

	recorder *ldif.Recorder
}

// Read opens a source to be read.
func (o *Flags) Read(ctx context.Context, text string) (*Reading, error) {
	src, warnings, err := o.Open(ctx, text)
	if err != nil {
		return nil, err
	}
	return &Reading{Source: src, Warnings: warnings}, nil
}

// ReadRecorded is Read, and what is read is recorded where --record says so. A
// recording that is required ends the reading when it fails.
func (o *Flags) ReadRecorded(ctx context.Context, text string, required bool) (*Reading, error) {
	r := &Reading{}
	var err error
	r.Source, r.Warnings, r.recorder, err = ldif.Recorded(ctx, ldif.InFolder(o.Record, time.Now()), o.Program, ldif.Options{Force: o.Force, Required: required},
		func() (collector.Source, []string, error) { return o.OpenLogs(ctx, text) })
	if err != nil {
		return nil, err
	}
	return r, nil
}

// ReadShown is ReadRecorded for somebody who looks on, now and whenever it is read
// again: what is known of logs is shown while they are read.
func (o *Flags) ReadShown(ctx context.Context, text string) (*Reading, error) {
	o.Protocol.Early = true
	return o.ReadRecorded(ctx, text, false)
}

// ToEnd reads the source to its end while watch looks on, which returns when
// done is closed. An error says that nothing is known, or that ctx has ended.
func (r *Reading) ToEnd(ctx context.Context, pool *model.Pool, watch func(done <-chan struct{}, now func() *model.Snapshot)) (*model.Snapshot, error) {
	c := Start(ctx, r.Source, pool, r.Warnings)
	watch(c.Done(), c.Snapshot)
	s := c.Snapshot()
	switch {
	case ctx.Err() != nil:
		return nil, ldif.ErrInterrupted
	case s.State.Err != nil && s.Empty():
		return nil, fmt.Errorf("%s: %w", s.State.Source, s.State.Err)
	}
	return s, nil
}

// Close closes the source.
func (r *Reading) Close() error {
	if r.Source == nil {
		return nil
	}
	return r.Source.Close()
}

// Recording returns where the source was recorded and with how many entries,
// after it was read to its end. The path is empty where it was not recorded.
func (r *Reading) Recording() (path string, entries int) {
	if r.recorder == nil {
		return "", 0
	}
	return r.recorder.Path(), r.recorder.Entries()
}

// RecordErr says why a recording failed. Where it is whole in itself and yet
// incomplete, because the source was left, incomplete says so.
func (r *Reading) RecordErr() (incomplete string, err error) {
	if r.recorder == nil {
		return "", nil
	}
	if err := r.recorder.Err(); err != nil {
		return "", err
	}
	if ended := r.recorder.Ended(); ended != nil {
		return fmt.Sprintf("%s is incomplete: %v", r.recorder.Path(), ended), nil
	}
	return "", nil
}
