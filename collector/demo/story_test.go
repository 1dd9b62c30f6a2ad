package demo

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
)

// TestAccountNames holds that people have names that Windows takes, but for the
// one that attacks, and that the first of all belongs to a mailbox with entries.
func TestAccountNames(t *testing.T) {
	first, entries := "~", 0
	read(t, "demo:40000", func(q *collector.Query, e *collector.Entry) {
		name := e.Text("sAMAccountName")
		if name == "" || name == heads[headHostileName].login {
			return
		}
		if e.Value("userAccountControl") != nil && (utf8.RuneCountInString(name) > 20 || strings.ContainsAny(name, `"/\[]:;|=,+*?<>@ `) && name[len(name)-1] != '$') {
			t.Fatalf("%s has the account name %q", e.DN, name)
		}
		if strings.ToLower(name) < first {
			first, entries = strings.ToLower(name), count(e.Value("msExchMailboxSecurityDescriptor"), func(acl.ACE) bool { return true })
		}
	})
	if first != heads[headSendDeny].login || entries < 2 {
		t.Errorf("the first name is %s, with %d entries", first, entries)
	}
}

// TestStory holds what there is to be found: a store that everybody may open, a
// service that nobody has logged on with for months and that opens another, and
// the leaver who sends as the board.
func TestStory(t *testing.T) {
	opens := func(who trustee) func(acl.ACE) bool {
		return func(a acl.ACE) bool {
			return holder(who)(a) && a.ObjectType == acl.GUIDReceiveAs && a.Type == acl.TypeAllowObject
		}
	}
	stores := map[string][]byte{}
	homes := map[string]int{}
	quiet := false
	read(t, "demo", func(q *collector.Query, e *collector.Entry) {
		switch {
		case q.Purpose == decode.Stores.Purpose:
			stores[e.DN] = bytes.Clone(e.Value("nTSecurityDescriptor"))
		case q.Purpose == decode.Mailboxes.Purpose:
			homes[e.Text("homeMDB")]++
		case e.Text("sAMAccountName") == "svc-backup":
			at, _ := strconv.ParseInt(e.Text("lastLogonTimestamp"), 10, 64)
			quiet = at > 0 && time.Unix(at/10_000_000-to1970, 0).Before(dayZero.AddDate(0, -3, 0))
		}
	})
	everybody, backup := 0, 0
	for dn, sd := range stores {
		if count(sd, opens(everyone)) > 0 {
			everybody += homes[dn]
		}
		if count(sd, opens(svcBackup)) > 0 {
			backup += homes[dn]
		}
	}
	if everybody < 50 || backup < 50 || !quiet {
		t.Errorf("everybody opens %d mailboxes, svc-backup %d; quiet for long: %v", everybody, backup, quiet)
	}
	list := mailboxes(t, "demo")
	leaver := holder(local(firstMailbox + headDisabled))
	sends := func(a acl.ACE) bool {
		return leaver(a) && a.ObjectType == acl.GUIDSendAs && a.Type == acl.TypeAllowObject
	}
	if list[headDisabled].uac != uacDisabled || count(list[headBoard].account, sends) != 1 {
		t.Errorf("the leaver is %s and has %d entries on the board", list[headDisabled].uac, count(list[headBoard].account, sends))
	}
}
