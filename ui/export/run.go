package export

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/dn"
	"mbxperm/ui/report"
)

// run is a state as it is exported. It is for one goroutine.
type run struct {
	s       *model.Snapshot
	changes *change.List // nil where there is nothing to compare with
	hide    *report.Redactor
	ev      *report.Evidence
	id      string
	at      time.Time
	version string
	expand  bool
	pages   *pageFiles // where the pages of a group wait for its end; nil for memory
	texts   int        // bytes of sentences that were made for the group of rows in hand
}

// newRun names a run by what was read: reading one recording twice gives one run.
func newRun(s *model.Snapshot, changes *change.List, hide *report.Redactor, version, question string) *run {
	r := &run{s: s, changes: changes, hide: hide, version: version}
	r.ev = report.Tables(s, version, question, changes, hide)
	st := &s.State
	r.at = st.Clock
	if r.at.IsZero() {
		r.at = st.Started
	}
	r.at = r.at.UTC().Truncate(time.Microsecond)
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n%d\n%d\n%s\n", s.Forest.RootSID(), strings.ToLower(st.Server), strings.ToLower(st.Account), st.USN, st.Entries, r.at)
	sum := h.Sum(nil)
	name := hex.EncodeToString(sum[:8])
	if hide != nil { // nobody without the key can test which forest it was
		name = strings.ReplaceAll(hide.Text(model.ContentGUID, acl.GUID(sum[:16]).String()), "-", "")[:16]
	}
	r.id = r.at.Format("20060102T150405Z") + "-" + name
	return r
}

// date is the day of the run, by which its files are found.
func (r *run) date() string { return r.at.Format(time.DateOnly) }

// evidence is what the metadata of a file says of it.
func (r *run) evidence(rows int64) (string, error) {
	r.ev.Records = int(rows)
	return r.ev.Line()
}

// micros is a time as a column has it; nil for none.
func micros(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	n := t.UnixMicro()
	return &n
}

// keyed is an object with its place in the order of GUIDs as text, as far as the
// first half of its own tells.
type keyed struct {
	first uint64
	id    model.ObjectID
}

// byGUID orders objects by the text of their GUIDs as the tables have it, those
// without one first, and the rest by DN, so that an export is the same every time.
func (r *run) byGUID(ids []model.ObjectID) {
	keys := make([]keyed, len(ids))
	for i, id := range ids {
		keys[i] = keyed{textOrder(r.guid(id)), id}
	}
	slices.SortFunc(keys, func(a, b keyed) int {
		if a.first != b.first {
			return cmp.Compare(a.first, b.first)
		}
		x, y := r.guid(a.id), r.guid(b.id)
		if c := bytes.Compare(x[8:], y[8:]); c != 0 {
			return c
		}
		return dn.Compare([]byte(r.s.DNText(r.s.Record(a.id).DN)), []byte(r.s.DNText(r.s.Record(b.id).DN)))
	})
	for i := range keys {
		ids[i] = keys[i].id
	}
}

// guid is that of an object as the tables have it.
func (r *run) guid(id model.ObjectID) acl.GUID {
	g := r.s.Record(id).GUID
	if r.hide != nil && !g.IsZero() {
		g, _ = acl.ParseGUID(r.hide.Text(model.ContentGUID, g.String()))
	}
	return g
}

// textOrder is the first half of a GUID as its text begins: three numbers, which
// lie in memory with their lowest byte first ([MS-DTYP] 2.3.4.2).
func textOrder(g acl.GUID) uint64 {
	return uint64(binary.LittleEndian.Uint32(g[:]))<<32 | uint64(binary.LittleEndian.Uint16(g[4:]))<<16 | uint64(binary.LittleEndian.Uint16(g[6:]))
}

// targets are all objects that entries stand on, in the order of their GUIDs.
func (r *run) targets() []model.ObjectID {
	out := make([]model.ObjectID, 0, r.s.Objects.Len()) // most of them
	for id := model.ObjectID(1); uint32(id) < r.s.Objects.Len(); id++ {
		if r.s.Record(id).Target() != model.NoTarget {
			out = append(out, id)
		}
	}
	r.byGUID(out)
	return out
}

// sidTexts are the texts of the SIDs of trustees: a few stand in nearly every row.
type sidTexts map[acl.SID]string

func (t sidTexts) of(s acl.SID) string {
	text, known := t[s]
	if !known {
		if text = model.SIDText(s); len(t) >= mostTexts {
			clear(t)
		}
		t[s] = text
	}
	return text
}

const mostTexts = 1 << 15

// sidKey is the text of a SID as the tables have it: what they are in order by.
func (r *run) sidKey(s acl.SID) string { return r.hide.Text(model.ContentSID, model.SIDText(s)) }
