package decode

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/model"
)

// Begin opens a search.
func (d *Decoder) Begin(q collector.Query) {
	d.queries[q.ID] = &q
	d.progress.begin(&d.w.State, q.Purpose)
	if q.Account != "" {
		d.w.State.Account = q.Account
	}
	d.domain(&q).begun(q.Purpose)
}

// Expect notes how many entries a search will give.
func (d *Decoder) Expect(id collector.QueryID, n int) {
	if q := d.queries[id]; q != nil {
		d.progress.expect(&d.w.State, q, n)
	}
}

// End closes a search.
func (d *Decoder) End(id collector.QueryID, err error) {
	q := d.queries[id]
	if q == nil {
		return
	}
	delete(d.queries, id)
	d.progress.end(&d.w.State, q.Purpose)
	d.domain(q).ended(q.Purpose, err)
	if err != nil {
		d.gap(string(q.Purpose), err)
	}
}

// Missed notes a SID that nobody holds.
func (d *Decoder) Missed(sid acl.SID) {
	d.w.Missed(sid)
	d.w.State.Done++
}

func (d *Decoder) gap(search string, err error) {
	reason := err.Error()
	if errors.Is(err, context.Canceled) {
		reason = "cancelled"
	}
	d.w.State.AddGap(model.Gap{Search: search, Reason: reason})
	d.w.State.AddProblem(model.Problem{Time: time.Now(), Object: search, Text: reason})
}

// close marks what was still open when the source stopped: a search without an
// End was not read to the end. It returns the error unless it is only that
// somebody cancelled.
func (d *Decoder) close(ctx context.Context, err error) error {
	for _, q := range d.queries {
		reason := err
		if reason == nil {
			reason = errors.New("the source stopped before the end of this search")
		}
		d.gap(string(q.Purpose), reason)
	}
	for _, search := range slices.Sorted(maps.Keys(d.tooLong)) {
		d.w.State.AddGap(d.tooLong[search].gap(search))
	}
	if d.badSIDs.n > 0 {
		d.w.State.AddGap(d.badSIDs.gap())
	}
	switch {
	case ctx.Err() != nil || errors.Is(err, context.Canceled): // a recording can tell that it was cancelled
		d.gap("", context.Canceled)
		return nil
	case err == nil && d.unbracketed.entries > 0:
		for _, g := range d.unbracketed.gaps() {
			d.w.State.AddGap(g)
		}
		if d.w.Empty() {
			return fmt.Errorf("none of its %d entries is a mailbox, another recipient, a store or a container of Exchange: "+
				"export objectClass and mailNickname too, from the directory that Exchange uses", d.unbracketed.entries)
		}
	}
	return err
}

// domain is what was asked about the objects below one base.
type domain struct {
	asked map[collector.Purpose]bool
	gaps  bool // a search broke off, or has not ended
	open  int
}

// domain returns the domain that a search is about.
func (d *Decoder) domain(q *collector.Query) *domain {
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
var principals = []collector.Purpose{collector.PurposeMailboxes, collector.PurposeRecipients, collector.PurposeGroups, collector.PurposePrincipals}

func (d *domain) begun(p collector.Purpose) {
	if slices.Contains(principals, p) {
		d.asked[p] = true
	}
	if d.asked[p] || p == collector.PurposeKeys {
		d.open++
	}
}

func (d *domain) ended(p collector.Purpose, err error) {
	if d.asked[p] || p == collector.PurposeKeys {
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
func (d *Decoder) completeDomains() {
	for base, about := range d.domains {
		switch {
		case about.complete() && base == "": // from a global catalog
			d.w.ForestComplete()
		case about.complete():
			d.w.Domain(model.DomainInfo{DN: base, Complete: true})
		}
	}
}
