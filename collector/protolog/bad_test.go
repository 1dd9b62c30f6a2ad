package protolog_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/protolog/logtest"
	"mbxperm/model"
)

// TestGrows: a file that a server writes on while it is read is read as far as it
// goes, and half a line is no damage.
func TestGrows(t *testing.T) {
	dir := t.TempDir()
	text := logText(t, logtest.Log{Protocol: "IMAP4", Seed: 2, Start: start, Sessions: 9000, Commands: 6, Users: 30, Clients: 30})
	half := len(text) / 2
	path := put(t, dir, "IMAP42026110208-1.LOG", text[:half])
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		for rest := text[half:]; len(rest) > 0; {
			n := min(len(rest), 777)
			f.Write(rest[:n])
			rest = rest[n:]
			select {
			case <-stop:
				return
			default:
			}
		}
	}()
	l := read(t, nil, in("EX13="+dir)).Logs[0]
	close(stop)
	<-done
	least, most := strings.Count(string(text[:half]), "\n")-6, strings.Count(string(text), "\n")-6
	if l.Damaged != 0 || l.Unreadable != 0 || l.Lines < least || l.Lines > most {
		t.Errorf("%+v, want %d to %d lines and no damage", l, least, most)
	}
}

// TestSeveralServers: logs of two servers in one folder are read, and it is said
// that they may be so.
func TestSeveralServers(t *testing.T) {
	logon := func(user string) []byte {
		return []byte(head + record(1, 1, 0, "192.0.2.1:1000", user, "login", user+" *****", "R=OK"))
	}
	dir := t.TempDir()
	put(t, dir, "four/IMAP42026110208-1.LOG", logon("u1"))
	put(t, dir, "two/IMAP42026110208-1.LOG", logon("u2"))
	put(t, dir, "three/IMAP42026110208-1.LOG", logon("u2"))
	s := read(t, nil, in(dir))
	if len(s.Connections) != 2 || s.Logs[0].Files != 2 || s.Logs[0].Twice != 1 {
		t.Errorf("%+v, %+v", s.Connections, s.Logs[0])
	}
	said(t, s, "files of IMAP4 front end have the name of another one and say something else (1, the first is "+filepath.Join(dir, "three/IMAP42026110208-1.LOG"))

	s = read(t, nil, in("EX1="+filepath.Join(dir, "four"), "EX2="+filepath.Join(dir, "two")))
	if len(s.State.Incomplete) != 0 || len(s.Logs) != 2 {
		t.Errorf("%+v, %v", s.Logs, s.State.Incomplete)
	}

	mail := t.TempDir()
	for i, server := range []string{"EX13", "EX14"} {
		put(t, mail, fmt.Sprintf("FrontEnd/RECV202611020%d-1.LOG", i), smtpText(t, logtest.SMTP{Server: server, Release: 2013, Seed: 1, Start: start, Sessions: 3, Clients: 2}))
	}
	if s = read(t, nil, in(mail)); len(s.Logs) != 2 || len(s.State.Incomplete) != 0 {
		t.Errorf("connectors name their servers: %+v, %v", s.Logs, s.State.Incomplete)
	}
	said(t, read(t, nil, in("ex13.contoso.com="+mail)), "name connectors of EX14: these may be the logs of several servers")
}

// said asserts that the reading is called incomplete for that reason.
func said(t *testing.T, s *model.Snapshot, want string) {
	t.Helper()
	if len(s.State.Incomplete) != 1 || !strings.Contains(s.State.Incomplete[0].Reason, want) {
		t.Errorf("incomplete: %v, want %q", s.State.Incomplete, want)
	}
}

// TestClocks: lines in the order in which a server wrote them, while its clock was
// set back and forth: nothing is lost, first is not behind last, and it is said.
// Commands that took minutes are none of it.
func TestClocks(t *testing.T) {
	at := func(clock string, session, seq int, command, parameters, context string) string {
		return fmt.Sprintf("2026-11-%s,%016X,%d,10.0.0.1:993,192.0.2.1:1000,,5,10,20,%s,%s,%s,\n", clock, session, seq, command, parameters, context)
	}
	text := head +
		at("02T08:00:00.000Z", 1, 0, "OpenSession", "", "") + at("02T08:10:00.000Z", 1, 1, "login", "u1 *****", "R=OK") +
		at("02T08:01:00.000Z", 2, 0, "OpenSession", "", "") + // late, but no jump
		at("05T09:00:00.000Z", 2, 1, "login", "u1 *****", "R=OK") + // set forth
		at("02T08:20:00.000Z", 2, 2, "logout", "", "R=OK") + // and back
		at("02T08:20:01.000Z", 3, 0, "OpenSession", "", "") + at("02T08:20:02.000Z", 3, 1, "login", "u1 *****", `"R=""1 NO LOGIN failed."""`)
	l, s := one(t, text)
	if l.Damaged != 0 || len(l.Damage) != 1 || l.Damage[0].What != model.ClockSetBack || l.Damage[0].N != 1 || l.Damage[0].Where[0] != "IMAP42026110208-1.LOG line 11" {
		t.Errorf("%+v", l)
	}
	if c := s.Connections[0]; len(s.Connections) != 1 || c.OK != 2 || c.Failed != 1 || c.First > c.Last || c.LastOK.Time().Day() != 5 {
		t.Errorf("%+v", c)
	}
	said(t, s, "the clock of EX13 IMAP4 front end was set back by an hour or more (1, the first before IMAP42026110208-1.LOG line 11)")

	// The same where a block ends between the two lines.
	filler := strings.Repeat(at("05T09:00:00.000Z", 9, 3, "noop", strings.Repeat("x", 1000), "R=OK"), 2000)
	l, _ = one(t, head+filler+at("02T08:20:00.000Z", 2, 2, "noop", "", "R=OK")+strings.ReplaceAll(filler, "05T09", "02T08"))
	if len(l.Damage) != 1 || l.Damage[0].N != 1 || l.Damage[0].Where[0] != "IMAP42026110208-1.LOG line 2007" {
		t.Errorf("%+v", l.Damage)
	}
}

// TestManyFiles: a folder of 10,000 logs, among other files.
func TestManyFiles(t *testing.T) {
	dir := t.TempDir()
	const files = 10000
	for i := range files {
		day := time.Date(2000, 1, 1, i, 0, 0, 0, time.UTC)
		put(t, dir, day.Format("IMAP42006010215")+"-1.LOG", []byte(head+strings.ReplaceAll(
			record(1, i, 0, "192.0.2.1:1000", "u1", "login", "u1 *****", "R=OK"), "2026-11-02T08", day.Format("2006-01-02T15"))))
		put(t, dir, fmt.Sprintf("u_ex%d.log", i%500), []byte("#Software: Microsoft Internet Information Services 10.0\n"))
	}
	s := read(t, nil, in("EX13="+dir))
	if l := s.Logs[0]; l.Files != files || l.Lines != files || l.Damaged != 0 || len(s.State.Incomplete) != 0 {
		t.Errorf("%+v, %v", l, s.State.Incomplete)
	}
	if len(s.Connections) != 1 || s.Connections[0].OK != files {
		t.Errorf("%+v", s.Connections)
	}
}

// TestLongLines: lines of 1 MB and more, up to the bound, are lines like others.
func TestLongLines(t *testing.T) {
	for _, size := range []int{1 << 20, 1<<20 + 1, 3 << 20} {
		text := head
		for i := range 4 {
			text += record(i, i, 0, "192.0.2.1:1000", "u1", "login", "u1 *****", `"R=""1 NO `+strings.Repeat("x", size)+`"""`) +
				record(i, i, 1, "192.0.2.1:1000", "u1", "login", "u1 *****", "R=OK")
		}
		l, s := one(t, text)
		if c := s.Connections[0]; l.Damaged != 0 || l.Lines != 8 || c.OK != 4 || c.Failed != 4 || len(c.Reasons[0].Name) > 256 {
			t.Errorf("%d bytes: %+v, %d ok, %d failed", size, l, c.OK, c.Failed)
		}
	}
}

// TestHostileNames: strangers write the names. Each stays one row, in a DN that
// can be read again, with its text as it was where that is text at all.
func TestHostileNames(t *testing.T) {
	names := []string{"\x1b[2J\x1b]0;x\x07", "\u202egnp.exe", "a,b", "x;ErrMsg=y", "=cmd|' /C calc'!A0", "<script>", "CN=x\\,DC=y", "#z", "+", "-", "\xff\xfe", "日本",
		"$(reboot)", "`x`", "'", "%00", "a\u2028b", "\x7f", "u1\tu2", "MÜLLER", "müller2", strings.Repeat("n", 5000)}
	text := head
	for i, n := range names {
		column := n
		if strings.ContainsAny(n, `,"`) {
			column = `"` + strings.ReplaceAll(n, `"`, `""`) + `"`
		}
		text += record(i, i, 0, fmt.Sprintf("192.0.2.%d:1000", i+1), column, "authenticate", "PLAIN", "R=OK")
	}
	l, s := one(t, text)
	if l.Damaged != 0 || len(s.Connections) != len(names) {
		t.Fatalf("%+v, %d connections of %d", l, len(s.Connections), len(names))
	}
	for _, c := range s.Connections {
		var i int
		fmt.Sscanf(c.Client, "192.0.2.%d", &i)
		want := strings.ToValidUTF8(names[i-1], "\uFFFD")
		if c.User != want[:min(len(want), 256)] {
			t.Errorf("%q became %q", names[i-1], c.User)
		}
	}
	// The same name in another case is the same row, whatever its letters.
	_, s = one(t, head+record(1, 1, 0, "192.0.2.1:1000", "MÜLLER", "authenticate", "PLAIN", "R=OK")+record(2, 2, 0, "192.0.2.1:1001", "müller", "authenticate", "PLAIN", "R=OK"))
	if len(s.Connections) != 1 || s.Connections[0].OK != 2 {
		t.Errorf("%+v", s.Connections)
	}
}

// TestQuotedNames: IMAP4 clients send a name as a quoted string, where backslashes
// are doubled (RFC 3501 9), or should be.
func TestQuotedNames(t *testing.T) {
	for parameters, want := range map[string]string{
		`"""CONTOSO\\anna"" *****"`:          `CONTOSO\anna`,
		`"""CONTOSO\\anna\\shared1"" *****"`: `CONTOSO\anna\shared1`,
		`"""CONTOSO\anna"" *****"`:           `CONTOSO\anna`,
		`"""a \""quoted\"" name"" *****"`:    `a "quoted" name`,
		`CONTOSO\anna *****`:                 `CONTOSO\anna`,
		`"""anna@contoso.com"" ""*****"""`:   `anna@contoso.com`,
		`"""open *****"`:                     `"open`,
	} {
		_, s := one(t, head+record(1, 1, 0, "192.0.2.1:1000", "", "login", parameters, `"R=""1 NO LOGIN failed."""`))
		if len(s.Connections) != 1 || s.Connections[0].User != want {
			t.Errorf("%s: %q, want %q", parameters, s.Connections[0].User, want)
		}
	}
}

// TestSilentSessions: whoever does not log on is there from the first to the last
// of his lines.
func TestSilentSessions(t *testing.T) {
	_, s := one(t, head+record(1, 1, 0, "192.0.2.1:1000", "", "OpenSession", "", "")+record(30, 1, 1, "192.0.2.1:1000", "", "capability", "", "R=OK")+
		record(40, 7, 3, "192.0.2.2:1000", "", "noop", "", "R=OK"))
	if len(s.Connections) != 1 || s.Connections[0].Sessions != 1 || s.Connections[0].Last.Time().Second() != 30 || s.Connections[0].First.Time().Second() != 1 {
		t.Errorf("%+v", s.Connections)
	}
}

// TestLinesOutOfOrder: several threads write a log, and a line can stand behind one of
// a later time: first and last of a session are the least and the greatest of its times.
func TestLinesOutOfOrder(t *testing.T) {
	dir := t.TempDir()
	lines := func(order ...int) []byte {
		all := []string{
			"2026-11-02T08:00:00.100Z,00000000000000A1,0,10.0.0.5:993,192.0.2.7:4711,,1,0,0,OpenSession,,",
			"2026-11-02T08:00:02.000Z,00000000000000A1,1,10.0.0.5:993,192.0.2.7:4711,,1,0,0,capability,,R=OK",
			"2026-11-02T08:00:01.900Z,00000000000000A1,2,10.0.0.5:993,192.0.2.7:4711,,1,0,0,CloseSession,,",
		}
		text := "dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context\r\n"
		for _, i := range order {
			text += all[i] + "\r\n"
		}
		return []byte(text)
	}
	put(t, dir, "IMAP42026110208-1.LOG", lines(0, 1, 2))
	c := read(t, nil, in("EX13="+dir)).Connections
	if len(c) != 1 || c[0].Sessions != 1 {
		t.Fatalf("%d connections", len(c))
	}
	if first, last := c[0].First.Time().Format("05.000"), c[0].Last.Time().Format("05.000"); first != "00.100" || last != "02.000" {
		t.Errorf("first at %s, last at %s", first, last)
	}
}

// TestMoreSessionsThanAreKept: a session counts once, also where its number comes
// again just when so many are open that the silent ones are given up.
func TestMoreSessionsThanAreKept(t *testing.T) {
	const most = 1 << 16 // that are kept open
	const all = most + most/2
	var logons, mail strings.Builder
	for i := range all {
		events := []string{"+", "< EHLO scanner"}
		if i < most/2 {
			events = events[:1] // silent longest
		}
		logons.WriteString(record(1+i/(most/2), i%most, 0, "192.0.2.1:1000", "", "OpenSession", "", ""))
		mail.WriteString(mailLines(`EX13\Default`, fmt.Sprintf("%016X", i%most), "192.0.2.1:1000", events...))
	}
	if _, s := one(t, head+logons.String()); len(s.Connections) != 1 || s.Connections[0].Sessions != all {
		t.Errorf("IMAP4: %+v, want %d sessions", s.Connections[0], all)
	}
	if r := relaysOf(t, mail.String(), ""); len(r) != 1 || r[0].Sessions != all {
		t.Errorf("SMTP: %+v, want %d sessions", r, all)
	}
}
