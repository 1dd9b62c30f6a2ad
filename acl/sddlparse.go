package acl

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// ParseSDDL reads a descriptor in the security descriptor definition language ([MS-DTYP] 2.5.1), as Windows, Samba and [Parts.SDDL] write
// it. domain gives a meaning to the aliases of domain accounts (DA, DU, …); with the zero SID such an alias is an error.
func ParseSDDL(s string, domain SID) (Parts, error) {
	r := sddlReader{rest: strings.TrimSpace(s), domain: domain}
	var p Parts
	var seen [256]bool
	for r.rest != "" {
		if len(r.rest) < 2 || r.rest[1] != ':' {
			return Parts{}, fmt.Errorf("sddl: %q: no O:, G:, D: or S: at the start", clip(r.rest))
		}
		section := r.rest[0]
		if seen[section] {
			return Parts{}, fmt.Errorf("sddl: %c: twice", section)
		}
		seen[section] = true
		r.rest = r.rest[2:]
		if err := r.section(section, &p); err != nil {
			return Parts{}, fmt.Errorf("sddl: %c: %w", section, err)
		}
	}
	// Through the binary form and back: that checks the sizes and gives every ACE its Raw.
	b, err := Encode(p)
	if err != nil {
		return Parts{}, fmt.Errorf("sddl: %w", err)
	}
	d, err := Parse(b)
	if err != nil {
		return Parts{}, fmt.Errorf("sddl: %w", err)
	}
	return d.Parts(), nil
}

type sddlReader struct {
	rest   string
	domain SID
}

// section reads what follows "O:", "G:", "D:" or "S:".
func (r *sddlReader) section(name byte, p *Parts) (err error) {
	switch name {
	case 'O':
		p.Owner, err = r.sid(r.word())
	case 'G':
		p.Group, err = r.sid(r.word())
	case 'D':
		var f Control
		p.DACLState, p.DACL, f, err = r.list([3]Control{DACLProtected, DACLAutoInheritReq, DACLAutoInherited})
		p.Control |= f
	case 'S':
		var f Control
		p.SACLState, p.SACL, f, err = r.list([3]Control{SACLProtected, SACLAutoInheritReq, SACLAutoInherited})
		p.Control |= f
	default:
		err = errors.New("unknown section")
	}
	return err
}

// word takes the text up to the next ACE or the next section, whose letter stands before the colon.
func (r *sddlReader) word() string {
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
func (r *sddlReader) sid(s string) (SID, error) {
	if len(s) == 2 {
		name := strings.ToUpper(s)
		if sid, ok := sddlSIDs[name]; ok {
			return sid, nil
		}
		if rid, ok := sddlRIDs[name]; ok {
			if sid := r.domain.WithRID(rid); !sid.IsZero() {
				return sid, nil
			}
			return SID{}, fmt.Errorf("alias %s: needs a domain", name)
		}
		return SID{}, fmt.Errorf("alias %q: unknown", s)
	}
	return ParseSID(s)
}

// list reads the flags and the ACEs of an ACL; flags are what P, AR and AI stand for.
func (r *sddlReader) list(flags [3]Control) (state ACLState, aces []ACE, set Control, err error) {
	word := r.word()
	state = ACLPresent
	for word != "" {
		switch {
		case strings.HasPrefix(word, noAccessControl):
			state, word = ACLNull, word[len(noAccessControl):]
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
	if state == ACLNull && len(aces) > 0 {
		return state, nil, set, errors.New("entries in a null list")
	}
	return state, aces, set, nil
}

// closing returns the index of the parenthesis that closes the one at the start, past nested ones and past those in quotes.
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
func (r *sddlReader) ace(s string) (ACE, error) {
	f := strings.SplitN(s, ";", 7)
	if len(f) < 6 {
		return ACE{}, fmt.Errorf("%d fields, need 6", len(f))
	}
	for i := range f[:6] {
		f[i] = strings.TrimSpace(f[i])
	}
	var a ACE
	var err error
	if a.Type, err = parseSDDLType(f[0]); err != nil {
		return a, err
	}
	if !a.IsKnown() {
		return rawACE(a.Type, f)
	}
	if a.Flags, err = parseSDDLFlags(f[1]); err != nil {
		return a, err
	}
	if a.Mask, err = parseSDDLMask(f[2]); err != nil {
		return a, err
	}
	if (f[3] != "" || f[4] != "") && !a.IsObject() {
		return a, fmt.Errorf("a GUID in an ACE of type %s", f[0])
	}
	if a.HasObjectType = f[3] != ""; a.HasObjectType {
		if a.ObjectType, err = ParseGUID(f[3]); err != nil {
			return a, fmt.Errorf("object type: %w", err)
		}
	}
	if a.HasInheritedObjectType = f[4] != ""; a.HasInheritedObjectType {
		if a.InheritedObjectType, err = ParseGUID(f[4]); err != nil {
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

// rawACE reads our own form of an ACE whose layout is unknown: all its bytes in the last field.
func rawACE(t ACEType, f []string) (ACE, error) {
	if len(f) < 7 || !strings.HasPrefix(f[6], "#") {
		return ACE{}, fmt.Errorf("%s: no bytes", t)
	}
	raw, err := hex.DecodeString(f[6][1:])
	if err != nil || len(raw) < 4 {
		return ACE{}, fmt.Errorf("%s: not the bytes of an ACE", t)
	}
	return ACE{Type: t, Flags: ACEFlags(raw[1]), Raw: raw}, nil
}

func parseSDDLType(s string) (ACEType, error) {
	if t, ok := sddlTypeOf[s]; ok {
		return t, nil
	}
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		if n, err := strconv.ParseUint(digits, 16, 8); err == nil {
			return ACEType(n), nil
		}
	}
	return 0, fmt.Errorf("type %q: unknown", clip(s))
}

func parseSDDLFlags(s string) (ACEFlags, error) {
	var f ACEFlags
next:
	for ; s != ""; s = s[2:] {
		for i, name := range sddlFlags {
			if strings.HasPrefix(s, name) {
				f |= 1 << i
				continue next
			}
		}
		return 0, fmt.Errorf("flags: %q: unknown", clip(s))
	}
	return f, nil
}

// parseSDDLMask reads rights as a number or as letters ([MS-DTYP] 2.5.1.1, ace-rights).
func parseSDDLMask(s string) (Mask, error) {
	if s != "" && s[0] >= '0' && s[0] <= '9' {
		n, err := strconv.ParseUint(s, 0, 32)
		if err != nil || strings.Contains(s, "_") {
			return 0, fmt.Errorf("rights: %q: not a mask", clip(s))
		}
		return Mask(n), nil
	}
	var m Mask
next:
	for ; s != ""; s = s[2:] {
		for _, table := range [...][]NamedRight{sddlRights[:], sddlFileRights[:], sddlLabelRights[:]} {
			for _, r := range table {
				if strings.HasPrefix(s, r.Name) {
					m |= r.Mask
					continue next
				}
			}
		}
		return 0, fmt.Errorf("rights: %q: unknown", clip(s))
	}
	return m, nil
}

// data reads the seventh field: a condition in words, or "#" and hexadecimal, our own form.
func (r *sddlReader) data(a ACE, s string) ([]byte, error) {
	if digits, ok := strings.CutPrefix(s, "#"); ok {
		return hex.DecodeString(digits)
	}
	if a.IsCallback() && strings.HasPrefix(s, "(") {
		return parseCondition(s, r.domain)
	}
	return nil, fmt.Errorf("%q: neither # and hexadecimal nor a condition", clip(s))
}
