package decode

import (
	"bytes"
	"fmt"
	"strings"

	"mbxperm/acl"
	"mbxperm/acl/sddl"
	"mbxperm/collector"
	"mbxperm/model"
	"mbxperm/model/dn"
)

// Active Directory sends SIDs, GUIDs and descriptors in their binary forms.
// ldbsearch and some browsers of directories write them as text instead, which
// no binary form can be taken for: a SID and a descriptor begin with their
// revision, 1 ([MS-DTYP] 2.4.2.2, 2.4.6), and a GUID has 16 bytes.

// sidOf reads a SID in either form.
func sidOf(value []byte) (acl.SID, error) {
	if bytes.HasPrefix(value, []byte("S-1-")) {
		return acl.ParseSID(string(value))
	}
	return acl.SIDFromBytes(value)
}

// guidOf reads a GUID in either form.
func guidOf(value []byte) (acl.GUID, error) {
	if len(value) >= len("00000000-0000-0000-0000-000000000000") {
		return acl.ParseGUID(string(value))
	}
	return acl.GUIDFromBytes(value)
}

// isSDDL reports whether a descriptor is text ([MS-DTYP] 2.5.1).
func isSDDL(value []byte) bool {
	return len(value) > 2 && value[1] == ':' && strings.IndexByte("OGDS", value[0]) >= 0
}

// descriptor returns a descriptor in its binary form. Text that cannot be read
// stays what it is, and is counted: what takes it finds no descriptor in it.
func (d *decoder) descriptor(e *collector.Entry, name string, value []byte) []byte {
	if !isSDDL(value) {
		return value
	}
	domain := d.textDomain(e)
	parts, err := sddl.Parse(string(value), domain)
	if err == nil && d.domainHeads.several() && namesForest(string(value)) {
		err = fmt.Errorf("an alias of the forest (EA, SA, RO) among several domains")
	}
	var b []byte
	if err == nil {
		b, err = acl.Encode(parts)
	}
	if err != nil {
		if d.badTexts.n++; d.badTexts.n == 1 {
			d.badTexts.name, d.badTexts.dn, d.badTexts.err = name, e.DN, err
		}
		return value
	}
	return b
}

// namesForest reports whether SDDL has an alias of a group of the forest's root
// domain. Which domain that is, no file says.
func namesForest(text string) bool {
	for _, alias := range []string{"EA", "SA", "RO"} {
		for _, form := range []string{";" + alias + ")", ";" + alias + ";", "O:" + alias, "G:" + alias} {
			if strings.Contains(text, form) {
				return true
			}
		}
	}
	return false
}

// textDomain is the domain that an alias such as DA means in the descriptor of
// an entry: that of its own SID, else of the domain that it lies in, else the
// only one of which the file has told so far. The zero SID is none.
func (d *decoder) textDomain(e *collector.Entry) acl.SID {
	if own, err := sidOf(e.Value(attrObjectSID)); err == nil {
		if domain := domainOf(own); !domain.IsZero() {
			return domain
		}
	}
	for name := strings.ToLower(e.DN); name != ""; _, name = dn.Split(name) {
		if sid, ok := d.domainHeads[name]; ok {
			return sid
		}
	}
	if !d.domainHeads.several() {
		for _, sid := range d.domainHeads {
			return sid
		}
	}
	return acl.SID{}
}

// domainOf is the domain of an account's SID, or the SID of a domain itself
// ([MS-DTYP] 2.4.2.4: S-1-5-21-x-y-z, and a RID).
func domainOf(sid acl.SID) acl.SID {
	text := sid.String()
	if !strings.HasPrefix(text, "S-1-5-21-") {
		return acl.SID{}
	}
	switch strings.Count(text, "-") {
	case 6:
		return sid
	case 7:
		domain, _, _ := sid.Split()
		return domain
	}
	return acl.SID{}
}

// domainHeads are the SIDs of the domains that were met, by their DNs in lower
// case.
type domainHeads map[string]acl.SID

func (h domainHeads) several() bool { return len(h) > 1 }

// badTexts are descriptors as text that cannot be read: how many, and the
// first.
type badTexts struct {
	n        int
	name, dn string
	err      error
}

// gap says that what they give or deny is not known.
func (t *badTexts) gap() model.Gap {
	return model.Gap{Reason: fmt.Sprintf("%d descriptors are text (SDDL) that cannot be read, the first is %s of %q (%v): export them in their binary form",
		t.n, t.name, t.dn, t.err)}
}
