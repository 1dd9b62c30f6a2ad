package protolog

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzContext: a value is a part of the context that stands behind its key, and
// holds no other key where it is not quoted.
func FuzzContext(f *testing.F) {
	f.Add([]byte(`R="a1 NO [Error=ProxyNotAuthenticated Proxy=EX13:1993:SSL] LOGIN failed.";Msg="Proxy:x;ProxySuccess";ErrMsg=y`))
	f.Add([]byte(`R=OK;Rows=3;ClientIp=[2001:db8::1]`))
	f.Add([]byte(`R=";R=";R=`))
	f.Fuzz(func(t *testing.T, context []byte) {
		for _, k := range contextKeys {
			key := strings.TrimSuffix(k, "=")
			value := contextValue(context, key)
			if len(value) > 0 && !bytes.Contains(context, append([]byte(k), value...)) && !bytes.Contains(context, append([]byte(k+`"`), value...)) {
				t.Errorf("%q: %s is %q", context, key, value)
			}
			if _, text := answerOf(value); !bytes.HasSuffix(value, text) {
				t.Errorf("%q: the answer %q is no end of it", value, text)
			}
		}
	})
}

// TestSplitAgainstPlain: a line that is CSV splits as CSV does.
func TestSplitAgainstPlain(t *testing.T) {
	l, ok := newLayout("dateTime,sessionId,seqNumber,sIp,cIp,command,context")
	if !ok {
		t.Fatal("no layout")
	}
	for line, want := range map[string][]string{
		`a,b,c,d,e,f,g`:             {"a", "b", "c", "d", "e", "f", "g"},
		`a,"b,""x""",c,d,e,f,"g;h"`: {"a", `b,"x"`, "c", "d", "e", "f", "g;h"},
		`,,,,,,`:                    {"", "", "", "", "", "", ""},
		`a,b,c,d,e,f,"R="x, y";z"`:  {"a", "b", "c", "d", "e", "f", `R="x, y";z`},
	} {
		var got fields
		if wrong := l.split([]byte(line), &got); wrong != sound {
			t.Errorf("%s: %s", line, faultTexts[wrong])
			continue
		}
		var buf []byte
		for i, w := range want {
			if g := got.plain(i, &buf); string(g) != w {
				t.Errorf("%s: column %d is %q, want %q", line, i, g, w)
			}
		}
	}
}

// FuzzLine: no line ends the reading, of whatever log it is; it is counted as
// what it is, and what is summed of it is no more than what it says.
func FuzzLine(f *testing.F) {
	names := "dateTime,sessionId,seqNumber,sIp,cIp,user,duration,rqsize,rpsize,command,parameters,context,puid\n"
	mail := "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\n"
	at := "2026-11-02T08:00:00.000Z,"
	f.Add([]byte(names + at + `1,0,10.0.0.1:993,192.0.2.1:9,u1,5,10,20,login,u1 *****,"R=""a NO x"";Msg=""y;z""",` + "\n"))
	f.Add([]byte(mail + at + "EX13\\Default,08DE,0,10.0.0.1:25,192.0.2.1:9,<,XPROXYFROM SID=1 IP=192.0.2.2,\n" + at + "EX13\\Default,08DE,1,10.0.0.1:25,192.0.2.1:9,>,250 2.6.0,\n"))
	f.Add([]byte(mail + at + "a,b,1,c,d,<,1 LOGIN x y,\n" + at + "a,b,2,c,d,>,1 OK,\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for stream := POP3; stream < streams; stream++ {
			b := &block{series: &series{stream: stream}, file: &file{}, first: true, text: text}
			b.parse()
			damaged := 0
			for _, n := range b.damaged {
				damaged += n
			}
			if damaged > b.lines || b.lines > b.rows || b.rows > bytes.Count(text, []byte{'\n'})+1 {
				t.Errorf("%d rows, %d lines, %d damaged", b.rows, b.lines, damaged)
			}
			l, r := newLogons(stream, 0), newRelays(&domains{}, 0, stream == SMTPFrontEnd)
			r.series = b.series
			for i := range b.events {
				if stream.isSMTP() {
					r.take(&b.events[i])
				} else {
					l.take(&b.events[i])
				}
			}
			l.finish()
			r.finish()
			n := 0
			for _, s := range l.sums {
				n += int(s.ok + s.failed + s.sessions)
			}
			for _, s := range r.sums {
				n += int(s.messages)
			}
			if n > len(b.events) {
				t.Errorf("%d logons, sessions and messages of %d events", n, len(b.events))
			}
		}
	})
}
