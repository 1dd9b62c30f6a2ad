package door_test

import (
	"strings"
	"testing"
	"time"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/internal/script"
)

// TestSilence: that nobody is seen means that nobody came only where the logs of
// every server cover all of the days.
func TestSilence(t *testing.T) {
	end := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return end.AddDate(0, 0, -n) }
	log := func(server, side string, change func(*model.Log)) model.Log {
		l := model.Log{Server: server, Protocol: "IMAP4", Side: side, Files: 3, Lines: 900, From: day(60), To: end}
		if change != nil {
			change(&l)
		}
		return l
	}
	logon := func(user string, ago int) model.Connection {
		return model.Connection{Stream: model.StreamOf("EX1", "IMAP4", "front end"), User: user, Client: "192.0.2.1", OK: 1, TLS: 1,
			First: model.InstantOf(day(ago)), Last: model.InstantOf(day(ago)), LastOK: model.InstantOf(day(ago))}
	}
	both := []model.Log{log("EX1", "front end", nil), log("EX2", "front end", nil)}
	for _, c := range []struct {
		name   string
		logs   []model.Log
		logons []model.Connection
		broken string // empty where silence proves something
		last   time.Time
		want   string
	}{
		{name: "covered, never used", logs: both, want: "yes"},
		{name: "covered, used before", logs: both, last: day(45), want: "yes"},
		{name: "covered, used in these days", logs: both, last: day(3), want: "no"},
		{name: "used, whatever the logs cover", logs: both[:1], last: day(3), broken: "no logs of IMAP4 of EX2", want: "no"},
		{name: "no logs", broken: "no logs were read", want: "unknown"},
		{name: "one server lacks", logs: both[:1], broken: "no logs of IMAP4 of EX2", want: "unknown"},
		{name: "the back end alone", logs: []model.Log{both[0], log("EX2", "back end", nil)}, broken: "no logs of IMAP4 of EX2", want: "unknown"},
		{name: "too short", logs: []model.Log{both[0], log("EX2", "front end", func(l *model.Log) { l.From = day(10) })}, broken: "do not begin before", want: "unknown"},
		{name: "it ends early", logs: []model.Log{both[0], log("EX2", "front end", func(l *model.Log) { l.To = day(2) })}, broken: "end on 2026-11-28", want: "unknown"},
		{name: "a gap", logs: []model.Log{both[0], log("EX2", "front end", func(l *model.Log) { l.Gaps = []string{"2026-11-10"} })}, broken: "no line on 2026-11-10", want: "unknown"},
		{name: "a gap before", logs: []model.Log{both[0], log("EX2", "front end", func(l *model.Log) { l.Gaps = []string{"2026-10-02", "2026-10-04..2026-10-09"} })}, want: "yes"},
		{name: "a gap that ends in these days", logs: []model.Log{both[0], log("EX2", "front end", func(l *model.Log) { l.Gaps = []string{"2026-10-04..2026-11-02"} })},
			broken: "no line on 2026-10-04..2026-11-02", want: "unknown"},
		{name: "damaged", logs: []model.Log{both[0], log("EX2", "front end", func(l *model.Log) { l.Damaged = 2 })}, broken: "2 damaged lines", want: "unknown"},
		{name: "a file that cannot be read", logs: []model.Log{both[0], log("EX2", "front end", func(l *model.Log) { l.Unreadable = 1 })}, broken: "1 file could not be read", want: "unknown"},
		{name: "somebody who was not read", logs: both, logons: []model.Connection{logon("fabrikam\\x", 3)}, broken: "names nobody", want: "unknown"},
		{name: "and long ago", logs: both, logons: []model.Connection{logon("fabrikam\\x", 40)}, want: "yes"},
	} {
		w := model.NewWriter(model.NewPool())
		for _, name := range []string{"EX1", "EX2"} {
			dn := "CN=" + name + ",CN=Servers," + script.ConfigDN
			w.Put(&model.Object{DN: dn, Class: model.ClassServer})
			w.Door(dn, model.DoorServer, nil)
		}
		for _, l := range c.logs {
			w.Log(l)
		}
		for _, x := range c.logons {
			w.Connection(x)
		}
		s := door.SilenceOf(w.Snapshot(), 30)
		if got := s.Broken[door.ByIMAP4]; (got == "") != (c.broken == "") || !strings.Contains(got, c.broken) {
			t.Errorf("%s: %q, want %q", c.name, got, c.broken)
		}
		if got := s.Unused(door.ByIMAP4, c.last); got != c.want {
			t.Errorf("%s: unused %s, want %s", c.name, got, c.want)
		}
		if s.Unused(door.ByOWA, time.Time{}) != door.AccessUnknown {
			t.Errorf("%s: OWA is in no log", c.name)
		}
	}
}
