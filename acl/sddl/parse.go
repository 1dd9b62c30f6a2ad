package sddl

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mbxperm/acl"
)

// Parse reads a descriptor in the security descriptor definition language
// ([MS-DTYP] 2.5.1), as Windows, Samba and [Format] write it. domain gives a
// meaning to the aliases of domain accounts (DA, DU, …); with the zero SID such
// an alias is an error.
func Parse(s string, domain acl.SID) (acl.Parts, error) {
	r := reader{rest: strings.TrimSpace(s), domain: domain}
	var p acl.Parts
	var seen [256]bool
	for r.rest != "" {
		if len(r.rest) < 2 || r.rest[1] != ':' {
			return acl.Parts{}, fmt.Errorf("sddl: %q: no O:, G:, D: or S: at the start", clip(r.rest))
		}
		section := r.rest[0]
		if seen[section] {
			return acl.Parts{}, fmt.Errorf("sddl: %c: twice", section)
		}
		seen[section] = true
		r.rest = r.rest[2:]
		if err := r.section(section, &p); err != nil {
			return acl.Parts{}, fmt.Errorf("sddl: %c: %w", section, err)
		}
	}
	// Through the binary form and back: that checks the sizes and gives
	// every ACE its Raw.
	b, err := acl.Encode(p)
	if err != nil {
		return acl.Parts{}, fmt.Errorf("sddl: %w", err)
	}
	d, err := acl.Parse(b)
	if err != nil {
		return acl.Parts{}, fmt.Errorf("sddl: %w", err)
	}
	return d.Parts(), nil
}

type reader struct {
	rest   string
	domain acl.SID
}

// section reads what follows "O:", "G:", "D:" or "S:".
func (r *reader) section(name byte, p *acl.Parts) (err error) {
	switch name {
	case 'O':
		p.Owner, err = r.sid(r.word())
	case 'G':
		p.Group, err = r.sid(r.word())
	case 'D':
		var f acl.Control
		p.DACLState, p.DACL, f, err = r.list([3]acl.Control{acl.DACLProtected, acl.DACLAutoInheritReq, acl.DACLAutoInherited})
		p.Control |= f
	case 'S':
		var f acl.Control
		p.SACLState, p.SACL, f, err = r.list([3]acl.Control{acl.SACLProtected, acl.SACLAutoInheritReq, acl.SACLAutoInherited})
		p.Control |= f
	default:
		err = errors.New("unknown section")
	}
	return err
}

// word takes the text up to the next ACE or the next section, whose letter
// stands before the colon.
func (r *reader) word() string {
	n := strings.IndexAny(r.rest, ":(")
	switch {
	case n < 0:
		n = len(r.rest)
	case n > 0 && r.rest[n] == ':':
		n--
	}
	w := r.rest[:n]
	r.rest = r.rest[n:]
	return strings.TrimSpace(w)
}

// sid reads an alias or a SID.
func (r *reader) sid(s string) (acl.SID, error) {
	if len(s) == 2 {
		name := strings.ToUpper(s)
		if sid, ok := sidAliases[name]; ok {
			return sid, nil
		}
		if rid, ok := ridAliases[name]; ok {
			if sid := r.domain.WithRID(rid); !sid.IsZero() {
				return sid, nil
			}
			return acl.SID{}, fmt.Errorf("alias %s: needs a domain", name)
		}
		return acl.SID{}, fmt.Errorf("alias %q: unknown", s)
	}
	return acl.ParseSID(s)
}

// list reads the flags and the ACEs of an ACL; flags are what P, AR and AI
// stand for.
func (r *reader) list(flags [3]acl.Control) (state acl.ACLState, aces []acl.ACE, set acl.Control, err error) {
	word := r.word()
	state = acl.ACLPresent
	for word != "" {
		switch {
		case strings.HasPrefix(word, noAccessControl):
			state, word = acl.ACLNull, word[len(noAccessControl):]
		case strings.HasPrefix(word, "AR"):
			set, word = set|flags[1], word[2:]
		case strings.HasPrefix(word, "AI"):
			set, word = set|flags[2], word[2:]
		case word[0] == 'P':
			set, word = set|flags[0], word[1:]
		default:
			return state, nil, set, fmt.Errorf("flags: %q: unknown", clip(word))
		}
	}
	for strings.HasPrefix(r.rest, "(") {
		n, err := closing(r.rest)
		if err != nil {
			return state, nil, set, fmt.Errorf("ace %d: %w", len(aces), err)
		}
		a, err := r.ace(r.rest[1:n])
		if err != nil {
			return state, nil, set, fmt.Errorf("ace %d: %w", len(aces), err)
		}
		aces = append(aces, a)
		r.rest = strings.TrimLeft(r.rest[n+1:], " \t\r\n")
	}
	if state == acl.ACLNull && len(aces) > 0 {
		return state, nil, set, errors.New("entries in a null list")
	}
	return state, aces, set, nil
}

// closing returns the index of the parenthesis that closes the one at the
// start, past nested ones and past those in quotes.
func closing(s string) (int, error) {
	depth, quoted := 0, false
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i, nil
			}
		}
	}
	return 0, errors.New("no closing parenthesis")
}

// ace reads what stands between the parentheses of one ACE.
func (r *reader) ace(s string) (acl.ACE, error) {
	f := strings.SplitN(s, ";", 7)
	if len(f) < 6 {
		return acl.ACE{}, fmt.Errorf("%d fields, need 6", len(f))
	}
	for i := range f[:6] {
		f[i] = strings.TrimSpace(f[i])
	}
	var a acl.ACE
	var err error
	if a.Type, err = parseType(f[0]); err != nil {
		return a, err
	}
	if !a.IsKnown() {
		return rawACE(a.Type, f)
	}
	if a.Flags, err = parseFlags(f[1]); err != nil {
		return a, err
	}
	if a.Mask, err = parseMask(f[2]); err != nil {
		return a, err
	}
	if (f[3] != "" || f[4] != "") && !a.IsObject() {
		return a, fmt.Errorf("a GUID in an ACE of type %s", f[0])
	}
	if a.HasObjectType = f[3] != ""; a.HasObjectType {
		if a.ObjectType, err = acl.ParseGUID(f[3]); err != nil {
			return a, fmt.Errorf("object type: %w", err)
		}
	}
	if a.HasInheritedObjectType = f[4] != ""; a.HasInheritedObjectType {
		if a.InheritedObjectType, err = acl.ParseGUID(f[4]); err != nil {
			return a, fmt.Errorf("inherited object type: %w", err)
		}
	}
	sid, err := r.sid(f[5])
	if err != nil {
		return a, err
	}
	a.SID = sid.Bytes()
	if len(f) == 7 {
		if a.Data, err = r.data(a, strings.TrimSpace(f[6])); err != nil {
			return a, fmt.Errorf("data: %w", err)
		}
	}
	return a, nil
}

// rawACE reads our own form of an ACE whose layout is unknown: all its bytes in
// the last field.
func rawACE(t acl.ACEType, f []string) (acl.ACE, error) {
	if len(f) < 7 || !strings.HasPrefix(f[6], "#") {
		return acl.ACE{}, fmt.Errorf("%s: no bytes", t)
	}
	raw, err := hex.DecodeString(f[6][1:])
	if err != nil || len(raw) < 4 {
		return acl.ACE{}, fmt.Errorf("%s: not the bytes of an ACE", t)
	}
	return acl.ACE{Type: t, Flags: acl.ACEFlags(raw[1]), Raw: raw}, nil
}

func parseType(s string) (acl.ACEType, error) {
	if t, ok := typeOfToken[s]; ok {
		return t, nil
	}
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		if n, err := strconv.ParseUint(digits, 16, 8); err == nil {
			return acl.ACEType(n), nil
		}
	}
	return 0, fmt.Errorf("type %q: unknown", clip(s))
}

func parseFlags(s string) (acl.ACEFlags, error) {
	var f acl.ACEFlags
next:
	for ; s != ""; s = s[2:] {
		for i, name := range flagTokens {
			if strings.HasPrefix(s, name) {
				f |= 1 << i
				continue next
			}
		}
		return 0, fmt.Errorf("flags: %q: unknown", clip(s))
	}
	return f, nil
}

// parseMask reads rights as a number or as letters ([MS-DTYP] 2.5.1.1,
// ace-rights).
func parseMask(s string) (acl.Mask, error) {
	if s != "" && s[0] >= '0' && s[0] <= '9' {
		n, err := strconv.ParseUint(s, 0, 32)
		if err != nil || strings.Contains(s, "_") {
			return 0, fmt.Errorf("rights: %q: not a mask", clip(s))
		}
		return acl.Mask(n), nil
	}
	var m acl.Mask
next:
	for ; s != ""; s = s[2:] {
		for _, table := range [...][]right{rightTokens[:], fileTokens[:], labelTokens[:]} {
			for _, r := range table {
				if strings.HasPrefix(s, r.token) {
					m |= r.mask
					continue next
				}
			}
		}
		return 0, fmt.Errorf("rights: %q: unknown", clip(s))
	}
	return m, nil
}

// data reads the seventh field: a condition in words, or "#" and hexadecimal,
// our own form.
func (r *reader) data(a acl.ACE, s string) ([]byte, error) {
	if digits, ok := strings.CutPrefix(s, "#"); ok {
		return hex.DecodeString(digits)
	}
	if a.IsCallback() && strings.HasPrefix(s, "(") {
		return parseCondition(s, r.domain)
	}
	return nil, fmt.Errorf("%q: neither # and hexadecimal nor a condition", clip(s))
}

// clip keeps an error message readable when the input is not: at most 80 bytes
// of it.
func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
