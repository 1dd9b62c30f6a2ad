package demo

import (
	"encoding/binary"

	"mbxperm/acl"
)

// trustee names whoever an ACE, a membership or an ownership points to. It is
// small and comparable; the SID is made when it is written.
type trustee struct {
	realm realm
	rid   uint32
}

// realm is the domain of a SID.
type realm uint8

// The realms. Only contoso is read; emea belongs to the same forest but lies on
// other servers, fabrikam is trusted, and the NT 4 domain old is long gone and
// lives on in sIDHistory.
const (
	wellKnown realm = iota // rid is an index into wellKnownSIDs
	contoso
	emea
	fabrikam
	old
	builtin
)

// realms has the SID of each domain, with the count of sub-authorities already
// that of an account in it, so that appending a RID completes the SID.
var realms = [...]string{
	contoso:  accountsOf("S-1-5-21-1711405301-2290871214-3145129027"),
	emea:     accountsOf("S-1-5-21-884312907-1540022719-2901187436"),
	fabrikam: accountsOf("S-1-5-21-3019245518-672201983-1459930072"),
	old:      accountsOf("S-1-5-21-412668190-331175231-1343024091"),
	builtin:  accountsOf("S-1-5-32"),
}

// accountsOf returns the bytes that all account SIDs of a domain begin with.
func accountsOf(domain string) string {
	raw := acl.MustParseSID(domain).WithRID(0).Raw()
	return raw[:len(raw)-4]
}

// domainSID returns the SID of a domain itself.
func domainSID(r realm) acl.SID {
	domain, _, _ := trustee{r, 0}.sid().Split()
	return domain
}

// Well-known SIDs ([MS-DTYP] 2.4.2.4).
var (
	everyone           = trustee{wellKnown, 0}
	anonymous          = trustee{wellKnown, 1}
	enterpriseDCs      = trustee{wellKnown, 2}
	self               = trustee{wellKnown, 3}
	authenticatedUsers = trustee{wellKnown, 4}
	system             = trustee{wellKnown, 5}
	networkService     = trustee{wellKnown, 6}
	interactive        = trustee{wellKnown, 7}
	iusr               = trustee{wellKnown, 8}
)

// smtpSIDs are the SIDs that receive connectors name (exchange-facts 8), but for
// the last number.
const smtpSIDs = "S-1-9-1419165041-1139599005-3936102811-1022490595-"

var wellKnownSIDs = [...]string{
	rawSID("S-1-1-0"), rawSID("S-1-5-7"), rawSID("S-1-5-9"), rawSID("S-1-5-10"), rawSID("S-1-5-11"),
	rawSID("S-1-5-18"), rawSID("S-1-5-20"), rawSID("S-1-5-4"), rawSID("S-1-5-17"),
	rawSID(smtpSIDs + "21"), rawSID(smtpSIDs + "22"), rawSID(smtpSIDs + "23"), rawSID(smtpSIDs + "10"),
}

func rawSID(text string) string { return acl.MustParseSID(text).Raw() }

// Groups of the builtin domain.
var (
	administrators   = trustee{builtin, 544}
	builtinUsers     = trustee{builtin, 545}
	guests           = trustee{builtin, 546}
	accountOperators = trustee{builtin, 548}
	serverOperators  = trustee{builtin, 549}
	printOperators   = trustee{builtin, 550}
	backupOperators  = trustee{builtin, 551}
	replicator       = trustee{builtin, 552}
	preWindows2000   = trustee{builtin, 554}
	remoteDesktop    = trustee{builtin, 555}
	terminalLicense  = trustee{builtin, 561}
	windowsAuthz     = trustee{builtin, 560}
)

// appendSID appends the binary SID.
func (t trustee) appendSID(b []byte) []byte {
	if t.realm == wellKnown {
		return append(b, wellKnownSIDs[t.rid]...)
	}
	b = append(b, realms[t.realm]...)
	return binary.LittleEndian.AppendUint32(b, t.rid)
}

// sid returns the SID as a value.
func (t trustee) sid() acl.SID {
	s, err := acl.SIDFromBytes(t.appendSID(nil))
	if err != nil {
		panic(err) // only our own constants get here
	}
	return s
}

// trusteeOf finds the trustee that a SID names; ok is false for a SID of no
// realm of ours.
func trusteeOf(sid acl.SID) (t trustee, ok bool) {
	raw := sid.Raw()
	for i, s := range wellKnownSIDs {
		if raw == s {
			return trustee{wellKnown, uint32(i)}, true
		}
	}
	for r, prefix := range realms {
		if prefix != "" && len(raw) == len(prefix)+4 && raw[:len(prefix)] == prefix {
			return trustee{realm(r), binary.LittleEndian.Uint32([]byte(raw[len(prefix):]))}, true
		}
	}
	return trustee{}, false
}
