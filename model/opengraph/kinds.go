package opengraph

import "slices"

// SourceKind is the label of all nodes of ours: what deletes them in BloodHound.
const SourceKind = "MBX"

// The kinds of nodes. An account is none of them.
const (
	Mailbox   = "MBX_Mailbox"
	Store     = "MBX_Store"
	Container = "MBX_Container"
	Unknown   = "MBX_Unknown" // a SID that no account is known to hold
)

// The kinds of edges.
const (
	Owns         = "MBX_Owns"
	FullAccess   = "MBX_FullAccess"
	Controls     = "MBX_Controls"
	OpensAll     = "MBX_OpensAll"
	Hosts        = "MBX_Hosts"
	Contains     = "MBX_Contains"
	Impersonates = "MBX_Impersonates"
	MemberOf     = "MBX_MemberOf"
	SendAs       = "MBX_SendAs"
	SendOnBehalf = "MBX_SendOnBehalf"
	ReceiveAs    = "MBX_ReceiveAs"
	Denied       = "MBX_Denied"
	Overruled    = "MBX_Overruled"
)

// NodeKind declares a kind of nodes, EdgeKind one of edges, as the definition of an
// extension has them.
type NodeKind struct {
	Name        string `json:"name"`
	DisplayName string `json:"display_name"`
	Description string `json:"description"`
	IsDisplay   bool   `json:"is_display_kind"`
	Icon        string `json:"icon"`
	Color       string `json:"color"`
}

// EdgeKind declares a kind of edges. Path finding follows those that are traversable.
type EdgeKind struct {
	Name          string `json:"name"`
	Description   string `json:"description"`
	IsTraversable bool   `json:"is_traversable"`
}

// Definition is the definition of the extension: what is installed once, before
// the first graph is uploaded.
type Definition struct {
	Schema struct {
		Name        string `json:"name"`
		DisplayName string `json:"display_name"`
		Version     string `json:"version"`
		Namespace   string `json:"namespace"`
	} `json:"schema"`
	NodeKinds []NodeKind `json:"node_kinds"`
	EdgeKinds []EdgeKind `json:"relationship_kinds"`
}

var nodeKinds = []NodeKind{
	{Mailbox, "Exchange mailbox", "A mailbox of this organisation", true, "envelope", "#2e86c1"},
	{Store, "Mailbox store", "A mailbox or public store (database) of Exchange", true, "database", "#7d3c98"},
	{Container, "Exchange container", "A container of Exchange's configuration: organisation, administrative group, server", true, "sitemap", "#117864"},
	{Unknown, "Unknown SID", "A SID in a list of rights that no account is known to hold", true, "circle-question", "#909497"},
}

var edgeKinds = []EdgeKind{
	{Owns, "The account that a mailbox is of: it opens it and sends as it, whatever the lists say", true},
	{FullAccess, "Full Access to a mailbox by an entry of its own list", true},
	{Controls, "Could give himself access: may change the list or the owner, write an attribute that opens, reset the password, or the like", true},
	{OpensAll, "Opens the mailboxes of a store, or of all stores below a container", true},
	{Hosts, "A store and a mailbox in it", true},
	{Contains, "A container and what lies directly below it", true},
	{Impersonates, "Opens mailboxes by a role that holds impersonation", true},
	{MemberOf, "A member of a security group (with --with-groups alone: BloodHound collects members itself)", true},
	{SendAs, "May send as a mailbox, a group or a mail user", false},
	{SendOnBehalf, "May send on behalf of it", false},
	{ReceiveAs, "Receive-As on an account, which opens no mailbox on Exchange 2013 and later", false},
	{Denied, "A deny that counts", false},
	{Overruled, "An allow or a deny that an earlier entry beats, or that does not count", false},
}

// Schema is the definition of the extension, whose kinds are all that are used.
func Schema() (d Definition) {
	d.Schema.Name, d.Schema.DisplayName, d.Schema.Version, d.Schema.Namespace = "mbxperm", "Exchange permissions (mbxperm)", "v1.0.0", SourceKind
	d.NodeKinds, d.EdgeKinds = slices.Clone(nodeKinds), slices.Clone(edgeKinds)
	return d
}
