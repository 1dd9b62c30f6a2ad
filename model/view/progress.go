package view

import "sync/atomic"

// Progress says how far a long question has come. It may be read by any goroutine.
type Progress struct{ done, all atomic.Int64 }

// Share returns a number from 0 to 1.
func (p *Progress) Share() float64 {
	if all := p.all.Load(); all > 0 {
		return float64(p.done.Load()) / float64(all)
	}
	return 0
}
