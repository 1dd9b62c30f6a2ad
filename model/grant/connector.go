package grant

import (
	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/hiding"
	"mbxperm/model/internal/pool"
)

// ConnectorACL is the kind of the entries of receive connectors: who may send
// there, and to whom (exchange-facts 8). They open no mailbox.
var ConnectorACL = &Kind{
	Name: "ConnectorRight", Target: model.TargetConnector, ListName: "the ACL of this connector", Apart: true,
	list: inSecurity, sense: pool.SenseWhole,
	hides: connectorReasons, covers: maskCovers, name: wholeName,
	opens: func(*model.Snapshot, *model.Record, pool.Right, *pool.ACERecord) Ways { return 0 },
	fill:  func(_ *model.Snapshot, _ *model.Record, row *Row) { row.Target.Type = "Receive-Connector" },
}

// connectorReasons says why an entry of a connector is hidden by default: set-up
// writes it there or above, or it is inherited and harmless. An entry about who
// may relay is hidden for neither, but where it is one of Exchange's servers.
func connectorReasons(s *model.Snapshot, o *model.Record, a *pool.ACERecord) hiding.Reasons {
	why := wholeReasons(s, a, door.BySetup(s, a) || fromSetup(s, o, a) || fromWindows(s, o, a, belowConfiguration))
	if a.Mask&acl.ControlAccess != 0 && a.HasObjectType && *s.GUIDs.At(uint32(a.ObjectType)) == door.AcceptAnyRecipient {
		why &^= hiding.Inherited
	}
	return why
}
