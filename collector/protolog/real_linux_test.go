package protolog_test

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"maps"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/mailtest"
	"mbxperm/model"
	"mbxperm/model/door"
)

// scribe talks to a real server and writes down what is said in the form of
// Exchange's logs: an Exchange server is not to be had, and what a dialogue means is
// the same question to Dovecot and Postfix, whose own logs answer it too.
type scribe struct {
	t      *testing.T
	roots  *x509.CertPool
	log    strings.Builder
	at     time.Time
	number int

	conn          net.Conn
	r             *bufio.Reader
	local, remote string
	seq           int
}

func newScribe(t *testing.T, r *mailtest.Real) *scribe {
	t.Helper()
	pem, err := os.ReadFile(r.CA.File)
	if err != nil {
		t.Fatal(err)
	}
	s := &scribe{t: t, roots: x509.NewCertPool(), at: start}
	s.roots.AppendCertsFromPEM(pem)
	return s
}

// dial connects from an address. port is what the log says that it is.
func (s *scribe) dial(from string, to door.Target, port int, secure bool) {
	s.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}, Timeout: 5 * time.Second}
	conn, err := d.Dial("tcp", to.Name())
	if err != nil {
		s.t.Fatal(err)
	}
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	s.conn, s.local, s.remote, s.seq = conn, fmt.Sprintf("10.0.0.1:%d", port), conn.LocalAddr().String(), 0
	s.number++
	if s.r = bufio.NewReader(conn); secure {
		s.startTLS()
	}
}

func (s *scribe) startTLS() (version uint16) {
	s.t.Helper()
	c := tls.Client(s.conn, &tls.Config{RootCAs: s.roots, ServerName: "localhost"})
	if err := c.Handshake(); err != nil {
		s.t.Fatal(err)
	}
	s.conn, s.r = c, bufio.NewReader(c)
	return c.ConnectionState().Version
}

func (s *scribe) say(line string) {
	s.t.Helper()
	if _, err := s.conn.Write([]byte(line + "\r\n")); err != nil {
		s.t.Fatal(err)
	}
}

// hear reads up to the line that begins with one of the marks.
func (s *scribe) hear(marks ...string) string {
	s.t.Helper()
	for {
		line, err := s.r.ReadString('\n')
		if err != nil {
			s.t.Fatalf("%v after %q", err, line)
		}
		for _, m := range marks {
			if strings.HasPrefix(line, m) {
				return strings.TrimRight(line, "\r\n")
			}
		}
	}
}

func (s *scribe) stamp() string {
	s.at = s.at.Add(7 * time.Millisecond)
	return s.at.Format("2006-01-02T15:04:05.000Z")
}

// write writes a line as the services for POP3 and IMAP4 do.
func (s *scribe) write(user, command, parameters, answer string) {
	context := ""
	switch first, rest, _ := strings.Cut(answer, " "); {
	case answer == "":
	case strings.HasPrefix(answer, "+OK"), first != "-ERR" && strings.HasPrefix(rest, "OK"):
		context = "R=OK"
	default:
		context = `"R=""` + strings.ReplaceAll(answer, `"`, `""""`) + `"""`
	}
	fmt.Fprintf(&s.log, "%s,%016X,%d,%s,%s,%s,1,2,3,%s,%s,%s,\n", s.stamp(), s.number, s.seq, s.local, s.remote, user, command, parameters, context)
	s.seq++
}

// session is one at POP3 or IMAP4.
type session struct {
	from     string
	pop      bool
	how      string // tls, starttls, plain
	user     string // empty: nobody tries
	password string
}

func (s *scribe) session(r *mailtest.Real, c session) {
	s.t.Helper()
	to, port := r.IMAP4, 143
	switch {
	case c.pop && c.how == "tls":
		to, port = r.POP3S, 995
	case c.pop:
		to, port = r.POP3, 110
	case c.how == "tls":
		to, port = r.IMAP4S, 993
	}
	s.dial(c.from, to, port, c.how == "tls")
	defer s.conn.Close()
	s.write("", "OpenSession", "", "")
	marks := []string{"a ", "* BYE"}
	tag, startTLS := "a ", "STARTTLS"
	if c.pop {
		marks, tag, startTLS = []string{"+OK", "-ERR"}, "", "STLS"
		s.hear("+OK")
	} else {
		s.hear("* OK")
	}
	ask := func(user, command, parameters, shown string) string {
		s.say(strings.TrimSuffix(tag+command+" "+parameters, " "))
		answer := s.hear(marks...)
		name := ""
		if strings.HasPrefix(strings.TrimPrefix(answer, tag), "OK") || command == "PASS" && strings.HasPrefix(answer, "+OK") {
			name = user
		}
		s.write(name, strings.ToLower(command), shown, answer)
		return answer
	}
	if c.how == "starttls" {
		ask("", startTLS, "", "")
		s.startTLS()
	}
	switch {
	case c.user == "":
	case c.pop:
		if answer := ask("", "USER", c.user, c.user); strings.HasPrefix(answer, "+OK") {
			ask(c.user, "PASS", c.password, "*****")
		}
	default:
		ask(c.user, "LOGIN", c.user+" "+c.password, c.user+" *****")
	}
	command, shown := "LOGOUT", "logout"
	if c.pop {
		command, shown = "QUIT", "quit"
	}
	s.say(strings.TrimSpace(tag + command))
	s.hear(append(marks, "+OK")...)
	s.write("", shown, "", "+OK")
	s.write("", "CloseSession", "", "")
}

// dovecotLine is what Dovecot says of a session in its own log.
var dovecotLine = regexp.MustCompile(`(imap|pop3)-login: Info: (Login|Disconnected|Aborted)([^:\n]*:?[^:\n]*): (?:user=<([^>]*)>, )?.*?rip=([0-9.]+),[^\n]*`)

// seen is what both say of a client.
type seen struct{ ok, secure, failed, silent int }

func dovecotSays(log string) map[string]seen {
	out := map[string]seen{}
	for _, m := range dovecotLine.FindAllStringSubmatch(log, -1) {
		if m[5] == "127.0.0.1" { // who waited until it was up
			continue
		}
		k := map[string]string{"imap": "IMAP4 ", "pop3": "POP3 "}[m[1]] + m[5]
		v := out[k]
		switch {
		case m[2] == "Login":
			v.ok++
			if strings.Contains(m[0], ", TLS") {
				v.secure++
			}
		case strings.Contains(m[0], "no auth attempts"):
			v.silent++
		default:
			v.failed++
		}
		out[k] = v
	}
	return out
}

// TestReal: who came from where, with TLS or not, and who was refused, by
// Dovecot's own log, and by what is made of the same dialogues in the form of
// Exchange's.
func TestReal(t *testing.T) {
	r := mailtest.Start(t)
	t.Run("Dovecot", func(t *testing.T) { realDovecot(t, r) })
	t.Run("Postfix", func(t *testing.T) { realPostfix(t, r) })
}

func realDovecot(t *testing.T, r *mailtest.Real) {
	dir := t.TempDir()
	for _, pop := range []bool{false, true} {
		s := newScribe(t, r)
		n := 0
		for _, how := range []string{"tls", "starttls", "plain"} {
			for i := range 3 {
				for _, who := range []struct{ user, password string }{
					{mailtest.User, mailtest.Password}, {mailtest.User, "wrong" + strconv.Itoa(i)}, {"nobody" + strconv.Itoa(i), "x"}, {"", ""},
				} {
					n++ // Dovecot makes addresses wait that failed before
					from := fmt.Sprintf("127.0.%d.%d", map[bool]int{true: 2, false: 1}[pop], n)
					if who.password == mailtest.Password {
						from = "127.0.3.3"
					}
					s.session(r, session{from, pop, how, who.user, who.password})
				}
			}
		}
		name := map[bool]string{true: "POP3", false: "IMAP4"}[pop]
		put(t, dir, name+"2026110208-1.LOG", []byte(strings.Replace(head, "IMAP4 Log", name+" Log", 1)+s.log.String()))
	}
	got := map[string]seen{}
	snapshot := read(t, nil, in("EX13="+dir))
	for _, c := range snapshot.Connections {
		k := c.Protocol + " " + c.Client
		v := got[k]
		v.ok, v.secure, v.failed, v.silent = v.ok+c.OK, v.secure+c.TLS+c.StartTLS, v.failed+c.Failed, v.silent+c.Sessions
		got[k] = v
		if c.OK+c.Failed > 0 && c.User != mailtest.User && !strings.HasPrefix(c.User, "nobody") {
			t.Errorf("logon without its name: %+v", c)
		}
	}
	var want map[string]seen
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if want = dovecotSays(r.Log(t, "dovecot")); maps.Equal(got, want) { // its log comes late
			break
		}
	}
	if len(want) < 40 || want["IMAP4 127.0.3.3"].ok != 6 {
		t.Errorf("Dovecot says little: %v", want)
	}
	same(t, got, want)
	for _, l := range snapshot.Logs {
		if l.Damaged != 0 {
			t.Errorf("%+v", l)
		}
	}
}

// mail writes a line as SMTP receive connectors do.
func (s *scribe) mail(event, data, context string) {
	if strings.ContainsAny(data, `",`) {
		data = `"` + strings.ReplaceAll(data, `"`, `""`) + `"`
	}
	fmt.Fprintf(&s.log, "%s,EX13\\Default Frontend EX13,%016X,%d,%s,%s,%s,%s,%s\r\n", s.stamp(), s.number, s.seq, s.local, s.remote, event, data, context)
	s.seq++
}

// ask says a command, hears its answer, and writes both down; shown is what the
// log shows of the command.
func (s *scribe) ask(command, shown string) string {
	s.t.Helper()
	s.say(command)
	if shown != "" {
		s.mail("<", shown, "")
	}
	return s.answer()
}

func (s *scribe) answer() string {
	s.t.Helper()
	var lines []string
	for {
		line, err := s.r.ReadString('\n')
		if err != nil || len(line) < 4 {
			s.t.Fatalf("%q: %v", line, err)
		}
		line = strings.TrimRight(line, "\r\n")
		lines = append(lines, line[4:])
		if line[3] != '-' {
			s.mail(">", line[:3]+" "+strings.Join(lines, " "), "")
			return line
		}
	}
}

// mailing is a session at SMTP.
type mailing struct {
	from      string
	secure    bool
	password  string // empty: nobody logs on
	messages  [][]string
	pipelined bool
}

func (s *scribe) mailing(r *mailtest.Real, c mailing) {
	s.t.Helper()
	s.dial(c.from, r.SMTP, 25, false)
	defer s.conn.Close()
	s.mail("+", "", "")
	s.answer()
	s.ask("EHLO app.contoso.com", "EHLO app.contoso.com")
	if c.secure {
		s.ask("STARTTLS", "STARTTLS")
		version := map[uint16]string{tls.VersionTLS12: "TLS1_2", tls.VersionTLS13: "TLS1_3"}[s.startTLS()]
		s.mail("*", "", "TLS protocol SP_PROT_"+version+"_SERVER negotiation succeeded using bulk encryption algorithm")
		s.ask("EHLO app.contoso.com", "EHLO app.contoso.com")
	}
	if c.password != "" {
		token := base64.StdEncoding.EncodeToString([]byte("\x00" + mailtest.User + "\x00" + c.password))
		if strings.HasPrefix(s.ask("AUTH PLAIN "+token, "AUTH PLAIN"), "235") {
			s.mail("*", mailtest.User, "authenticated")
		}
	}
	for _, to := range c.messages {
		s.message(to, c.pipelined)
	}
	s.ask("QUIT", "QUIT")
	s.mail("-", "", "Local")
}

func (s *scribe) message(to []string, pipelined bool) {
	s.t.Helper()
	commands := []string{"MAIL FROM:<app@contoso.com>"}
	for _, a := range to {
		commands = append(commands, "RCPT TO:<"+a+">")
	}
	taken := 0
	count := func(answer string) {
		if strings.HasPrefix(answer, "250") {
			taken++
		}
	}
	if pipelined {
		for _, c := range commands {
			s.say(c)
			s.mail("<", c, "")
		}
		for range commands {
			count(s.answer())
		}
	} else {
		for _, c := range commands {
			count(s.ask(c, c))
		}
	}
	if taken < 2 {
		s.ask("RSET", "RSET")
		return
	}
	s.ask("DATA", "DATA")
	s.ask("Subject: x\r\n\r\nx\r\n.", "")
}

// mailSeen is what both say of a client that sends mail.
type mailSeen struct{ sessions, secure, messages, recipients, relayed, refused, logons int }

var (
	postfixConnect = regexp.MustCompile(`smtpd\[\d+\]: connect from [^\[]*\[([0-9.]+)\]`)
	postfixTLS     = regexp.MustCompile(`TLS connection established from [^\[]*\[([0-9.]+)\]`)
	postfixClient  = regexp.MustCompile(`smtpd\[\d+\]: ([0-9A-F]+): client=[^\[]*\[([0-9.]+)\](.*sasl_username=)?`)
	postfixQueue   = regexp.MustCompile(`qmgr\[\d+\]: ([0-9A-F]+): from=<[^>]*>, size=\d+, nrcpt=(\d+)`)
	postfixTo      = regexp.MustCompile(`discard\[\d+\]: ([0-9A-F]+): to=<[^>]*@([^>]*)>`)
	postfixReject  = regexp.MustCompile(`reject: RCPT from [^\[]*\[([0-9.]+)\]: 554`)
)

func postfixSays(log string) map[string]mailSeen {
	out := map[string]mailSeen{}
	add := func(client string, change func(*mailSeen)) {
		v := out[client]
		change(&v)
		out[client] = v
	}
	for _, m := range postfixConnect.FindAllStringSubmatch(log, -1) {
		add(m[1], func(v *mailSeen) { v.sessions++ })
	}
	for _, m := range postfixTLS.FindAllStringSubmatch(log, -1) {
		add(m[1], func(v *mailSeen) { v.secure++ })
	}
	for _, m := range postfixReject.FindAllStringSubmatch(log, -1) {
		add(m[1], func(v *mailSeen) { v.refused++ })
	}
	client, outside := map[string]string{}, map[string]bool{}
	for _, m := range postfixClient.FindAllStringSubmatch(log, -1) {
		client[m[1]] = m[2]
		if m[3] != "" {
			add(m[2], func(v *mailSeen) { v.logons = 1 })
		}
	}
	for _, m := range postfixTo.FindAllStringSubmatch(log, -1) {
		outside[m[1]] = outside[m[1]] || m[2] != "contoso.com"
	}
	for _, m := range postfixQueue.FindAllStringSubmatch(log, -1) {
		n, _ := strconv.Atoi(m[2])
		add(client[m[1]], func(v *mailSeen) {
			v.messages++
			if v.recipients += n; outside[m[1]] {
				v.relayed++
			}
		})
	}
	return out
}

func realPostfix(t *testing.T, r *mailtest.Real) {
	s := newScribe(t, r)
	n := 0
	for _, secure := range []bool{false, true} {
		for _, password := range []string{"", mailtest.Password, "wrong"} {
			for _, pipelined := range []bool{false, true} {
				for _, messages := range [][][]string{
					nil, {{"u1@contoso.com"}}, {{"u1@contoso.com", "x@fabrikam.com", "u2@contoso.com"}, {"y@fabrikam.com"}, {"u3@contoso.com"}},
				} {
					n++
					s.mailing(r, mailing{fmt.Sprintf("127.0.5.%d", n), secure, password, messages, pipelined})
				}
			}
		}
	}
	dir := t.TempDir()
	const fields = "date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context"
	put(t, dir, "FrontEnd/RECV2026110208-1.LOG", []byte("\ufeff#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Receive Protocol Log\r\n#Fields: "+fields+"\r\n"+s.log.String()))
	o := in("EX13=" + dir)
	o.Accepted = []string{"contoso.com"}
	snapshot := read(t, nil, o)
	got := map[string]mailSeen{}
	for _, x := range snapshot.Relays {
		v := mailSeen{sessions: x.Sessions, secure: x.TLS, messages: x.Messages, recipients: x.Recipients, relayed: x.Relayed, refused: tallied(x.Rejected, "554")}
		if len(x.Users.Texts) > 0 && x.Messages > 0 { // Postfix names who logged on with a message alone
			v.logons = 1
		}
		got[x.Client] = v
	}
	var want map[string]mailSeen
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		want = postfixSays(r.Log(t, "postfix"))
		for client := range want {
			if !strings.HasPrefix(client, "127.0.5.") { // who waited until it was up
				delete(want, client)
			}
		}
		if maps.Equal(got, want) {
			break
		}
	}
	same(t, got, want)
}

func tallied(list []model.Tally, name string) int {
	for _, t := range list {
		if t.Name == name {
			return t.N
		}
	}
	return 0
}
