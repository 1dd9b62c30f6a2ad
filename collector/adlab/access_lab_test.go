package adlab_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector/adlab"
	"mbxperm/model"
	"mbxperm/model/verdict"
)

// The lists that decide are merged here once more, from the entries as Samba's
// library read them, and Samba's access check is asked about each of them and each
// token: it is what a domain controller checks access with.

const accessScript = `
import sys, json
from samba.ndr import ndr_unpack
from samba.dcerpc import security
from samba import security as check
q = json.load(sys.stdin)
def token(sids):
    t = security.token()
    t.sids = [security.dom_sid(s) for s in sids]
    t.num_sids = len(sids)
    return t
def may(d, t):
    try:
        check.access_check(d, t, q["want"])
        return "1"
    except Exception:
        return "0"
tokens = [token(t) for t in q["tokens"]]
lists = [ndr_unpack(security.descriptor, bytes.fromhex(l)) for l in q["lists"]]
print(json.dumps(["".join(may(d, t) for t in tokens) for d in lists]))
`

// accessChecks asks whether each list gives each token a right.
func accessChecks(t *testing.T, want acl.Mask, lists [][]acl.ACE, tokens [][]string) []string {
	t.Helper()
	q := struct {
		Want   acl.Mask   `json:"want"`
		Lists  []string   `json:"lists"`
		Tokens [][]string `json:"tokens"`
	}{Want: want, Tokens: tokens}
	for _, l := range lists {
		b, err := acl.Encode(acl.Parts{Control: acl.SelfRelative | acl.DACLPresent, Owner: acl.SIDSystem, Group: acl.SIDSystem, DACLState: acl.ACLPresent, DACL: l})
		if err != nil {
			t.Fatal(err)
		}
		q.Lists = append(q.Lists, hex.EncodeToString(b))
	}
	in, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", "-c", accessScript)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v", err)
	}
	var answers []string
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(lists) {
		t.Fatalf("python said %.100q: %v", out, err)
	}
	return answers
}

// Types of entries and flags, as Samba's library gives them.
const (
	sambaAllow, sambaDeny, sambaAllowObject, sambaDenyObject = 0, 1, 5, 6

	flagCI, flagIO, flagID = 2, 8, 16
)

const (
	typeReceiveAs = "ab721a56-1e2f-11d0-9819-00aa0040529b"
	typeSendAs    = "ab721a54-1e2f-11d0-9819-00aa0040529b"
	typeUser      = "bf967aba-0de6-11d0-a285-00aa003049e2"
)

// plainACE is an entry without a type, for everybody's access check.
func plainACE(deny bool, mask uint32, sid string) acl.ACE {
	a := acl.ACE{Type: acl.TypeAllow, Mask: acl.Mask(mask), SID: acl.MustParseSID(sid).Bytes()}
	if deny {
		a.Type = acl.TypeDeny
	}
	return a
}

// ofMailbox are the entries of a mailbox's own list that give or deny FullAccess;
// ok is false where some have conditions, or there is no list.
func ofMailbox(d *adlab.Descriptor) (out []acl.ACE, ok bool) {
	known := []string{"", typeReceiveAs, typeSendAs, typeUser}
	for _, e := range d.ACEs {
		object := e.Type == sambaAllowObject || e.Type == sambaDenyObject
		switch {
		case hasCondition(e):
			return nil, false
		case e.Flags&flagIO != 0, e.Flags&flagID != 0, e.SID == "S-1-5-10", object && !slices.Contains(known, e.Object):
			continue
		}
		if e.Mask&1 != 0 || e.Mask&0x10000000 != 0 {
			out = append(out, plainACE(e.Type == sambaDeny || e.Type == sambaDenyObject, 1, e.SID))
		}
	}
	return out, true
}

// hasCondition: Samba's access check has no word of such entries.
func hasCondition(e adlab.ACE) bool { return e.Type > sambaDenyObject }

// ofStore are the entries of a store as they reach its mailboxes: denies first.
func ofStore(d *adlab.Descriptor) (out []acl.ACE) {
	var allows []acl.ACE
	for _, e := range d.ACEs {
		object := e.Type == sambaAllowObject || e.Type == sambaDenyObject
		full := e.Mask&0x100 != 0 && (!object || e.Object == typeReceiveAs)
		if hasCondition(e) || !full || e.InheritedObject != "" && e.InheritedObject != typeUser || e.SID == "S-1-5-10" ||
			e.Flags&flagCI == 0 && e.InheritedObject == "" {
			continue
		}
		if e.Type == sambaDeny || e.Type == sambaDenyObject {
			out = append(out, plainACE(true, 1, e.SID))
		} else {
			allows = append(allows, plainACE(false, 1, e.SID))
		}
	}
	return append(out, allows...)
}

// ofAccount are the entries of an account's list that give or deny Send-As. What
// Windows gives the local administrators of servers is told elsewhere, and no
// server has account operators.
func ofAccount(m *adlab.Object, d *adlab.Descriptor) (out []acl.ACE) {
	for _, e := range d.ACEs {
		given := e.Mask&0x100 != 0 && (e.Object == "" || e.Object == typeSendAs) || e.Mask&0x10000000 != 0 && e.Object == ""
		ofWindows := e.SID == builtinSIDs+"544" && e.Type == sambaAllow && (e.Flags&flagID != 0 && e.Mask == 0xF01BD || e.Flags&flagID == 0 && m.AdminCount == 1)
		if e.Flags&flagIO != 0 || !given || e.SID == "S-1-5-10" || ofWindows {
			continue
		}
		out = append(out, plainACE(e.Type == sambaDeny || e.Type == sambaDenyObject, 1, e.SID))
	}
	return out
}

// accessLab is the lab, read, and asked about tokens.
type accessLab struct {
	*adlab.Lab
	s        *model.Snapshot
	b        *verdict.Book
	accounts []*adlab.Object // persons
	tokens   [][]string      // of these: as an Exchange server sees them
	widened  [][]string      // with every local group that such a server may have
	answers  map[[2]string]verdict.Answers
}

func readAccessLab(t *testing.T) *accessLab {
	t.Helper()
	l := &accessLab{Lab: adlab.Start(t), answers: map[[2]string]verdict.Answers{}}
	c := l.Dial(t, l.Administrator, l.AdministratorPassword)
	l.s = labState(t, l.Lab, model.NewPool())
	l.b = verdict.Of(l.s)
	history := former(l.Lab)
	every := []string{"S-1-1-0", "S-1-5-11", "S-1-5-2", "S-1-5-15"}
	local := []string{builtinSIDs + "544", builtinSIDs + "545", builtinSIDs + "546", builtinSIDs + "551", builtinSIDs + "555"}
	for i := range l.Oracle.Objects {
		if o := &l.Oracle.Objects[i]; o.SID != "" && slices.Contains(o.Classes, "user") {
			token := slices.Concat(withFormer(o.SID, tokenGroups(t, c, o.DN), history), every)
			l.accounts, l.tokens, l.widened = append(l.accounts, o), append(l.tokens, token), append(l.widened, slices.Concat(token, local))
		}
	}
	err := l.b.Lines(context.Background(), verdict.Query{Expand: true}, func(line *verdict.Line) bool {
		l.answers[[2]string{l.s.SIDOf(line.Trustee.SID()).String(), l.s.DNText(l.s.Record(line.Mailbox).DN)}] = line.Answers
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// since2013 reports whether the store of a mailbox is on such a server.
func (l *accessLab) since2013(m *adlab.Object) bool {
	store := l.Oracle.ByDN(m.HomeMDB)
	return store != nil && (strings.HasPrefix(store.OwningServer, "CN=EX01,") || strings.HasPrefix(store.OwningServer, "CN=EX02,"))
}

// merged is the list that decides about a client logon, nil where it does not
// come to one of plain entries.
func (l *accessLab) merged(m *adlab.Object) []acl.ACE {
	own, ok := []acl.ACE{}, true
	d := l.Oracle.MailDescriptor(m)
	if !l.since2013(m) || d != nil && d.Undecodable != "" {
		return nil
	}
	if d != nil {
		if own, ok = ofMailbox(d); !ok || d.Control&uint16(acl.DACLPresent) == 0 {
			return nil
		}
	}
	if d == nil || d.Control&uint16(acl.DACLProtected) == 0 {
		own = append(own, ofStore(l.Oracle.Descriptor(l.Oracle.ByDN(m.HomeMDB)))...)
	}
	return append([]acl.ACE{}, own...)
}

// compare holds the answers to a question against Samba's.
func (l *accessLab) compare(t *testing.T, name string, q verdict.Question, mailboxes []*adlab.Object, lists [][]acl.ACE) {
	t.Helper()
	sure, maybe := accessChecks(t, 1, lists, l.tokens), accessChecks(t, 1, lists, l.widened)
	counts := map[string]int{}
	for i, m := range mailboxes {
		for k, p := range l.accounts {
			want := "none"
			switch {
			case p == m && m.MasterSID == "" || m.MasterSID == p.SID, len(m.SIDHistory) > 0 && slices.ContainsFunc(m.SIDHistory, func(sid string) bool { return slices.Contains(l.tokens[k], sid) }):
				want = "allowed" // the owner
			case sure[i][k] != maybe[i][k]:
				want = "possible"
			case sure[i][k] == '1':
				want = "allowed"
			}
			got := l.answers[[2]string{p.SID, m.DN}][q].Answer.String()
			counts[got]++
			if got == "denied" {
				got = "none"
			}
			if got != want {
				t.Errorf("%s: %s on %s is %s, Samba's access check says %s", name, p.SAM, m.DN, got, want)
			}
		}
	}
	t.Logf("%s: %d lists, %d persons: %v", name, len(lists), len(l.accounts), counts)
	if counts["allowed"] == 0 || counts["none"] == 0 || q == verdict.CanOpen && counts["denied"] == 0 {
		t.Errorf("%s: the lab does not try enough", name)
	}
}

// TestLabAccess: whoever Samba's access check lets in by the merged list of a
// mailbox opens it, and nobody else; likewise for Send-As on the account.
func TestLabAccess(t *testing.T) {
	t.Parallel()
	l := readAccessLab(t)
	var opened, sent []*adlab.Object
	var open, send [][]acl.ACE
	for _, m := range l.Oracle.Mailboxes() {
		if list := l.merged(m); list != nil {
			opened, open = append(opened, m), append(open, list)
		}
		if d := l.Oracle.Descriptor(m); d != nil && !slices.ContainsFunc(d.ACEs, hasCondition) {
			sent, send = append(sent, m), append(send, ofAccount(m, d))
		}
	}
	l.compare(t, "open", verdict.CanOpen, opened, open)
	l.compare(t, "send as", verdict.CanSendAs, sent, send)
}
