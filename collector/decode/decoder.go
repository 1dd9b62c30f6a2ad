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

// decoder is the Sink that turns entries into facts. It goes by what an entry
// is (its object classes), not by the search that gave it, so that a file
// without searches decodes like a live directory.
type decoder struct {
	w           *model.Writer
	queries     map[collector.QueryID]*collector.Query // open searches
	domains     map[string]*domain                     // whose objects were asked for, by the base of the searches
	progress    progress
	now         *collector.Query // of the entry in hand; nil where the source knows no searches
	unbracketed unbracketed      // what came without a search
	joined      joined           // what several records of a file tell of one object
	badSIDs     badSIDs
	badTexts    badTexts
	domainHeads domainHeads
	tooLong     map[string]tooLong // by the purpose of the search
	classes     classSets
	shared      sharedTexts
	inHand      model.Object // of the entry in hand, so that its lists are made once
	logs        bool         // there are logs to come
	mailInHand  model.Mail   // likewise
	// placingInHand is that of the entry in hand, so that its list is made once.
	placingInHand model.Placing
	habitInHand   model.Habit
	stampsInHand  model.Stamps
	stampIDs      StampIDs
	badStamps     badStamps
	// traitSet is that of the entry in hand, and traitsAsked are those that traitQuery
	// asks for.
	traitSet, traitsAsked model.Traits
	traitQuery            *collector.Query
	lastStream            *model.Stream // of the connection before
	// accessValues are those of the entry in hand, so that the list is made once.
	accessValues model.DoorValues
	doors        doorsAsked
}

var _ collector.Sink = (*decoder)(nil)

func newDecoder(w *model.Writer) *decoder {
	return &decoder{w: w, queries: map[collector.QueryID]*collector.Query{}, domains: map[string]*domain{}, progress: newProgress(),
		classes: classSets{sets: map[string]*classSet{}}, shared: sharedTexts{}, tooLong: map[string]tooLong{}, domainHeads: domainHeads{}, stampIDs: NewStampIDs()}
}

// Entry decodes one directory entry.
func (d *decoder) Entry(e *collector.Entry) {
	d.now = d.queries[e.Query]
	if !e.Early {
		d.w.State.Entries++
		d.progress.entry(&d.w.State, d.now)
	}
	if d.now != nil && (d.now.Purpose == DelegateStamps.Purpose || d.now.Purpose == MemberStamps.Purpose) { // it tells nothing else of the object
		d.valueStamps(e)
		return
	}
	set := d.classes.of(e.Values(attrObjectClass))
	if d.now == nil {
		d.unbracketed.entry(e, set)
	}
	if e.DN == "" {
		rootDSE.decode(d, e, set)
		return
	}
	if d.now == nil {
		set = d.joined.object(&d.classes, d.w.Number(e.DN), set)
	}
	set.kind.decode(d, e, set)
}

// Begin opens a search.
func (d *decoder) Begin(q collector.Query) {
	d.queries[q.ID] = &q
	d.logs = d.logs || q.Purpose == Logs.Purpose
	d.doors.begin(q.Purpose)
	d.progress.begin(&d.w.State, q.Purpose)
	if q.Account != "" {
		d.w.State.Account = q.Account
	}
	d.domain(&q).begun(q.Purpose)
}

// Expect notes how many entries a search will give.
func (d *decoder) Expect(id collector.QueryID, n int) {
	if q := d.queries[id]; q != nil {
		d.progress.expect(&d.w.State, q, n)
	}
}

// End closes a search.
func (d *decoder) End(id collector.QueryID, err error) {
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
func (d *decoder) Missed(sid acl.SID) {
	d.w.Missed(sid)
	d.w.State.Done++
}

func (d *decoder) gap(search string, err error) {
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
func (d *decoder) close(ctx context.Context, err error) error {
	for _, id := range slices.Sorted(maps.Keys(d.queries)) {
		reason := err
		if reason == nil {
			reason = errors.New("the source stopped before the end of this search")
		}
		d.gap(string(d.queries[id].Purpose), reason)
	}
	d.w.UnseenAssignments()
	for _, search := range slices.Sorted(maps.Keys(d.tooLong)) {
		d.w.State.AddGap(d.tooLong[search].gap(search))
	}
	if err == nil && d.doors.unasked() {
		d.w.State.AddGap(model.Gap{Search: string(Doors.Purpose), Reason: "it was not asked for: the recording is older than this question"})
	}
	if d.badStamps.n > 0 {
		d.w.State.AddProblem(d.badStamps.problem())
	}
	if d.badSIDs.n > 0 {
		d.w.State.AddGap(d.badSIDs.gap())
	}
	if d.badTexts.n > 0 {
		d.w.State.AddGap(d.badTexts.gap())
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
			return fmt.Errorf("none of its %d entries is a mailbox, another recipient, a store, a container or a role of Exchange: "+
				"export objectClass and mailNickname too, from the directory that Exchange uses", d.unbracketed.entries)
		}
	}
	return err
}
