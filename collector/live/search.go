package live

import (
	"context"
	"errors"
	"fmt"

	"mbxperm/collector"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

const filterAll = "(objectClass=*)"

// buffered is how many decoded entries may wait between go-ldap and us.
const buffered = 64

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

// pages is a paged search on one connection.
type pages struct {
	conn    *conn
	request *ldap.SearchRequest
	paging  *ldap.ControlPaging
	last    bool // the page read last was the last one

	referrals []string // continuation references met
}

// newPages prepares a search; nothing is sent yet.
func newPages(at *server, c *conn, q *collector.Query) *pages {
	p := &pages{conn: c}
	var controls []ldap.Control
	if q.Scope != collector.ScopeBase {
		p.paging = ldap.NewControlPaging(uint32(at.options.PageSize))
		controls = append(controls, p.paging)
	}
	if q.Attributes != nil && q.Asked("nTSecurityDescriptor") {
		controls = append(controls, sdFlags{})
	}
	if q.Purpose == collector.PurposeLookup {
		// Deleted accounts too, as far as they may be seen: tombstones, and what the
		// Recycle Bin makes of them later (MS-ADTS 3.1.1.3.4.1.14, 3.1.1.3.4.1.29). A
		// server that knows only one of the two passes over the other.
		controls = append(controls, ldap.NewControlString(ldap.ControlTypeMicrosoftShowDeleted, false, ""),
			ldap.NewControlString(ldap.ControlTypeMicrosoftShowRecycled, false, ""))
	}
	if q.Scope == collector.ScopeSub && at.root.domainScope {
		// No references to the partitions below the domain (MS-ADTS
		// 3.1.1.3.4.1.4): they are not part of what is asked.
		controls = append(controls, ldap.NewControlString(ldap.ControlTypeMicrosoftDomainScope, false, ""))
	}
	p.request = ldap.NewSearchRequest(q.Base, int(q.Scope), ldap.NeverDerefAliases, 0, 0, false, q.Filter, q.Attributes, controls)
	return p
}

// next reads one page. It returns nil only if the page is known to be whole:
// its paging control came, and go-ldap delivered as many entries as messages
// came over the wire. (SearchAsync ends without an error when the connection is
// closed before it, and when its context ends; and a message whose envelope is
// broken or whose ID is unknown is passed over by go-ldap.)
func (p *pages) next(ctx context.Context, each func(*ldap.Entry)) error {
	stop := context.AfterFunc(ctx, func() { p.conn.raw.Close() })
	defer stop()
	// go-ldap's goroutine ends with this context, whatever makes us return.
	searching, cancel := context.WithCancel(ctx)
	defer cancel()
	before := p.conn.wire.entries.Load()
	var delivered int64
	var control *ldap.ControlPaging
	answer := p.conn.ldap.SearchAsync(searching, p.request, buffered)
	for p.await(answer) {
		if e := answer.Entry(); e != nil {
			delivered++
			each(e)
		}
		if r := answer.Referral(); r != "" {
			p.referrals = append(p.referrals, r)
		}
		if c, ok := ldap.FindControl(answer.Controls(), ldap.ControlTypePaging).(*ldap.ControlPaging); ok {
			control = c
		}
		if ctx.Err() != nil {
			break
		}
	}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case answer.Err() != nil:
		return answer.Err()
	case p.conn.wire.cause() != nil:
		return p.conn.wire.cause()
	case p.paging == nil && delivered != 1:
		return fmt.Errorf("%q: %w", p.request.BaseDN, errNoEntry)
	case p.paging != nil && control == nil:
		return errNoPaging
	}
	if came := p.conn.wire.entries.Load() - before; came != delivered {
		return fmt.Errorf("%w: %d came, %d could be read", errMiscount, came, delivered)
	}
	p.last = p.paging == nil || len(control.Cookie) == 0
	if !p.last {
		p.paging.SetCookie(control.Cookie)
	}
	return nil
}

// await waits for the next part of the answer. Only here does the idle clock
// run: while entries are worked on, the server owes us nothing.
func (p *pages) await(answer ldap.Response) bool {
	p.conn.raw.await()
	defer p.conn.raw.rest()
	return answer.Next()
}

var (
	errNoPaging = errors.New("the answer came without a paging control")
	errMiscount = errors.New("entries of the answer were lost")
)
