package model

import (
	"mbxperm/acl"
)

// Forest facts: who the domains are, what GUIDs mean, which servers there are.

// Domain adds what is known of a domain, by its DN. Zero fields say nothing.
func (w *Writer) Domain(d DomainInfo) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	d.Name = w.Pool.DN(d.DN)
	f := w.edit()
	for i := range f.Domains {
		old := &f.Domains[i]
		if old.Name != d.Name {
			continue
		}
		if d.NetBIOS != "" {
			old.NetBIOS = d.NetBIOS
		}
		if d.DNS != "" {
			old.DNS = d.DNS
		}
		if !d.SID.IsZero() {
			old.SID = d.SID
		}
		old.Complete = old.Complete || d.Complete
		old.Root = old.Root || d.Root
		return
	}
	f.Domains = append(f.Domains, d)
}

// ForestComplete notes that every domain was read to its end.
func (w *Writer) ForestComplete() {
	f := w.edit()
	for i := range f.Domains {
		f.Domains[i].Complete = true
	}
}

// Trust adds a domain that is trusted, by its SID.
func (w *Writer) Trust(sid acl.SID, t Trust) { w.edit().trusts[sid] = t }

// Schema adds an attribute or class by its schemaIDGUID.
func (w *Writer) Schema(g acl.GUID, n SchemaName) { w.edit().Schema[g] = n }

// Right adds an extended right by its rightsGuid.
func (w *Writer) Right(g acl.GUID, r ExtendedRight) { w.edit().Rights[g] = r }

// WellKnownGroup adds a value of the Exchange container's
// otherWellKnownObjects.
func (w *Writer) WellKnownGroup(g acl.GUID, dn string) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	w.edit().WellKnownGroups[g] = w.Pool.DN(dn)
}

// Server adds an Exchange server by its DN, with the zero version where that
// was not read.
func (w *Writer) Server(dn string, v ServerVersion) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	f := w.edit()
	name := w.Pool.DN(dn)
	if v != (ServerVersion{}) || f.Versions[name] == v {
		f.Versions[name] = v
	}
	f.Legacy = f.Legacy || 0 < v.Major && v.Major < 8
}

// Organisation adds the Exchange organisation and its objectVersion; a
// forest has one.
func (w *Writer) Organisation(dn string, version int) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	f := w.edit()
	name := w.Pool.DN(dn)
	if version == 0 && f.organisation.name == name { // another record of it
		return
	}
	f.organisation = organisation{name, version}
}

// ExchangeSchema sets the version of Exchange's part of the schema.
func (w *Writer) ExchangeSchema(version int) { w.edit().schemaVersion = version }

// Token sets the SIDs that the domain controllers of a domain see in the bound
// account's token: it has the local groups of the domain that it is used in.
// The first one counts for whatever is in no domain.
func (w *Writer) Token(domain string, sids []acl.SID) {
	w.Pool.Mu.Lock()
	defer w.Pool.Mu.Unlock()
	f, name := w.edit(), w.Pool.DN(domain)
	if f.Token == nil || f.tokenOf == name {
		f.Token, f.tokenOf = sids, name
	}
	f.Tokens[name] = sids
}
