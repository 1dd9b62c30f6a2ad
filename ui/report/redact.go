package report

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"

	"mbxperm/acl"
	"mbxperm/model/dn"
	"mbxperm/model/grant"
	"mbxperm/model/wholefile"
	"mbxperm/ui/safe"
)

// Redactor replaces what names somebody by pseudonyms, so that a case can be
// shown in public: the same name gets the same pseudonym wherever it stands,
// different names get different ones, and nobody without the key can tell or
// test which name it was. What is the same in every directory stays: well-known
// names and SIDs, the numbers of well-known accounts, the containers that
// set-up makes, the GUIDs of rights.
//
// What a field holds is said where it is made; a text of a field that nobody has
// said anything about is replaced as a whole. A nil Redactor replaces nothing.
// A Redactor is used by one goroutine at a time.
type Redactor struct {
	key   []byte
	names map[string]string // what was replaced before: most names stand in many rows
}

// NewRedactor makes a redactor with a key of its own, which is forgotten with it.
func NewRedactor() *Redactor {
	key := make([]byte, sha256.Size)
	rand.Read(key) // never fails
	return &Redactor{key: key, names: map[string]string{}}
}

// leastKey is the number of bytes below which a key could be guessed.
const leastKey = 16

// KeyedRedactor makes a redactor with the key in a file: files made with one key
// have the same pseudonyms. Whoever has the key can test names against them.
func KeyedRedactor(file string) (*Redactor, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read the key in %s: %w", safe.Text(file), wholefile.Cause(err))
	}
	if len(b) < leastKey {
		return nil, fmt.Errorf("the key in %s is too short: %d bytes, at least %d are needed", safe.Text(file), len(b), leastKey)
	}
	key := sha256.Sum256(b)
	return &Redactor{key: key[:], names: map[string]string{}}, nil
}

// digest mixes a text with the key. use keeps the spaces of names, SIDs and
// GUIDs apart.
func (r *Redactor) digest(use, s string) []byte {
	h := hmac.New(sha256.New, r.key)
	h.Write([]byte(use))
	h.Write([]byte{0})
	h.Write([]byte(s))
	return h.Sum(nil)
}

var letters = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// pseudonym is the letter p and twelve others: 60 bits, so that a million names
// meet by chance once in two million files. Directories do not tell upper from
// lower case, and neither does a pseudonym.
func (r *Redactor) pseudonym(s string) string {
	key := "N " + s
	if p, ok := r.names[key]; ok {
		return p
	}
	p := "p" + letters.EncodeToString(r.digest("name", strings.ToLower(s)))[:12]
	r.names[key] = p
	return p
}

// name replaces a bare name: an account, a cn, a domain, a server's label.
func (r *Redactor) name(s string) string {
	if p, ok := r.names["N "+s]; ok || s == "" {
		return p
	}
	if kept()[strings.ToLower(s)] {
		return s
	}
	if _, err := acl.ParseSID(s); err == nil {
		return r.sidText(s)
	}
	return r.pseudonym(s)
}

// longestDN bounds what is taken apart; no directory has such names.
const longestDN = 1 << 13

// dn replaces the value of each RDN. Types, depth and the containers of set-up stay.
func (r *Redactor) dn(s string) string {
	if s == "" || s == grant.OriginNotRead {
		return s
	}
	if len(s) > longestDN {
		return r.pseudonym(s)
	}
	leaf, parent := dn.Split(s)
	if parent == "" {
		return r.rdn(leaf)
	}
	key := "D " + parent // thousands of objects share it
	above, known := r.names[key]
	if !known {
		above = r.dn(parent)
		r.names[key] = above
	}
	return r.rdn(leaf) + "," + above
}

// rdnTypes are those of which a directory's names are made ([MS-ADTS] 3.1.1.1.4 and
// RFC 4514 3).
var rdnTypes = map[string]bool{"CN": true, "OU": true, "DC": true, "O": true, "L": true, "C": true, "ST": true, "STREET": true, "UID": true}

func (r *Redactor) rdn(s string) string {
	kind, value, ok := strings.Cut(s, "=")
	if !ok || !rdnTypes[strings.ToUpper(kind)] { // GROUP=CN=… of a question looks like one of the type GROUP
		return r.pseudonym(s)
	}
	return kind + "=" + r.name(dn.Unescape(value))
}

// sid replaces the domain of an account's SID and its number, where that is not
// the same in every domain. Of any other SID that is not well known all but the
// first number after the authority is replaced.
func (r *Redactor) sid(s acl.SID) acl.SID {
	if _, ok := acl.WellKnownName(s); ok || s.IsZero() {
		return s
	}
	domain, rid, ok := s.Split()
	if !ok {
		return r.numbers(s)
	}
	if domain != acl.SIDBuiltin {
		domain = r.numbers(domain)
	}
	if rid < 1000 { // what set-up of a domain makes ([MS-DTYP] 2.4.2.4)
		return domain.WithRID(rid)
	}
	// A permutation and not a digest: two accounts of a domain never become one.
	for rid = r.permute(s, rid); rid < 1000; {
		rid = r.permute(s, rid)
	}
	return domain.WithRID(rid)
}

// numbers replaces the numbers of a SID after the first, which says what kind it is.
func (r *Redactor) numbers(s acl.SID) acl.SID {
	raw := slices.Clone(s.Bytes())
	sum := r.digest("sid", s.Raw())
	for at, n := 12, 0; at+4 <= len(raw); at, n = at+4, n+4 {
		if n+4 > len(sum) {
			sum, n = r.digest("sid", string(sum)), 0
		}
		copy(raw[at:at+4], sum[n:n+4])
	}
	out, _ := acl.SIDFromBytes(raw) // its form is that of a SID already
	return out
}

// permute is a Feistel network of four rounds over the 32 bits of a number,
// another one for each domain.
func (r *Redactor) permute(s acl.SID, n uint32) uint32 {
	domain, _, _ := s.Split()
	left, right := uint16(n>>16), uint16(n)
	for round := range byte(4) {
		sum := r.digest("rid", domain.Raw()+string([]byte{round, byte(right >> 8), byte(right)}))
		left, right = right, left^binary.LittleEndian.Uint16(sum)
	}
	return uint32(left)<<16 | uint32(right)
}

// sidText replaces a SID in a text of its own.
func (r *Redactor) sidText(s string) string {
	if s == "" {
		return s
	}
	sid, err := acl.ParseSID(s)
	if err != nil {
		return r.pseudonym(s)
	}
	key := "S " + s
	if p, ok := r.names[key]; ok {
		return p
	}
	p := r.sid(sid).String()
	r.names[key] = p
	return p
}

// guidText replaces the GUID of an object.
func (r *Redactor) guidText(s string) string {
	if s == "" {
		return s
	}
	return acl.GUID(r.digest("guid", strings.ToLower(s))[:16]).String()
}

// any replaces a text of which only its form is known.
func (r *Redactor) any(s string) string {
	if r == nil {
		return s
	}
	if domain, name, ok := strings.Cut(s, `\`); ok && !strings.ContainsAny(s, "=,") {
		return r.name(domain) + `\` + r.name(name)
	}
	if _, err := acl.ParseGUID(s); err == nil {
		return r.guidText(s)
	}
	if leaf, _ := dn.Split(s); strings.Contains(leaf, "=") && leaf != s {
		return r.dn(s)
	}
	if at := strings.LastIndexByte(s, '@'); at > 0 {
		return r.name(s[:at]) + "@" + r.host(s[at+1:])
	}
	return r.name(s)
}

// domain replaces what a domain is called, by DNS or, where that was not read, by
// its DN.
func (r *Redactor) domain(s string) string {
	switch {
	case r == nil:
		return s
	case strings.Contains(s, "="):
		return r.dn(s)
	}
	return r.host(s)
}

// host replaces each label of a host's name; a port stays.
func (r *Redactor) host(s string) string {
	name, port, hasPort := strings.Cut(s, ":")
	labels := strings.Split(name, ".")
	for i, l := range labels {
		labels[i] = r.name(l)
	}
	if hasPort && strings.Trim(port, "0123456789") == "" {
		return strings.Join(labels, ".") + ":" + port
	}
	return strings.Join(labels, ".")
}

// source replaces what a source is called. The demo is made up already.
func (r *Redactor) source(s string) string {
	scheme, host, ok := strings.Cut(s, "://")
	switch {
	case s == "demo" || strings.HasPrefix(s, "demo:"):
		return s
	case ok && (scheme == "ldap" || scheme == "ldaps"):
		return scheme + "://" + r.host(strings.TrimSuffix(host, "/"))
	}
	return r.name(s)
}
