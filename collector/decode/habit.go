package decode

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/dn"
)

// attrLastLogon says when somebody logged on with an account last; forwards where the
// mail of a mailbox is sent on to (exchange-facts 2.2).
const attrLastLogon = "lastLogonTimestamp"

var forwards = []string{"altRecipient", "msExchGenericForwardingAddress", "deliverAndRedirect"}

// Windows counts in intervals of 100 ns since 1601-01-01 ([MS-DTYP] 2.3.3).
const (
	ticksPerSecond = 10_000_000
	secondsTo1970  = 11_644_473_600
)

// habit takes what an account says of its use.
func (d *decoder) habit(e *collector.Entry, o *model.Object) {
	h := &d.habitInHand
	*h = model.Habit{LastLogon: fileTime(e.Value(attrLastLogon)), Keeps: bytes.EqualFold(e.Value("deliverAndRedirect"), []byte("TRUE"))}
	if v := e.Text("altRecipient"); len(v) <= dn.Longest {
		h.Forward = v
	}
	if v := e.Text("msExchGenericForwardingAddress"); len(v) <= longestAddress {
		h.Address = v
		if !utf8.ValidString(v) {
			h.Address = strings.ToValidUTF8(v, "\uFFFD")
		}
	}
	if !h.IsZero() {
		o.Habit = h
	}
}

// fileTime is a time as the directory counts; zero for never and for what is no time.
func fileTime(v []byte) time.Time {
	n := int64(0)
	for _, c := range v {
		if c < '0' || c > '9' || n > (1<<63-1-9)/10 {
			return time.Time{}
		}
		n = n*10 + int64(c-'0')
	}
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(n/ticksPerSecond-secondsTo1970, n%ticksPerSecond*100).UTC()
}
