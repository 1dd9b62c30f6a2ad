package door

import (
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
	"mbxperm/model/dn"
)

// Client is a way for clients to get at a mailbox.
type Client uint8

// The ways, in the order of Get-CasMailbox.
const (
	ByPOP3 Client = iota
	ByIMAP4
	ByOWA
	ByOWADevices
	ByECP
	ByMAPI
	ByMAPIHTTP
	ByEWS
	ByActiveSync
	Clients // so many there are
)

var clientNames = [Clients]string{"POP3", "IMAP4", "OWA", "OWAforDevices", "ECP", "MAPI", "MAPIoverHTTP", "EWS", "ActiveSync"}

// String is the word of reports.
func (c Client) String() string { return clientNames[c] }

// ParseClient reads the word of reports, in any case.
func ParseClient(text string) (Client, bool) {
	i := slices.IndexFunc(clientNames[:], func(n string) bool { return strings.EqualFold(n, text) })
	return Client(max(i, 0)), i >= 0
}

// ClientNames are all of them.
func ClientNames() []string { return clientNames[:] }

// switches are the parameters of Set-CasMailbox.
var switches = [Clients]string{"PopEnabled", "ImapEnabled", "OWAEnabled", "OWAforDevicesEnabled", "ECPEnabled", "MAPIEnabled", "MapiHttpEnabled", "EwsEnabled", "ActiveSyncEnabled"}

// Switch is the parameter of Set-CasMailbox that turns it on and off.
func (c Client) Switch() string { return switches[c] }

// The states of a protocol of a mailbox, and whence.
const (
	AccessOn        = "on"
	AccessOff       = "off"
	AccessUnknown   = "unknown"
	AccessAmbiguous = "ambiguous" // two values say different things, and LDAP keeps no order

	FromValue        = "value"
	FromDefault      = "default"
	FromOrganisation = "organisation"
)

// Access says whether a mailbox may be used by a protocol.
type Access struct {
	State  string
	From   string // empty where the state is unknown
	Detail string // options, and what is to be known
}

// AccessReader answers for the mailboxes of a snapshot. It may be used by one
// goroutine.
type AccessReader struct {
	s     *model.Snapshot
	reads *coverage.Readability
	org   model.DoorValues
	orgID model.ObjectID
	said  map[uint32]*said
}

// mostSaid is how many answers a reader keeps: in some directories every mailbox
// has devices of its own, and so an answer of its own.
const mostSaid = 1 << 12

// said is what an answer of a mailbox says, without what depends on who asked.
type said struct {
	values model.DoorValues
	ways   [Clients]Access   // zero where no value speaks of it
	facts  [Clients][]Option // options, policies and lists
}

// Option is what else a mailbox says of a protocol, under the name of Get-CasMailbox.
type Option struct{ Name, Value string }

// NewAccessReader makes one.
func NewAccessReader(s *model.Snapshot) *AccessReader {
	r := &AccessReader{s: s, reads: coverage.NewReadability(s), said: map[uint32]*said{}}
	for i := range s.Doors.Len() {
		if d := s.Doors.At(i); d.Kind == model.DoorOrganisation {
			r.org, r.orgID = d.Values, d.Obj
		}
	}
	return r
}

// Of says whether a mailbox may be used by a protocol. What could not be read is
// unknown and never on.
func (r *AccessReader) Of(id model.ObjectID, c Client) Access {
	v := r.saidOf(id)
	if v == nil {
		return Access{State: AccessUnknown, Detail: "it was not asked for"}
	}
	a := r.way(id, v, c)
	for _, o := range v.facts[c] {
		a.Detail = join(a.Detail, strings.TrimSpace(o.Name+" "+o.Value))
	}
	return a
}

// Options are what a mailbox says of a protocol beside whether it may be used.
func (r *AccessReader) Options(id model.ObjectID, c Client) []Option {
	if v := r.saidOf(id); v != nil {
		return v.facts[c]
	}
	return nil
}

// Raw are the values of protocolSettings as they are stored, in the order of their
// texts: LDAP keeps none.
func (r *AccessReader) Raw(id model.ObjectID) []string {
	return sorted(r.s.AccessOf(id).Find("protocolSettings").Texts)
}

// saidOf is what a mailbox says; nil where nobody asked.
func (r *AccessReader) saidOf(id model.ObjectID) *said {
	n := r.s.AccessNumber(id)
	if n == 0 {
		return nil
	}
	v := r.said[n]
	if v == nil {
		if len(r.said) == mostSaid {
			clear(r.said)
		}
		v = newSaid(*r.s.Accesses.At(n))
		r.said[n] = v
	}
	return v
}

func (r *AccessReader) way(id model.ObjectID, v *said, c Client) Access {
	if a := v.ways[c]; a.State != "" {
		return a
	}
	return r.unsaid(r.s.Record(id), v, c)
}

// unsaid is what holds where no value speaks of a protocol.
func (r *AccessReader) unsaid(o *model.Record, v *said, c Client) Access {
	switch c {
	case ByEWS:
		return r.byOrganisation(o, v.values.Find("EwsEnabled"), "EwsEnabled", AccessOn)
	case ByActiveSync, ByOWADevices:
		return r.byDefault(o, v.values.Find("MobileFeatures"))
	case ByMAPIHTTP:
		return r.byOrganisation(o, v.values.Find("protocolSettings"), "MapiHttpEnabled", AccessOff)
	}
	return r.byDefault(o, v.values.Find("protocolSettings"))
}

// byDefault is on where it is shown that the value says nothing.
func (r *AccessReader) byDefault(o *model.Record, v model.DoorValue) Access {
	if v.State == model.Present || r.reads.Absent(o, v) {
		return Access{State: AccessOn, From: FromDefault}
	}
	return Access{State: AccessUnknown, Detail: "no value came, and whether the bound account may read one is not shown"}
}

// byOrganisation: a mailbox without a value goes by the organisation, and that
// without one has what set-up begins with (exchange-facts 6.2; for MAPI over HTTP a
// bit of msExchOrganizationFlags2, [E13 OrganizationSchema.cs]).
func (r *AccessReader) byOrganisation(o *model.Record, v model.DoorValue, name, otherwise string) Access {
	if a := r.byDefault(o, v); a.State == AccessUnknown {
		return a
	}
	org := r.org.Find(name)
	switch {
	case len(org.Texts) > 0 && (org.Texts[0] == "0" || org.Texts[0] == "False"):
		return Access{State: AccessOff, From: FromOrganisation}
	case len(org.Texts) > 0:
		return Access{State: AccessOn, From: FromOrganisation}
	case r.orgID != 0 && r.reads.Absent(r.s.Record(r.orgID), org):
		return Access{State: otherwise, From: FromDefault}
	}
	return Access{State: AccessUnknown, Detail: "the organisation decides, and what it says was not read"}
}

func newSaid(values model.DoorValues) *said {
	v := &said{values: values}
	settings := values.Find("protocolSettings").Texts
	for c, names := range map[Client][]string{ByPOP3: {"POP3"}, ByIMAP4: {"IMAP4"}, ByOWA: {"OWA", "HTTP"}, ByECP: {"ECP"}, ByMAPI: {"MAPI"}} {
		for _, name := range names { // an OWA value wins over an HTTP one
			if a, ok := spoken(settings, name); ok {
				v.ways[c], v.facts[c] = a, options(settings, name)
				break
			}
		}
	}
	v.mapiHTTP(valuesOf(settings, "MAPI"))
	if n, ok := number(values.Text("MobileFeatures")); ok {
		for c, bit := range map[Client]int64{ByActiveSync: 4, ByOWADevices: 8} {
			v.ways[c] = Access{State: AccessOn, From: FromValue}
			if n&bit != 0 {
				v.ways[c].State = AccessOff
			}
		}
	}
	if n, ok := number(values.Text("EwsEnabled")); ok {
		v.ways[ByEWS] = Access{State: AccessOn, From: FromValue}
		if n == 0 {
			v.ways[ByEWS].State = AccessOff
		}
	}
	v.others()
	return v
}

// mapiHTTP reads the field of the values for MAPI that is about HTTP: Y, N, or
// neither where the organisation decides.
func (v *said) mapiHTTP(values [][]string) {
	for i, f := range values {
		a := Access{}
		switch field(f, 9) {
		case "Y", "y":
			a = Access{State: AccessOn, From: FromValue}
		case "N", "n":
			a = Access{State: AccessOff, From: FromValue}
		}
		if i > 0 && a.State != v.ways[ByMAPIHTTP].State {
			v.ways[ByMAPIHTTP] = Access{State: AccessAmbiguous, From: FromValue, Detail: "two values, and the first counts: see MAPI"}
			return
		}
		v.ways[ByMAPIHTTP] = a
	}
}

// others adds policies and lists to what is said of a protocol.
func (v *said) others() {
	add := func(c Client, name, text string) {
		if text != "" {
			v.facts[c] = append(v.facts[c], Option{name, text})
		}
	}
	name := func(setting string) string {
		if text := v.values.Text(setting); text != "" {
			first, _ := dn.Split(text)
			_, value, _ := strings.Cut(first, "=")
			return dn.Unescape(value)
		}
		return ""
	}
	add(ByOWA, "OwaMailboxPolicy", name("OwaMailboxPolicy"))
	add(ByActiveSync, "ActiveSyncMailboxPolicy", name("ActiveSyncMailboxPolicy"))
	add(ByActiveSync, "ActiveSyncAllowedDeviceIDs", strings.Join(v.values.Find("ActiveSyncAllowedDeviceIDs").Texts, ","))
	add(ByActiveSync, "ActiveSyncBlockedDeviceIDs", strings.Join(v.values.Find("ActiveSyncBlockedDeviceIDs").Texts, ","))
	add(ByActiveSync, "HasActiveSyncDevicePartnership", v.values.Text("HasActiveSyncDevicePartnership"))
	add(ByEWS, "EwsApplicationAccessPolicy", named(v.values.Text("EwsApplicationAccessPolicy"), []string{"EnforceAllowList", "EnforceBlockList"}))
	add(ByEWS, "EwsExceptions", strings.Join(v.values.Find("EwsExceptions").Texts, ","))
	add(ByEWS, "EwsWellKnownApplicationPolicies", strings.Join(v.values.Find("EwsWellKnownApplicationPolicies").Texts, ","))
}

func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "; " + b
}

// valuesOf are the values of protocolSettings that begin with a name, without
// regard to case (exchange-facts 6.1), in their fields.
func valuesOf(settings []string, name string) (out [][]string) {
	for _, text := range settings {
		if len(text) >= len(name) && strings.EqualFold(text[:len(name)], name) {
			out = append(out, strings.Split(text, "§"))
		}
	}
	return out
}

func field(fields []string, n int) string {
	if n < len(fields) {
		return strings.TrimSpace(fields[n])
	}
	return ""
}

// spoken is what the values for a name say: the first counts, but which that is
// LDAP does not tell.
func spoken(settings []string, name string) (a Access, ok bool) {
	var states []string
	for _, f := range valuesOf(settings, name) {
		state, from := AccessOn, FromDefault
		switch field(f, 1) {
		case "1":
			from = FromValue
		case "0":
			state, from = AccessOff, FromValue
		}
		a = Access{State: state, From: from}
		states = append(states, state)
	}
	switch {
	case len(states) == 0:
		return Access{}, false
	case len(slices.Compact(slices.Clone(states))) > 1:
		var both []string
		for _, f := range valuesOf(settings, name) {
			both = append(both, strings.Join(f, "§"))
		}
		slices.Sort(both)
		return Access{State: AccessAmbiguous, From: FromValue, Detail: "two values, and the first counts: " + strings.Join(both, " and ")}, true
	}
	return a, true
}

// options spells the other fields of a value (exchange-facts 6.1).
func options(settings []string, name string) (out []Option) {
	values := valuesOf(settings, name)
	if len(values) != 1 {
		return nil
	}
	f := values[0]
	add := func(label, text string, names ...string) {
		if text != "" {
			out = append(out, Option{label, named(text, names)})
		}
	}
	yes := []string{"False", "True"}
	switch name {
	case "POP3", "IMAP4":
		add("UseProtocolDefaults", field(f, 2), yes...)
		if len(f) < 14 { // 2003's forms have other fields behind the first two
			break
		}
		add("MessagesRetrievalMimeFormat", field(f, 9), "TextOnly", "HtmlOnly", "HtmlAndTextAlternative", "TextEnrichedOnly",
			"TextEnrichedAndTextAlternative", "BestBodyFormat", "Tnef")
		add("EnableExactRFC822Size", field(f, 10), yes...)
		add("ProtocolLogging", field(f, 11))
		add("SuppressReadReceipt", field(f, 12), yes...)
		add("ForceICalForCalendarRetrievalOption", field(f, 13), yes...)
	case "MAPI":
		add("MAPIBlockOutlookNonCachedMode", field(f, 2), yes...)
		add("MAPIBlockOutlookVersions", field(f, 4))
		add("MAPIBlockOutlookRpcHttp", field(f, 5), yes...)
		add("MAPIBlockOutlookExternalConnectivity", field(f, 10), yes...)
	}
	return out
}
