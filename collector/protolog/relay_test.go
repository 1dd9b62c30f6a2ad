package protolog_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"mbxperm/collector/protolog"
	"mbxperm/model"
)

const mailHead = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Receive Protocol Log\r\n#Date: 2026-11-02T08:00:00.000Z\r\n" +
	"#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n"

// mailLines writes the events of one session: each is EVENT DATA, or "* DATA|CONTEXT".
func mailLines(connector, id, remote string, events ...string) string {
	var b strings.Builder
	for i, e := range events {
		mark, data, _ := strings.Cut(e, " ")
		data, context, _ := strings.Cut(data, "|")
		if strings.ContainsAny(data, `,"`) {
			data = `"` + data + `"`
		}
		fmt.Fprintf(&b, "2026-11-02T08:00:%02d.000Z,%s,%s,%d,10.0.0.1:25,%s,%s,%s,%s\r\n", i, connector, id, i, remote, mark, data, context)
	}
	return b.String()
}

// relaysOf reads a front end's and a hub's log.
func relaysOf(t *testing.T, front, hub string) (out []model.Relay) {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "EX13/TransportRoles/Logs/FrontEnd/ProtocolLog/SmtpReceive/RECV2026110208-1.LOG", []byte(mailHead+front))
	if hub != "" {
		put(t, dir, "EX13/TransportRoles/Logs/Hub/ProtocolLog/SmtpReceive/RECV2026110208-1.LOG", []byte(mailHead+hub))
	}
	for _, r := range read(t, nil, protolog.Options{Folders: []protolog.Folder{{Path: dir}}, Accepted: []string{"contoso.com", "*.fabrikam.com"}}).Relays {
		out = append(out, *r)
	}
	return out
}

// TestAuthenticatedSubmission: what goes on in the hub's log behind XPROXY counts
// with the front end's session: its connector, client and user.
func TestAuthenticatedSubmission(t *testing.T) {
	front := mailLines(`EX13\Client Frontend EX13`, "08DF000000000005", "192.0.2.70:50100", "+", "< EHLO thunderbird.contoso.com", "> 250  EX13 Hello",
		"< AUTH LOGIN", "> 334 <authentication response>", "* |Proxy session was successfully set up. Session forfrank@contoso.com will now be proxied",
		"> 235 2.7.0 Authentication successful", "- |Local")
	hub := mailLines(`EX13\Client Proxy EX13`, "08DF000000000200", "10.0.0.1:41500", "+", "< EHLO EX13.contoso.com", "> 250  EX13 Hello", "< X-EXPS EXCHANGEAUTH",
		"> 235 <authentication response>", "< XPROXY SID=08DF000000000005 IP=192.0.2.70 PORT=50100 DOMAIN=thunderbird.contoso.com CAPABILITIES=0", "> 250 XProxy accepted",
		"< MAIL FROM:<frank@contoso.com>", "> 250 2.1.0 Sender OK", "< RCPT TO:<somebody@elsewhere.example>", "> 250 2.1.5 Recipient OK",
		"< DATA", "> 354 Start mail input", "> 250 2.6.0 <1@contoso.com> Queued mail for delivery", "- |Local")
	got := relaysOf(t, front, hub)
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	r := got[0]
	if r.Connector != "Client Frontend EX13" || r.Client != "192.0.2.70" || r.Side != "front end" || r.Sessions != 1 || r.Messages != 1 || r.External != 1 || r.Relayed != 1 ||
		!reflect.DeepEqual(r.Users.Texts, []string{"frank@contoso.com"}) || !reflect.DeepEqual(r.Senders.Texts, []string{"frank@contoso.com"}) {
		t.Errorf("%+v", r)
	}
	// Client Frontend does not log by default: the hub alone names the client too.
	got = relaysOf(t, mailLines(`EX13\Default Frontend EX13`, "08DF000000000009", "192.0.2.9:1", "+", "- |Local"), hub)
	for _, r := range got {
		if r.Side == "hub" && (r.Client != "192.0.2.70" || r.Connector != "Client Proxy EX13" || r.Sessions != 1 || r.Messages != 1) {
			t.Errorf("%+v", r)
		}
	}
	if len(got) != 2 {
		t.Errorf("%+v", got)
	}
}

// TestAnonymousThroughTheHub: a session of somebody who did not log on stands in the
// log of the front end and, behind XPROXYFROM, in the hub's: it counts once, also where
// it sent nothing. One hub session carries several of a front end, one after the other;
// one whose front end has no log counts by the hub's.
func TestAnonymousThroughTheHub(t *testing.T) {
	mail := func(to string) []string {
		return []string{"< MAIL FROM:<app@contoso.com>", "> 250 2.1.0 Sender OK", "< RCPT TO:<" + to + ">", "> 250 2.1.5 Recipient OK",
			"< DATA", "> 354 Start mail input", "> 250 2.6.0 <1@contoso.com> Queued mail for delivery"}
	}
	of := func(connector, id, remote string, events ...[]string) string {
		all := []string{"+", "< EHLO app", "> 250 EX13 Hello"}
		for _, e := range events {
			all = append(all, e...)
		}
		return mailLines(connector, id, remote, append(all, "- |Local")...)
	}
	proxy := func(sid, ip string) []string {
		return []string{"< XPROXYFROM SID=" + sid + " IP=" + ip + " PORT=25 DOMAIN=app SEQNUM=1 PERMS=1077 AUTHSRC=Anonymous", "> 250 XProxyFrom accepted"}
	}
	const front, back = `EX13\Default Frontend EX13`, `EX13\Default EX13`
	logs := of(front, "08DE000000000001", "192.0.2.1:25", mail("a@contoso.com"), mail("b@example.net")) +
		of(front, "08DE000000000002", "192.0.2.2:25") + of(front, "08DE000000000003", "192.0.2.3:25", mail("c@example.net"))
	hub := of(back, "08DF000000000001", "10.0.0.1:41500", proxy("08DE000000000001", "192.0.2.1"), mail("a@contoso.com"), mail("b@example.net"),
		proxy("08DE000000000003", "192.0.2.3"), mail("c@example.net")) +
		of(back, "08DF000000000002", "10.0.0.1:41501", proxy("08DE000000000002", "192.0.2.2")) +
		of(back, "08DF000000000003", "10.0.0.2:41501", proxy("08DD000000000009", "192.0.2.9"), mail("d@example.net"))
	type row struct {
		connector, side                       string
		sessions, messages, external, relayed int
	}
	got := map[string]row{}
	for _, r := range relaysOf(t, logs, hub) {
		if _, twice := got[r.Client]; twice {
			t.Errorf("%s stands there twice", r.Client)
		}
		got[r.Client] = row{r.Connector, r.Side, r.Sessions, r.Messages, r.External, r.Relayed}
	}
	want := map[string]row{
		"192.0.2.1": {"Default Frontend EX13", "front end", 1, 2, 1, 1},
		"192.0.2.2": {"Default Frontend EX13", "front end", 1, 0, 0, 0},
		"192.0.2.3": {"Default Frontend EX13", "front end", 1, 1, 1, 1},
		"192.0.2.9": {"Default EX13", "hub", 1, 1, 1, 1}, // another server's front end, of which there is no log
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	// Without logs of the front end the hub's tell of all of them.
	if got := relaysOf(t, "", hub); len(got) != 4 {
		t.Errorf("the hub alone tells of %d clients, want 4: %+v", len(got), got)
	}
}

// TestMailDetails: what else a session says.
func TestMailDetails(t *testing.T) {
	got := relaysOf(t, mailLines(`EX13\Relay EX13 `, "0000000000000000", "[2001:db8::9]:25", "+",
		"* SMTPSubmit SMTPAcceptAnyRecipient SMTPAcceptAnySender|Set Session Permissions", "> 220 EX13 Microsoft ESMTP MAIL Service ready",
		"< ehlo scanner", "> 250-EX13 Hello [2001:db8::9]", "> 250-SIZE", "> 250 XRDST", "< STARTTLS", "> 220 2.0.0 SMTP server ready",
		"* |TLS protocol SP_PROT_TLS1_SERVER negotiation succeeded using bulk encryption algorithm CALG_AES_256", "< EHLO scanner", "> 250 EX13 Hello",
		"< AUTH LOGIN", "> 334 VXNlcm5hbWU6", "< c2Nhbm5lcg==", "> 334 UGFzc3dvcmQ6", "< ****", "* |Inbound AUTH LOGIN failed because of LogonDenied", "> 535 5.7.3 Authentication unsuccessful",
		"* CONTOSO\\scanner|authenticated",
		"< MAIL FROM:<>", "> 250 2.1.0 Sender OK", "< RCPT TO:<a@sub.FABRIKAM.com> NOTIFY=NEVER", "> 250 2.1.5 Recipient OK",
		"< RCPT TO:<b@example.net>", "> 550 5.7.54 SMTP; Unable to relay", "< BDAT 100", "> 250 2.6.0 CHUNK received OK, 100 octets", "< BDAT 5 LAST", "> 250 2.6.0 <x> Queued",
		"< QUIT", "> 221 2.0.0 Bye", "- |Local"), "")
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	want := model.Relay{
		Server: "EX13", Side: "front end", Connector: "Relay EX13", Client: "2001:db8::9",
		Helo: model.Some{Texts: []string{"scanner"}}, Senders: model.Some{Texts: []string{""}}, Users: model.Some{Texts: []string{`CONTOSO\scanner`}},
		Sessions: 1, TLS: 1, MayRelay: 1, Messages: 1, Recipients: 1, First: got[0].First, Last: got[0].Last,
		Versions: []model.Tally{{Name: "TLS 1.0", N: 1}}, Rejected: []model.Tally{{Name: "535", N: 1}, {Name: "550", N: 1}},
	}
	if !reflect.DeepEqual(got[0], want) {
		t.Errorf("%+v\nwant %+v", got[0], want)
	}
}

// TestAnswersLeftOut: logs that somebody cut hold commands without their answers.
func TestAnswersLeftOut(t *testing.T) {
	got := relaysOf(t, mailLines(`EX13\Default Frontend EX13`, "08DF000000000002", "192.0.2.50:1", "+", "< EHLO app", "< STARTTLS",
		"* |TLS protocol SP_PROT_TLS1_2_SERVER negotiation succeeded", "< MAIL FROM:<alice@contoso.com> SIZE=2048", "< RCPT TO:<bob@contoso.com>", "< RCPT TO:<carol@example.net>",
		"< BDAT 2048 LAST", "> 250 2.6.0 <1@contoso.com> Queued mail for delivery", "< QUIT", "- |Local"), "")
	if r := got[0]; r.Messages != 1 || r.Recipients != 2 || r.External != 1 || r.Senders.Texts[0] != "alice@contoso.com" || r.Versions[0].Name != "TLS 1.2" {
		t.Errorf("%+v", r)
	}
}

// TestBadSender: what is no UTF-8 is one text, however often it comes.
func TestBadSender(t *testing.T) {
	got := relaysOf(t, mailLines(`EX13\Default`, "08DF000000000003", "192.0.2.50:1", "+", "< EHLO app\xff",
		"< MAIL FROM:<a\xff@x>", "< RCPT TO:<b@contoso.com>", "< BDAT 5 LAST", "> 250 2.6.0 Queued",
		"< MAIL FROM:<a\xff@x>", "< RCPT TO:<b@contoso.com>", "< BDAT 5 LAST", "> 250 2.6.0 Queued", "< QUIT", "- |Local"), "")
	if r := got[0]; r.Messages != 2 || !slices.Equal(r.Senders.Texts, []string{"a\uFFFD@x"}) || !slices.Equal(r.Helo.Texts, []string{"app\uFFFD"}) {
		t.Errorf("%+v", r)
	}
}
