package opengraph

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/dn"
	"mbxperm/model/finding"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
	"mbxperm/model/verdict"
)

// ID names a node: one of ours by its objectGUID, or without one by its DN; an
// account by its SID; a well-known one by the domain beside it. How it is spelled is
// for the writer, who may have to replace what it names.
type ID struct {
	GUID   acl.GUID
	DN     string // where a node of ours has no GUID
	SID    acl.SID
	Domain string // DNS name, of a well-known SID
	// Foreign: the GUID is that of a node of BloodHound's own: an OU, a container.
	Foreign bool

	sid pool.SID // the number of SID
}

// IsZero reports whether it names nothing.
func (x *ID) IsZero() bool { return x.GUID.IsZero() && x.DN == "" && x.SID.IsZero() }

// DNHash stands for the DN of a node that has no GUID.
func DNHash(name string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(name)))
	return "DN-" + strings.ToUpper(hex.EncodeToString(sum[:16]))
}

// Property is one property of a node or an edge: a string, a model.Phrase, an int or a
// bool. Is says what a string holds.
type Property struct {
	Name  string
	Value any
	Is    model.Content
}

// Node is a node of ours. Its properties are used until the next one is made.
type Node struct {
	ID         ID
	Kind       string
	Properties []Property
}

// Edge is an edge. Its properties are used until the next one is made.
type Edge struct {
	Kind       string
	Start, End ID
	Properties []Property
}

// Options say how much is handed over.
type Options struct {
	All        bool // inherited copies, implied, default and stale entries too
	WithGroups bool // members of groups
}

// Graph is what a snapshot holds, in the same order each time. It is used by one
// goroutine at a time.
type Graph struct {
	// Count counts the edges by kind.
	Count map[string]int
	// Skipped counts what has no node: rights of somebody without a SID, and on
	// recipients without one.
	Skipped int

	s        *model.Snapshot
	b        *verdict.Book
	opt      Options
	show     hiding.Reasons
	seen     string
	boxes    []model.ObjectID // recipients, by name
	places   []model.ObjectID // stores and containers, by DN
	above    map[model.ObjectID]bool
	domains  map[pool.DN]string // DNS names, by the DN of what lies in them
	controls *finding.List
	unknown  []pool.SID // SIDs that entries name and no account holds
	props    []Property
	answers  []verdict.Answer // of the rows, in order: worked out when they are counted
}

// New prepares the graph of a snapshot.
func New(ctx context.Context, s *model.Snapshot, opt Options) (*Graph, error) {
	g := &Graph{s: s, b: verdict.Of(s), opt: opt, above: map[model.ObjectID]bool{}, domains: map[pool.DN]string{}}
	if opt.All {
		g.show = hiding.All
	}
	if !s.State.Ended.IsZero() {
		g.seen = s.State.Ended.UTC().Format(time.RFC3339)
	}
	for i := range s.Recipients.Len() {
		g.boxes = append(g.boxes, *s.Recipients.At(i))
	}
	g.boxes = g.b.ByName(g.boxes)
	for i := range s.Stores.Len() {
		id := *s.Stores.At(i)
		g.places = append(g.places, id)
		g.above[id] = true
	}
	slices.SortFunc(g.places, func(a, b model.ObjectID) int {
		return strings.Compare(strings.ToLower(s.DNText(s.Record(a).DN)), strings.ToLower(s.DNText(s.Record(b).DN)))
	})
	if err := g.findControls(ctx); err != nil {
		return nil, err
	}
	return g, g.count(ctx)
}

// count counts the edges, and lists the SIDs in them that no account is known to
// hold, in their order.
func (g *Graph) count(ctx context.Context) error {
	named := make([]bool, g.s.SIDs.Len())
	g.Count = map[string]int{}
	err := g.each(ctx, true, func(e *Edge) bool {
		named[e.Start.sid], named[e.End.sid] = true, true
		g.Count[e.Kind]++
		return true
	})
	if err != nil {
		return err
	}
	for i, is := range named {
		if is && i > 0 && !g.isAccount(pool.SID(i)) {
			g.unknown = append(g.unknown, pool.SID(i))
		}
	}
	slices.SortFunc(g.unknown, func(a, b pool.SID) int { return strings.Compare(g.s.SIDOf(a).String(), g.s.SIDOf(b).String()) })
	return nil
}

// isAccount reports whether somebody holds a SID now, so that BloodHound has a node
// for it.
func (g *Graph) isAccount(sid pool.SID) bool {
	switch g.s.TrusteeKind(sid) {
	case model.KindOrphan, model.KindDeleted, model.KindUnresolved, model.KindForeign:
		return false
	}
	return true
}

// Nodes calls yield for the nodes of ours, until it returns false: mailboxes,
// stores, containers, and the SIDs of which it is known that nobody holds them.
func (g *Graph) Nodes(ctx context.Context, yield func(*Node) bool) error {
	var n Node
	for i, id := range g.boxes {
		if i&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if g.s.Record(id).HasMailbox() && !yield(g.mailbox(&n, id)) {
			return nil
		}
	}
	for _, id := range g.places {
		if !yield(g.place(&n, id)) {
			return nil
		}
	}
	return g.strangers(&n, true, yield)
}

// Strangers calls yield for SIDs that an account may hold that was not read, or one
// outside the forest. They do not belong to the source: deleting that must not take
// an account along.
func (g *Graph) Strangers(yield func(*Node) bool) error { return g.strangers(&Node{}, false, yield) }

func (g *Graph) strangers(n *Node, gone bool, yield func(*Node) bool) error {
	for _, sid := range g.unknown {
		kind := g.s.TrusteeKind(sid)
		if (kind == model.KindOrphan || kind == model.KindDeleted) != gone {
			continue
		}
		p := g.s.Principal(model.TrusteeOfSID(sid))
		*n = Node{ID: ID{SID: g.s.SIDOf(sid)}, Kind: Unknown, Properties: g.props[:0]}
		n.add("name", p.Name, model.ContentTrustee)
		n.add("state", kind, model.ContentWord)
		n.add("domain", p.Domain, model.ContentName)
		n.add("label", p.Label.String(), model.ContentSentence)
		n.add("seen", g.seen, model.ContentWord)
		g.props = n.Properties
		if !yield(n) {
			return nil
		}
	}
	return nil
}

func (n *Node) add(name, value string, is model.Content) {
	if value != "" {
		n.Properties = append(n.Properties, Property{name, value, is})
	}
}

func (g *Graph) mailbox(n *Node, id model.ObjectID) *Node {
	s, o := g.s, g.s.Record(id)
	*n = Node{ID: g.ours(id), Kind: Mailbox, Properties: g.props[:0]}
	p := s.TargetPrincipal(o)
	n.add("name", p.Name, model.ContentTarget)
	n.add("displayname", string(s.DisplayOf(o)), model.ContentTarget)
	n.add("distinguishedname", p.DN, model.ContentDN)
	n.add("domain", g.domainOf(o.DN), model.ContentHost)
	n.add("accountsid", model.SIDText(p.SID), model.ContentSID)
	n.add("accountstate", p.State, model.ContentWord)
	n.add("recipienttype", s.TypeName(o), model.ContentWord)
	n.add("premises", s.PremisesOf(id).String(), model.ContentWord)
	n.add("store", s.CN(o.Home), model.ContentName)
	n.add("exchange", s.ReleaseOf(o), model.ContentWord)
	n.add("authority", s.VersionOf(o).Authority(), model.ContentWord)
	upn, smtp := s.MailNames(id)
	n.add("upn", upn, model.ContentAccount)
	n.add("primarysmtp", smtp, model.ContentAccount)
	n.add("mailboxlist", listState(o.MailboxState, s, o.MailboxSD), model.ContentWord)
	n.add("accountlist", listState(o.SecurityState, s, o.Security), model.ContentWord)
	n.add("seen", g.seen, model.ContentWord)
	g.props = n.Properties
	return n
}

// listState says whether a list of rights was read: where it was not, the graph has
// no edges of it.
func listState(state model.ReadState, s *model.Snapshot, d pool.Desc) string {
	switch {
	case state == model.Present && s.Descs.At(uint32(d)).Broken:
		return "damaged"
	case state == model.Present:
		return "read"
	}
	return "not read"
}

func (g *Graph) place(n *Node, id model.ObjectID) *Node {
	s, o := g.s, g.s.Record(id)
	kind := Container
	if o.IsStore() {
		kind = Store
	}
	*n = Node{ID: g.ours(id), Kind: kind, Properties: g.props[:0]}
	n.add("name", s.ObjectName(o), model.ContentTarget)
	n.add("distinguishedname", s.DNText(o.DN), model.ContentDN)
	n.add("domain", g.domainOf(o.DN), model.ContentHost)
	n.add("type", s.TypeName(o), model.ContentWord)
	if o.IsStore() {
		n.add("server", s.CN(s.ServerOf(o)), model.ContentName)
	}
	n.add("accesslist", listState(o.SecurityState, s, o.Security), model.ContentWord)
	n.add("seen", g.seen, model.ContentWord)
	g.props = n.Properties
	return n
}

// ours is the id of a node of ours.
func (g *Graph) ours(id model.ObjectID) ID {
	o := g.s.Record(id)
	if o.GUID.IsZero() {
		return ID{DN: g.s.DNText(o.DN)}
	}
	return ID{GUID: o.GUID}
}

// account is the id of whoever has a SID, in a list that lies in a domain.
func (g *Graph) account(sid pool.SID, at pool.DN) ID {
	text := g.s.SIDOf(sid)
	if _, wellKnown := acl.WellKnownName(text); wellKnown {
		return ID{SID: text, Domain: g.domainOf(at), sid: sid}
	}
	return ID{SID: text, sid: sid}
}

// domainOf is the DNS name of the domain that an object is in: that of its DC=
// components, which for the configuration is the forest's.
func (g *Graph) domainOf(name pool.DN) string {
	if name == 0 {
		return ""
	}
	parent := g.s.DNs.At(uint32(name)).Parent
	if text, ok := g.domains[parent]; ok {
		return text
	}
	var labels []string
	for rest := g.s.DNText(name); rest != ""; {
		var leaf string
		leaf, rest = dn.Split(rest)
		if kind, value, ok := strings.Cut(leaf, "="); ok && strings.EqualFold(kind, "DC") {
			labels = append(labels, dn.Unescape(value))
		}
	}
	text := strings.Join(labels, ".")
	g.domains[parent] = text
	return text
}
