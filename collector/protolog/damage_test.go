package protolog_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"mbxperm/collector/protolog/logtest"
	"mbxperm/model"
)

const (
	names = "dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context,puid"
	head  = names + "\n#Software: Microsoft Exchange Server\n#Version: 15.0.0.0\n#Log-type: IMAP4 Log\n#Date: 2026-11-02T08:00:00.000Z\n#Fields: " + names + "\n"
)

// record is a line of an IMAP4 log.
func record(second, session, seq int, client, user, command, parameters, context string) string {
	return fmt.Sprintf("2026-11-02T08:00:%02d.000Z,%016X,%d,10.0.0.1:993,%s,%s,5,10,20,%s,%s,%s,\n", second, session, seq, client, user, command, parameters, context)
}

// one reads a file of that content.
func one(t *testing.T, content string) (model.Log, *model.Snapshot) {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "IMAP42026110208-1.LOG", []byte(content))
	s := read(t, nil, in("EX13="+dir))
	if len(s.Logs) != 1 {
		t.Fatalf("%d logs", len(s.Logs))
	}
	return *s.Logs[0], s
}

// TestNoFault: what a server leaves behind in the ordinary course of things is
// no damage.
func TestNoFault(t *testing.T) {
	logon := record(1, 1, 0, "192.0.2.1:1000", "", "OpenSession", "", "") + record(2, 1, 1, "192.0.2.1:1000", "u1", "login", "u1 *****", "R=OK")
	for name, c := range map[string]struct {
		text  string
		lines int
	}{
		"half a last line":      {head + logon + "2026-11-02T08:00:03.000Z,0000000000000001,2,10.0.0.1", 2},
		"half a quote":          {head + logon + `2026-11-02T08:00:03.000Z,0000000000000001,2,10.0.0.1:993,192.0.2.1:1000,u1,1,1,1,noop,,"R=`, 2},
		"whole without an end":  {head + strings.TrimSuffix(logon, "\n"), 2},
		"zero bytes":            {head + logon + strings.Repeat("\x00", 5000), 2},
		"zero bytes and a line": {head + logon + strings.Repeat("\x00", 5000) + "\n" + logon, 4},
		"another head":          {head + logon + head[len(names)+1:] + logon, 4},
		"head only":             {head, 0},
		"nothing":               {"", 0},
		"CRLF":                  {strings.ReplaceAll(head+logon, "\n", "\r\n"), 2},
		"empty lines":           {head + "\n\n" + logon, 2},
		"without names line":    {head[len(names)+1:] + logon, 2},
		"without puid":          {head + strings.ReplaceAll(logon, ",\n", "\n"), 2},
	} {
		t.Run(name, func(t *testing.T) {
			l, s := one(t, c.text)
			if l.Damaged != 0 || l.Unreadable != 0 || l.Lines != c.lines {
				t.Errorf("%+v, want %d lines and no damage", l, c.lines)
			}
			if c.lines > 0 && (len(s.Connections) != 1 || s.Connections[0].OK == 0) {
				t.Errorf("connections %+v", s.Connections)
			}
		})
	}
}

// TestDamage: each kind of damage is counted, with the places of the first three,
// and the rest is read.
func TestDamage(t *testing.T) {
	good := record(1, 1, 0, "192.0.2.1:1000", "", "OpenSession", "", "")
	for _, c := range []struct{ what, line string }{
		{"a quote that is not closed", record(2, 1, 1, "192.0.2.1:1000", "u1", "login", "u1", `"R=`)},
		{"too few columns", "2026-11-02T08:00:03.000Z,1,2,3\n"},
		{"too many columns", record(2, 1, 1, "192.0.2.1:1000", "u1", "login", "u1,x,y,z", "R=OK")},
		{"no time", strings.Replace(good, "2026-11-02T", "2026-13-02T", 1)},
		{"no sequence number", strings.Replace(good, ",0,10.", ",x,10.", 1)},
		{"longer than 4 MB", strings.Repeat("x", 9<<20) + "\n"},
	} {
		t.Run(c.what, func(t *testing.T) {
			l, s := one(t, head+good+strings.Repeat(c.line, 5)+record(9, 1, 1, "192.0.2.1:1000", "u1", "login", "u1 *****", "R=OK"))
			if len(l.Damage) != 1 || l.Damage[0].What != c.what || l.Damage[0].N != 5 || len(l.Damage[0].Where) != 3 || l.Lines != 7 {
				t.Fatalf("%+v", l)
			}
			if want := "IMAP42026110208-1.LOG line 8"; l.Damage[0].Where[0] != want {
				t.Errorf("the first is at %q, want %q", l.Damage[0].Where[0], want)
			}
			if len(s.Connections) != 1 || s.Connections[0].OK != 1 {
				t.Errorf("the rest was not read: %+v", s.Connections)
			}
		})
	}
	if l, _ := one(t, good+good); l.Damaged != 2 || l.Damage[0].What != "no names of columns before it" {
		t.Errorf("without names: %+v", l)
	}
}

// TestColumnsChange: a server that was updated goes on in its file with other
// columns.
func TestColumnsChange(t *testing.T) {
	old := "#Fields: dateTime,sessionId,seqNumber,sIp,cIp,user,duration,command,parameters,context\n"
	_, s := one(t, head+record(1, 1, 0, "192.0.2.1:1000", "", "OpenSession", "", "")+old+
		"2026-11-02T08:00:05.000Z,0000000000000002,0,10.0.0.1:993,192.0.2.2:1000,u2,1,login,u2 *****,R=OK\n")
	if len(s.Connections) != 2 || s.Connections[1].User != "u2" || s.Connections[1].TLS != 1 {
		t.Errorf("%+v", s.Connections)
	}
}

// TestContexts: quotes inside, semicolons inside, and keys in any order.
func TestContexts(t *testing.T) {
	for context, want := range map[string]string{
		`"R=""a2 NO LOGIN failed."""`:                                                          "NO LOGIN failed.",
		`"R="a2 NO LOGIN failed.""`:                                                            "NO LOGIN failed.",
		`"R="-ERR a, b "c" d";Msg="Proxy:EX13:1993:SSL;ProxySuccess""`:                         `-ERR a, b "c" d`,
		`"R=""a NO x"";Msg=""Proxy:EX13:1993:SSL;ProxySuccess"";ErrMsg=ProxyNotAuthenticated"`: "ProxyNotAuthenticated",
		`ErrMsg=UserDisabled`:                                                                  "UserDisabled",
		`"R=""1 BAD Command Argument Error. 12"""`:                                             "BAD Command Argument Error. 12",
		`"R=NO Oid=x; LOGIN failed"`:                                                           "NO Oid=x; LOGIN failed",
	} {
		_, s := one(t, head+record(1, 1, 0, "192.0.2.1:1000", "", "login", "u1 *****", context))
		if len(s.Connections) != 1 || s.Connections[0].Failed != 1 || len(s.Connections[0].Reasons) != 1 || s.Connections[0].Reasons[0].Name != want {
			t.Errorf("%s: %+v, want %q", context, s.Connections, want)
		}
	}
}

// TestClients: addresses as one writes them.
func TestClients(t *testing.T) {
	for endpoint, want := range map[string]string{
		"192.0.2.1:1000": "192.0.2.1", "[2001:DB8::1]:993": "2001:db8::1", "[::ffff:192.0.2.7]:5": "192.0.2.7", "::ffff:192.0.2.8:5": "192.0.2.8", "::ffff:192.0.2.9": "192.0.2.9",
		"[fe80::1%12]:99": "fe80::1%12", "192.0.2.9": "192.0.2.9", "\x1b[31mred:5": "\x1b[31mred",
	} {
		_, s := one(t, head+record(1, 1, 0, endpoint, "u1", "login", "u1 *****", "R=OK"))
		if len(s.Connections) != 1 || s.Connections[0].Client != want {
			t.Errorf("%q: %+v, want %q", endpoint, s.Connections, want)
		}
	}
}

// TestSessionNumbersRepeat: after a restart the numbers begin again; STARTTLS of
// the session before does not count for the next.
func TestSessionNumbersRepeat(t *testing.T) {
	plain := func(s string) string { return strings.ReplaceAll(s, "10.0.0.1:993", "10.0.0.1:143") }
	text := head + plain(record(1, 1, 0, "192.0.2.1:1000", "", "OpenSession", "", "")+record(2, 1, 1, "192.0.2.1:1000", "", "starttls", "", "R=OK")+
		record(3, 1, 2, "192.0.2.1:1000", "u1", "login", "u1 *****", "R=OK")+
		record(4, 1, 0, "192.0.2.1:1000", "", "OpenSession", "", "")+record(5, 1, 1, "192.0.2.1:1000", "u1", "login", "u1 *****", "R=ok"))
	_, s := one(t, text)
	if c := s.Connections[0]; len(s.Connections) != 1 || c.StartTLS != 1 || c.Plain != 1 || c.OK != 2 {
		t.Errorf("%+v", s.Connections)
	}
}

// TestPacked: whatever a log is packed in, whatever its encoding, it says the
// same; and what is there twice counts once.
func TestPacked(t *testing.T) {
	text := logText(t, logtest.Log{Protocol: "IMAP4", Seed: 9, Start: start, Sessions: 300, Commands: 2, Users: 9, Clients: 9})
	name := "IMAP42026110208-1.LOG"
	plain := t.TempDir()
	put(t, plain, name, text)
	want := read(t, nil, in("EX13="+plain))
	var gz, zipped bytes.Buffer
	z := gzip.NewWriter(&gz)
	z.Write(text)
	z.Close()
	a := zip.NewWriter(&zipped)
	w, _ := a.Create("Logging/Imap4/" + name)
	w.Write(text)
	a.Close()
	units := utf16.Encode([]rune("\ufeff" + string(text)))
	var little, big bytes.Buffer
	binary.Write(&little, binary.LittleEndian, units)
	binary.Write(&big, binary.BigEndian, units)
	for _, c := range []struct {
		name    string
		content []byte
	}{
		{name + ".gz", gz.Bytes()}, {"logs.zip", zipped.Bytes()}, {name, little.Bytes()}, {name, big.Bytes()},
		{name, append([]byte("\xef\xbb\xbf"), text...)}, {"renamed.log", text},
	} {
		dir := t.TempDir()
		put(t, dir, c.name, c.content)
		got := read(t, nil, in("EX13="+dir))
		if !reflect.DeepEqual(got.Connections, want.Connections) {
			t.Errorf("%s says something else", c.name)
		}
		put(t, dir, "sub/"+name+".gz", gz.Bytes())
		put(t, dir, "other.zip", zipped.Bytes())
		if c.name == "renamed.log" {
			continue // nobody knows it by its name
		}
		both := read(t, nil, in("EX13="+dir, "EX13="+plain))
		if !reflect.DeepEqual(both.Connections, want.Connections) || both.Logs[0].Files != 1 || both.Logs[0].Twice == 0 {
			t.Errorf("%s, there several times, counts more than once: %+v", c.name, both.Logs)
		}
	}
	dir := t.TempDir()
	put(t, dir, name+".gz", gz.Bytes()[:gz.Len()/2])
	if l := read(t, nil, in("EX13="+dir)).Logs[0]; l.Unreadable != 1 || l.Lines == 0 {
		t.Errorf("half a packed file: %+v", l)
	}
}

// TestServers: whose log it is.
func TestServers(t *testing.T) {
	text := []byte(head + record(1, 1, 0, "192.0.2.1:1000", "u1", "login", "u1 *****", "R=OK"))
	mail := smtpText(t, logtest.SMTP{Server: "EX99", Release: 2013, Seed: 1, Start: start, Sessions: 3, Clients: 2})
	for path, want := range map[string]string{
		"EX13/Logging/Imap4/IMAP42026110208-1.LOG":                                                "EX13",
		"ex14/V15/Logging/Imap4/IMAP42026110208-1.LOG":                                            "ex14",
		"EX13/c$/Program Files/Microsoft/Exchange Server/V15/Logging/Imap4/IMAP42026110208-1.LOG": "EX13",
		"x/IMAP42026110208-1.LOG":                                                                 "",
		"EX15/TransportRoles/Logs/FrontEnd/ProtocolLog/SmtpReceive/RECV2026110208-1.LOG":          "EX15",
		"somewhere/RECV2026110208-1.LOG":                                                          "EX99",
	} {
		dir := t.TempDir()
		content := text
		if strings.Contains(path, "RECV") {
			content = mail
		}
		put(t, dir, path, content)
		if s := read(t, nil, in(dir)); len(s.Logs) != 1 || s.Logs[0].Server != want {
			t.Errorf("%s: %+v, want server %q", path, s.Logs, want)
		}
	}
}

// TestFolders: what is wrong with a folder is said, and the others are read.
func TestFolders(t *testing.T) {
	good, empty, other := t.TempDir(), t.TempDir(), t.TempDir()
	put(t, good, "IMAP42026110208-1.LOG", []byte(head+record(1, 1, 0, "192.0.2.1:1000", "u1", "login", "u1 *****", "R=OK")))
	put(t, other, "u_ex261102.log", []byte("#Software: Microsoft Internet Information Services 10.0\n"))
	put(t, other, "RECV.txt", []byte("x"))
	none := filepath.Join(good, "none")
	s := read(t, nil, in("EX13="+good, empty, other, none))
	if len(s.Connections) != 1 {
		t.Errorf("the good folder was not read: %+v", s.Connections)
	}
	if len(s.State.Incomplete) != 1 {
		t.Fatalf("%v", s.State.Incomplete)
	}
	for _, want := range []string{"in " + empty + ": it is empty", "none of its 2 files is one", "cannot read the logs in " + none + ": no such file"} {
		if !strings.Contains(s.State.Incomplete[0].Reason, want) {
			t.Errorf("%q does not say %q", s.State.Incomplete[0].Reason, want)
		}
	}
}

// TestDays: only lines of the last days count, and files that are older by name
// and date are not opened.
func TestDays(t *testing.T) {
	dir := t.TempDir()
	text := head + record(1, 1, 0, "192.0.2.1:1000", "u1", "login", "u1 *****", "R=OK")
	put(t, dir, "IMAP42026110208-1.LOG", []byte(text+strings.ReplaceAll(text[len(head):], "11-02T", "11-05T")))
	old := put(t, dir, "IMAP42026090208-1.LOG", []byte("not to be opened"))
	past := time.Date(2026, 9, 2, 9, 0, 0, 0, time.UTC)
	if err := os.Chtimes(old, past, past); err != nil {
		t.Fatal(err)
	}
	o := in("EX13=" + dir)
	o.Days, o.Now = 2, func() time.Time { return time.Date(2026, 11, 6, 0, 0, 0, 0, time.UTC) }
	s := read(t, nil, o)
	if l := s.Logs[0]; l.Stale != 1 || l.Files != 1 || l.Damaged != 0 || strings.Join(l.Gaps, " ") != "2026-11-03..2026-11-04" {
		t.Errorf("%+v", l)
	}
	if s.Connections[0].OK != 1 || s.Connections[0].First.Time().Day() != 5 {
		t.Errorf("%+v", s.Connections)
	}
}

// TestUnknownNames: people type passwords where the name belongs; such a name is
// kept on request alone.
func TestUnknownNames(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "IMAP42026110208-1.LOG", []byte(head+
		record(1, 1, 0, "192.0.2.1:1000", "", "login", "Secret123 *****", `"R=""1 NO LOGIN failed."""`)+
		record(2, 2, 0, "192.0.2.1:1001", "", "login", "Secret124 *****", `"R=""1 NO LOGIN failed."""`)+
		record(3, 3, 0, "192.0.2.1:1002", "u1", "login", "u1 *****", "R=OK")+
		record(4, 4, 0, "192.0.2.1:1003", "U1", "login", "u1 *****", `"R=""1 NO LOGIN failed."""`)))
	o := in("EX13=" + dir)
	o.UnknownNames = false
	s := read(t, nil, o)
	if len(s.Connections) != 2 || s.Connections[0].Names != 2 || s.Connections[0].Failed != 2 || s.Connections[0].Reasons[0].N != 2 {
		t.Errorf("%+v", s.Connections)
	}
	if c := s.Connections[1]; c.User != "u1" || c.OK != 1 || c.Failed != 1 {
		t.Errorf("%+v", c)
	}
	if s := read(t, nil, in("EX13="+dir)); len(s.Connections) != 3 {
		t.Errorf("%+v", s.Connections)
	}
}

// TestOldForm: one line for each direction, as 2007 writes.
func TestOldForm(t *testing.T) {
	for _, protocol := range []string{"POP3", "IMAP4"} {
		text := string(logText(t, logtest.Log{Protocol: protocol, Form: logtest.With9, Server: "EX07", Seed: 4, Start: start, Sessions: 400, Users: 10, Clients: 10}))
		dir := t.TempDir()
		put(t, dir, protocol+"2026110208-1.LOG", []byte(text))
		ok, failed := 0, 0
		for _, c := range read(t, nil, in("EX07="+dir)).Connections {
			ok, failed = ok+c.OK, failed+c.Failed
			if c.OK+c.Failed > 0 && c.User == "" {
				t.Errorf("a logon without a name: %+v", c)
			}
		}
		good := strings.Count(text, "successfully logged on") + strings.Count(text, "LOGIN completed")
		if bad := strings.Count(text, "Logon failure"); ok != good || failed != bad || good == 0 || bad == 0 {
			t.Errorf("%s: %d ok, %d failed, want %d and %d", protocol, ok, failed, good, bad)
		}
	}
}
