package decode

import (
	"bytes"
	"math"
	"unicode/utf8"

	"mbxperm/collector"
	"mbxperm/model"
)

// placings are the attributes that say where the mailbox of an account is, for
// whom Outlook opens it, and under which names it is known elsewhere
// (exchange-facts 2.2, 3.4).
var placings = []string{attrDisplayType, "msExchRemoteRecipientType", "targetAddress", "msExchDelegateListLink", AttrAddresses}

const attrDisplayType = "msExchRecipientDisplayType"

// longestAddress is the rangeUpper of proxyAddresses: what is longer no directory
// holds.
const longestAddress = 1123 // bytes

// placing takes what an account says of where its mailbox is.
func (d *decoder) placing(e *collector.Entry, o *model.Object) {
	p := &d.placingInHand
	*p = model.Placing{Automapped: p.Automapped[:0]}
	p.Display, p.DisplayState = d.placedNumber(e, attrDisplayType)
	p.Remote, p.RemoteState = d.placedNumber(e, "msExchRemoteRecipientType")
	switch v := e.Value("targetAddress"); {
	case v != nil:
		p.Routing, p.RoutingState = d.shared.text(bytes.ToLower(addressDomain(v))), model.Present
	case d.now != nil && d.now.Asked("targetAddress"):
		p.RoutingState = model.Missing
	}
	p.AutomapPartial = d.linkedNames(e, "msExchDelegateListLink", &p.Automapped, &p.AutomapState)
	if v := e.Value(AttrUPN); len(v) <= longestAddress {
		p.UPN = valid(v)
	}
	for _, v := range e.Values(AttrAddresses) {
		if rest, ok := bytes.CutPrefix(v, []byte("SMTP:")); ok && len(v) <= longestAddress {
			p.PrimarySMTP = valid(rest)
			break
		}
	}
	if !p.IsZero() {
		o.Placing = p
	}
}

// placedNumber takes a number of 32 bits. One that is none says nothing.
func (d *decoder) placedNumber(e *collector.Entry, name string) (int32, model.ReadState) {
	v := e.Value(name)
	if len(v) == 0 {
		if d.now != nil && d.now.Asked(name) {
			return 0, model.Missing
		}
		return 0, model.NotAsked
	}
	digits, negative := bytes.CutPrefix(v, []byte{'-'})
	n := int64(0)
	for _, c := range digits {
		if n = n*10 + int64(c-'0'); c < '0' || c > '9' || n > math.MaxInt32+1 {
			return 0, model.Missing
		}
	}
	if negative {
		n = -n
	}
	if len(digits) == 0 || n > math.MaxInt32 {
		return 0, model.Missing
	}
	return int32(n), model.Present
}

// valid is a value as text; the same bytes where they are.
func valid(v []byte) []byte {
	if utf8.Valid(v) {
		return v
	}
	return bytes.ToValidUTF8(v, []byte("\uFFFD"))
}

// addressDomain is what stands behind the last @ of an address.
func addressDomain(v []byte) []byte {
	if i := bytes.LastIndexByte(v, '@'); i >= 0 && len(v) <= longestAddress {
		return valid(bytes.TrimSpace(v[i+1:]))
	}
	return nil
}
