package acltest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"mbxperm/acl"
)

// sambaScript answers one line of JSON for each line it is given. It knows
// nothing of this package: all it does is ask Samba's library.
const sambaScript = `
import sys, json
from samba.ndr import ndr_unpack, ndr_pack
from samba.dcerpc import security
from samba import security as check
def sid(s): return None if s is None else str(s)
def ace(a):
    o = {"type": a.type, "flags": a.flags, "mask": a.access_mask & 0xffffffff, "sid": str(a.trustee)}
    if a.type in (5, 6, 7, 8):
        f = a.object.flags
        o["object"] = str(a.object.type) if f & 1 else ""
        o["inherited"] = str(a.object.inherited_type) if f & 2 else ""
    return o
def show(raw, text):
    d = ndr_unpack(security.descriptor, raw)
    o = {"control": d.type, "owner": sid(d.owner_sid), "group": sid(d.group_sid)}
    for name, acl in (("dacl", d.dacl), ("sacl", d.sacl)):
        o[name] = None if acl is None else [ace(a) for a in acl.aces]
    if text: o["sddl"] = d.as_sddl()
    return o
def access(raw, want, sids):
    t = security.token()
    t.sids = [security.dom_sid(s) for s in sids]
    t.num_sids = len(sids)
    try: check.access_check(ndr_unpack(security.descriptor, raw), t, want); return {"ok": True}
    except Exception as e: return {"ok": False, "why": str(e.args[0]) if e.args else str(e)}
for line in sys.stdin:
    q = json.loads(line)
    try:
        if q["do"] == "show": r = show(bytes.fromhex(q["sd"]), q["text"])
        elif q["do"] == "sid": r = {"sid": str(ndr_unpack(security.dom_sid, bytes.fromhex(q["sd"])))}
        elif q["do"] == "access": r = access(bytes.fromhex(q["sd"]), q["want"], q["sids"])
        else: r = {"sd": ndr_pack(security.descriptor.from_sddl(q["sddl"], security.dom_sid("S-1-5-21-1-2-3"))).hex()}
    except Exception as e:
        r = {"error": repr(e)}
    print(json.dumps(r))
`

// Query is a question to Samba's library.
type Query struct {
	Do   string   `json:"do"`             // show, sid, access or parse
	SD   string   `json:"sd,omitempty"`   // of all but parse: bytes of a descriptor, or of a SID, in hexadecimal
	SDDL string   `json:"sddl,omitempty"` // of parse: the text of a descriptor
	Text bool     `json:"text"`           // of show: the SDDL as well
	Want acl.Mask `json:"want"`           // of access: the rights
	SIDs []string `json:"sids,omitempty"` // of access: the token
}

// ACE is an entry as Samba reads it. Without an object type the text of its
// GUID is empty.
type ACE struct {
	Type, Flags       uint8
	Mask              acl.Mask
	SID               string
	Object, Inherited string
}

// Answer is what Samba says to a question.
type Answer struct {
	Error        string      // it could not answer, and why
	OK           bool        // to access: granted
	Why          string      // to access: the error where it is not
	SD           string      // to parse: bytes of the descriptor in hexadecimal
	SID          string      // to sid: the text
	SDDL         string      // to show: the text, where it was asked for
	Control      acl.Control // to show, as the rest
	Owner, Group *string     // nil: none
	DACL, SACL   *[]ACE      // nil: absent or NULL
}

// Samba asks all queries of one python process. Without Samba's library the
// test is skipped, unless the lab is said to be here.
func Samba(t *testing.T, queries []Query) []Answer {
	t.Helper()
	if err := exec.Command("/usr/bin/python3", "-c", "import samba.security").Run(); err != nil {
		if os.Getenv("MBXPERM_LAB") == "required" {
			t.Fatalf("MBXPERM_LAB=required, but /usr/bin/python3 has no samba module: %v", err)
		}
		t.Skip("/usr/bin/python3 has no samba module (package python3-samba): nothing to compare with")
	}
	var in bytes.Buffer
	enc := json.NewEncoder(&in)
	for _, q := range queries {
		if err := enc.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("/usr/bin/python3", "-c", sambaScript)
	cmd.Stdin = &in
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v\n%s", err, errs.String())
	}
	answers := make([]Answer, 0, len(queries))
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var a Answer
		if err := json.Unmarshal(lines.Bytes(), &a); err != nil {
			t.Fatalf("python said %q: %v", lines.Text(), err)
		}
		answers = append(answers, a)
	}
	if len(answers) != len(queries) {
		t.Fatalf("%d answers to %d questions\n%s", len(answers), len(queries), errs.String())
	}
	return answers
}
