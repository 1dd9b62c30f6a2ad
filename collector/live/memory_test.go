package live

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"runtime"
	"strconv"
	"sync"
	"testing"

	"mbxperm/acl"
	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/ldaptest"
	"mbxperm/model"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
)

// memoryServer answers the search for mailboxes from memory, as fast as bytes can
// be copied, so that what is measured is the client. It knows nothing else: a
// search that is another one finds nothing.
type memoryServer struct {
	listener  net.Listener
	mailboxes int
	entries   [][]byte // encoded operations, one for each descriptor; serials are filled in
	wg        sync.WaitGroup
}

// serial stands where each mailbox has its number.
const serial = "00000000"

// memory starts a server with so many mailboxes that share so many descriptors of
// about 8 KB: each mailbox has two.
func memory(tb testing.TB, mailboxes, descriptors int) *memoryServer {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s := &memoryServer{listener: l, mailboxes: mailboxes}
	for i := range descriptors {
		message := encodeEntry(1, memoryEntry(tb, i))
		h, err := parseHeader(message)
		if err != nil {
			tb.Fatal(err)
		}
		s.entries = append(s.entries, message[h.opStart:h.opEnd])
	}
	s.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.wg.Go(func() { s.serve(c); c.Close() })
		}
	})
	tb.Cleanup(func() { l.Close(); s.wg.Wait() })
	return s
}

// memoryEntry is a mailbox as Exchange makes it.
func memoryEntry(tb testing.TB, n int) *collector.Entry {
	one := func(name string, values ...string) collector.Attribute {
		a := collector.Attribute{Name: name}
		for _, v := range values {
			a.Values = append(a.Values, []byte(v))
		}
		return a
	}
	return &collector.Entry{DN: "CN=u" + serial + ",OU=People,DC=contoso,DC=lab", Attributes: []collector.Attribute{
		one("objectClass", "top", "person", "organizationalPerson", "user"),
		one("cn", "u"+serial), one("sAMAccountName", "u"+serial), one("mailNickname", "u"+serial), one("displayName", "User "+serial),
		one("objectGUID", "guid----"+serial), one("objectSid", string(ldaptest.SID(0)[:20])+serial[:4]+serial[4:]),
		one("userAccountControl", "512"), one("primaryGroupID", "513"), one("msExchRecipientTypeDetails", "1"),
		one("homeMDB", "CN=DB01,CN=Databases,CN=Contoso,CN=Microsoft Exchange,CN=Services,CN=Configuration,DC=contoso,DC=lab"),
		one("msExchMailboxGuid", "mailbox-"+serial),
		one("nTSecurityDescriptor", string(memoryDescriptor(tb, uint32(2*n)))),
		one("msExchMailboxSecurityDescriptor", string(memoryDescriptor(tb, uint32(2*n+1)))),
	}}
}

// memoryDescriptor has 8 KB of entries that no other has.
func memoryDescriptor(tb testing.TB, n uint32) []byte {
	p := acl.Parts{Control: acl.SelfRelative | acl.DACLPresent, Owner: acl.SIDSelf, Group: acl.SIDSelf, DACLState: acl.ACLPresent}
	domain := acl.MustParseSID("S-1-5-21-1111-2222-3333")
	for i := range uint32(8192 / 36) {
		p.DACL = append(p.DACL, acl.ACE{Type: acl.TypeAllow, Mask: acl.MailboxFullAccess, SID: domain.WithRID(100_000 + n*7 + i).Bytes()})
	}
	b, err := acl.Encode(p)
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// serve answers one connection.
func (s *memoryServer) serve(c net.Conn) {
	in, out := bufio.NewReader(c), bufio.NewWriterSize(c, 64<<10)
	for {
		m, err := ber.ReadPacket(in)
		if err != nil || len(m.Children) < 2 {
			return
		}
		id, op := m.Children[0].Value.(int64), m.Children[1]
		switch op.Tag {
		case ldap.ApplicationBindRequest:
			_, _ = out.Write(s.done(id, ldap.ApplicationBindResponse, nil))
		case ldap.ApplicationExtendedRequest:
			_, _ = out.Write(s.done(id, ldap.ApplicationExtendedResponse, nil))
		case ldap.ApplicationSearchRequest:
			s.search(out, id, m)
		default:
			return
		}
		if out.Flush() != nil {
			return
		}
	}
}

func (*memoryServer) done(id int64, tag ber.Tag, controls *ber.Packet) []byte {
	op := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	op.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, int64(0), ""))
	op.AppendChild(octets(""))
	op.AppendChild(octets(""))
	return envelope(id, op, controls)
}

// search gives one page; the cookie is the number of the next mailbox.
func (s *memoryServer) search(out io.Writer, id int64, m *ber.Packet) {
	op := m.Children[1]
	if op.Children[0].Data.Len() == 0 {
		root := ldaptest.Directory(ldaptest.Size{})[0]
		e := &collector.Entry{}
		for _, a := range root.Attributes {
			e.Attributes = append(e.Attributes, collector.Attribute{Name: a.Name, Values: a.Values})
		}
		_, _ = out.Write(encodeEntry(id, e))
		_, _ = out.Write(s.done(id, ldap.ApplicationSearchResultDone, nil))
		return
	}
	filter, _ := ldap.DecompileFilter(op.Children[6])
	from, to := 0, 0
	var asked *ldap.ControlPaging
	if len(m.Children) > 2 {
		for _, child := range m.Children[2].Children {
			if c, err := ldap.DecodeControl(child); err == nil && c.GetControlType() == ldap.ControlTypePaging {
				asked = c.(*ldap.ControlPaging)
			}
		}
	}
	page := ldap.NewControlPaging(0)
	if filter == decode.Mailboxes.Filter && asked != nil {
		from, _ = strconv.Atoi(string(asked.Cookie))
		if to = min(from+int(asked.PagingSize), s.mailboxes); to < s.mailboxes {
			page.SetCookie([]byte(strconv.Itoa(to)))
		}
	}
	head := make([]byte, 0, 32)
	for i := from; i < to; i++ {
		s.entry(out, head, id, i)
	}
	_, _ = out.Write(s.done(id, ldap.ApplicationSearchResultDone, controlList([]ldap.Control{page})))
}

// entry writes a mailbox with its serial number.
func (s *memoryServer) entry(out io.Writer, head []byte, id int64, n int) {
	op := bytes.ReplaceAll(s.entries[n%len(s.entries)], []byte(serial), fmt.Appendf(nil, "%08d", n))
	length := func(tag byte, n int) {
		head = append(head, tag, 0x84)
		head = binary.BigEndian.AppendUint32(head, uint32(n))
	}
	length(0x30, 6+6+len(op))
	head = append(head, 0x02, 0x04)
	head = binary.BigEndian.AppendUint32(head, uint32(id))
	length(opEntry, len(op))
	_, _ = out.Write(head)
	_, _ = out.Write(op)
}

func (s *memoryServer) options() Options {
	return Options{URL: "ldap://" + s.listener.Addr().String(), Cleartext: true, Auth: AuthSimple, User: user,
		Password: func() (string, error) { return password, nil }}
}

// collect reads the server into a state.
func (s *memoryServer) collect(tb testing.TB) *model.Snapshot {
	tb.Helper()
	src, err := Open(context.Background(), s.options())
	if err != nil {
		tb.Fatal(err)
	}
	state := collect(tb, src)
	if state.State.Err != nil || state.State.Entries < s.mailboxes {
		tb.Fatalf("%v, %d entries", state.State.Err, state.State.Entries)
	}
	return state
}

// BenchmarkMemoryServer reads 20,000 mailboxes with two descriptors of 8 KB each
// from a server in memory: with go-ldap alone, which keeps nothing of a page; with
// this package alone; and the whole way, into a state that knows every entry.
func BenchmarkMemoryServer(b *testing.B) {
	const mailboxes = 20_000
	server := memory(b, mailboxes, 50)
	b.Run("go-ldap", func(b *testing.B) {
		for b.Loop() {
			c, err := ldap.DialURL("ldap://" + server.listener.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			if err := c.Bind(user, password); err != nil {
				b.Fatal(err)
			}
			request := ldap.NewSearchRequest(ldaptest.Domain, ldap.ScopeWholeSubtree, 0, 0, 0, false, decode.Mailboxes.Filter,
				decode.Mailboxes.Attributes, nil)
			n := 0
			answer := c.SearchAsync(context.Background(), withPage(request, nil), 64)
			for cookie := []byte(nil); ; {
				for answer.Next() {
					if answer.Entry() != nil {
						n++
					}
					if p := paging(answer.Controls()); p != nil {
						cookie = p.Cookie
					}
				}
				if len(cookie) == 0 {
					break
				}
				answer = c.SearchAsync(context.Background(), withPage(request, cookie), 64)
				cookie = nil
			}
			if n != mailboxes {
				b.Fatal(n)
			}
			c.Close()
		}
		perMailbox(b, mailboxes)
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			src, err := Open(context.Background(), server.options())
			if err != nil {
				b.Fatal(err)
			}
			n := &nowhere{}
			if err := src.Read(context.Background(), n); err != nil || n.entries < mailboxes {
				b.Fatal(err, n.entries)
			}
			src.Close()
		}
		perMailbox(b, mailboxes)
	})
	b.Run("collect", func(b *testing.B) {
		for b.Loop() {
			server.collect(b)
		}
		perMailbox(b, mailboxes)
	})
}

func withPage(r *ldap.SearchRequest, cookie []byte) *ldap.SearchRequest {
	page := ldap.NewControlPaging(1000)
	page.SetCookie(cookie)
	with := *r
	with.Controls = []ldap.Control{page}
	return &with
}

func perMailbox(b *testing.B, mailboxes int) {
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*mailboxes), "µs/mailbox")
}

// What a state of mailboxes holds grows with what is different in them: 8 KB more
// for each descriptor, and less than a twentieth of that for each mailbox.
func TestMemoryGrowsWithDescriptors(t *testing.T) {
	held := func(mailboxes, descriptors int) int {
		server := memory(t, mailboxes, descriptors)
		var before, after runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&before)
		state := server.collect(t)
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(state)
		return int(after.HeapAlloc) - int(before.HeapAlloc)
	}
	few, more, different := held(1000, 10), held(5000, 10), held(1000, 210)
	mailbox, descriptor := (more-few)/4000, (different-few)/400
	t.Logf("%d bytes for a mailbox, %d for a descriptor", mailbox, descriptor)
	if mailbox > 800 {
		t.Errorf("%d bytes for each mailbox, which has 16 KB of descriptors that others have too", mailbox)
	}
	if descriptor < 1000 || descriptor > 40_000 {
		t.Errorf("%d bytes for each descriptor of 8 KB", descriptor)
	}
}
