package protolog_test

import (
	"context"
	"reflect"
	"strings"
	"sync"
	"testing"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/protolog"
	"mbxperm/collector/protolog/logtest"
	"mbxperm/model"
)

type watchedSink struct {
	collector.Sink
	entry func(e *collector.Entry)
}

func (w *watchedSink) Entry(e *collector.Entry) { w.entry(e); w.Sink.Entry(e) }

// TestEarly: whoever looks on sees rows while the logs are read. In the end all is
// as if nobody had, and a name that is nobody's was not shown in between.
func TestEarly(t *testing.T) {
	defer protolog.SetEarlyFirst(1)()
	dir := t.TempDir()
	for _, h := range []string{"08", "09", "10"} {
		put(t, dir, "IMAP420261102"+h+"-1.LOG", logText(t, logtest.Log{Protocol: "IMAP4", Seed: 5, Start: start, Sessions: 2000, Commands: 3, Users: 200, Clients: 40}))
		put(t, dir, "TransportRoles/Logs/FrontEnd/RECV20261102"+h+"-1.LOG", smtpText(t, logtest.SMTP{Server: "EX13", Release: 2013, Seed: 3, Start: start, Sessions: 900, Clients: 40}))
	}
	put(t, dir, "IMAP42026110207-1.LOG", []byte(head+record(1, 1, 0, "192.0.2.1:1000", "", "login", "Secret123 *****", `"R=""1 NO LOGIN failed."""`)))
	o := in("EX13=" + dir)
	o.UnknownNames = false
	want := read(t, nil, o)
	o.Early = true
	early := map[string]int{}
	src := protolog.New(nil, o)
	w := model.NewWriter(model.NewPool())
	rows := 0
	if err := decode.Read(t.Context(), &watchedSource{src, func(e *collector.Entry) {
		if !e.Early {
			return
		}
		class := strings.SplitN(e.DN, ",CN=", 2)[1]
		early[class[:strings.IndexByte(class, ',')]]++
		if strings.Contains(e.DN, "Secret") {
			t.Errorf("a name that is nobody's was shown: %s", e.DN)
		}
		rows = max(rows, len(w.Snapshot().Connections))
	}}, w, new(sync.Mutex)); err != nil {
		t.Fatal(err)
	}
	if early["Log"] < 3 || early["Connection"] < 100 || early["Relay"] < 20 || rows < 50 {
		t.Errorf("too little was shown early: %v, %d rows", early, rows)
	}
	got := w.Snapshot()
	sortConnections(got)
	if !reflect.DeepEqual(got.Connections, want.Connections) || len(got.Logs) != len(want.Logs) || len(got.Relays) != len(want.Relays) {
		t.Errorf("%d connections, %d logs, %d relays in the end; want %d, %d, %d", len(got.Connections), len(got.Logs), len(got.Relays),
			len(want.Connections), len(want.Logs), len(want.Relays))
	}
	relays := map[string]*model.Relay{}
	for _, r := range want.Relays {
		relays[r.Connector+r.Client] = r
	}
	for _, r := range got.Relays {
		if !reflect.DeepEqual(r, relays[r.Connector+r.Client]) {
			t.Errorf("%+v, want %+v", r, relays[r.Connector+r.Client])
		}
	}
	if w.State.Entries != len(want.Connections)+len(want.Logs)+len(want.Relays) {
		t.Errorf("%d entries counted", w.State.Entries)
	}
}

// watchedSource shows each entry of a source before it is taken.
type watchedSource struct {
	*protolog.Source
	entry func(e *collector.Entry)
}

// Read reads the source.
func (w *watchedSource) Read(ctx context.Context, sink collector.Sink) error {
	return w.Source.Read(ctx, &watchedSink{sink, w.entry})
}
