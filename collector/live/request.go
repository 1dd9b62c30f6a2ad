package live

import (
	"mbxperm/collector"
	"mbxperm/collector/decode"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

const filterAll = "(objectClass=*)"

// sdFlags is the SD_FLAGS control (MS-ADTS 3.1.1.3.4.1.11) with owner, group
// and DACL. Without it a server returns the SACL too, and a reader who may not
// see the SACL gets nothing at all. It is critical, so that a server that does
// not know it says so; go-ldap's own would write TRUE as 0x01, where RFC 4511
// 5.1 has 0xFF.
type sdFlags struct{}

const ownerGroupDACL = 1 | 2 | 4

func (sdFlags) GetControlType() string { return ldap.ControlTypeMicrosoftSDFlags }

func (sdFlags) String() string { return "SD_FLAGS owner, group, DACL" }

func (sdFlags) Encode() *ber.Packet {
	value := ber.NewSequence("SDFlagsRequestValue")
	value.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(ownerGroupDACL), "Flags"))
	p := ber.NewSequence("Control")
	p.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, ldap.ControlTypeMicrosoftSDFlags, "controlType"))
	p.AppendChild(ber.NewLDAPBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, true, "criticality"))
	p.AppendChild(ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, string(value.Bytes()), "controlValue"))
	return p
}

// newRequest is what is sent of a query to a server: for the first page, where
// it is paged. Only the search for one object is not.
func newRequest(at *server, q *collector.Query) *ldap.SearchRequest {
	var controls []ldap.Control
	if q.Scope != collector.ScopeBase {
		controls = append(controls, ldap.NewControlPaging(uint32(at.options.PageSize)))
	}
	if q.Attributes != nil && q.Asked("nTSecurityDescriptor") {
		controls = append(controls, sdFlags{})
	}
	if q.Purpose == decode.Lookup.Purpose {
		// Deleted accounts too, as far as they may be seen: tombstones, and
		// what the Recycle Bin makes of them later (MS-ADTS 3.1.1.3.4.1.14,
		// 3.1.1.3.4.1.29). A server that knows only one of the two passes over
		// the other.
		controls = append(controls, ldap.NewControlString(ldap.ControlTypeMicrosoftShowDeleted, false, ""),
			ldap.NewControlString(ldap.ControlTypeMicrosoftShowRecycled, false, ""))
	}
	if q.Scope == collector.ScopeSub && at.root.domainScope {
		// No references to the partitions below the domain (MS-ADTS
		// 3.1.1.3.4.1.4): they are not part of what is asked.
		controls = append(controls, ldap.NewControlString(ldap.ControlTypeMicrosoftDomainScope, false, ""))
	}
	return ldap.NewSearchRequest(q.Base, int(q.Scope), ldap.NeverDerefAliases, 0, 0, false, q.Filter, q.Attributes, controls)
}

// baseRequest asks for one object.
func baseRequest(dn string, attributes []string, controls ...ldap.Control) *ldap.SearchRequest {
	return ldap.NewSearchRequest(dn, ldap.ScopeBaseObject, ldap.NeverDerefAliases, 0, 0, false, filterAll, attributes, controls)
}

// paging returns the paging control among controls, or nil.
func paging(controls []ldap.Control) *ldap.ControlPaging {
	p, _ := ldap.FindControl(controls, ldap.ControlTypePaging).(*ldap.ControlPaging)
	return p
}

// searchOperation is the protocol operation of a search (RFC 4511 4.5.1).
func searchOperation(r *ldap.SearchRequest) (*ber.Packet, error) {
	filter, err := ldap.CompileFilter(r.Filter)
	if err != nil {
		return nil, err
	}
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchRequest, nil, "SearchRequest")
	op.AppendChild(octets(r.BaseDN))
	for _, enum := range []int{r.Scope, r.DerefAliases} {
		op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(enum), ""))
	}
	for _, limit := range []int{r.SizeLimit, r.TimeLimit} {
		op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, int64(limit), ""))
	}
	op.AppendChild(ber.NewLDAPBoolean(ber.ClassUniversal, ber.TypePrimitive, ber.TagBoolean, r.TypesOnly, "typesOnly"))
	op.AppendChild(filter)
	wanted := ber.NewSequence("attributes")
	for _, a := range r.Attributes {
		wanted.AppendChild(octets(a))
	}
	op.AppendChild(wanted)
	return op, nil
}

// controlList puts controls behind an operation; nil where there are none.
func controlList(controls []ldap.Control) *ber.Packet {
	if len(controls) == 0 {
		return nil
	}
	list := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "controls")
	for _, c := range controls {
		list.AppendChild(c.Encode())
	}
	return list
}
