package decode

import (
	"slices"

	"mbxperm/collector"
	"mbxperm/model"
)

// domain is what was asked about the objects below one base.
type domain struct {
	asked map[collector.Purpose]bool
	gaps  bool // a search broke off, or has not ended
	open  int
}

// domain returns the domain that a search is about.
func (d *decoder) domain(q *collector.Query) *domain {
	if q.Scope != collector.ScopeSub {
		return &domain{asked: map[collector.Purpose]bool{}}
	}
	if d.domains[q.Base] == nil {
		d.domains[q.Base] = &domain{asked: map[collector.Purpose]bool{}}
	}
	return d.domains[q.Base]
}

// principals are the searches that together deliver every security principal
// of a domain. One of them may be in parts.
var principals = []collector.Purpose{Mailboxes.Purpose, Recipients.Purpose, Groups.Purpose, Principals.Purpose}

func (d *domain) begun(p collector.Purpose) {
	if slices.Contains(principals, p) {
		d.asked[p] = true
	}
	if d.asked[p] || p == Keys.Purpose {
		d.open++
	}
}

func (d *domain) ended(p collector.Purpose, err error) {
	if d.asked[p] || p == Keys.Purpose {
		d.open--
		d.gaps = d.gaps || err != nil
	}
}

// complete reports whether every security principal was read.
func (d *domain) complete() bool {
	return len(d.asked) == len(principals) && d.open == 0 && !d.gaps
}

// completeDomains marks the domains of which every security principal was read:
// each of the searches over the domain's whole partition ended well.
func (d *decoder) completeDomains() {
	for base, about := range d.domains {
		switch {
		case about.complete() && base == "": // from a global catalog
			d.w.ForestComplete()
		case about.complete():
			d.w.Domain(model.DomainInfo{DN: base, Complete: true})
		}
	}
}
