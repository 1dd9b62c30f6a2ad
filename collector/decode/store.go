package decode

import (
	"mbxperm/collector"
	"mbxperm/model"
)

// Stores asks for the mailbox and public stores, with their descriptors, and
// for the copies of them on other servers.
var Stores = collector.Search{
	Purpose:    "exchange",
	Base:       exchangeBase,
	Scope:      collector.ScopeSub,
	Filter:     filterCopies,
	Attributes: exchangeAttributes,
	Weight:     8,
	About:      aboutExchange,
}

// StoreLinks asks for what the stores say they hold: long lists, wanted at the
// end only. A server names the mailboxes of the domains that it holds, a global
// catalog those of all.
var StoreLinks = collector.Search{
	Purpose:    "store-links",
	Base:       exchangeBase,
	Scope:      collector.ScopeSub,
	Filter:     filterStores,
	Attributes: []string{attrObjectClass, attrStored},
	Weight:     12,
}

const (
	filterStores = "(|(objectClass=msExchPrivateMDB)(objectClass=msExchPublicMDB))"
	filterCopies = "(|(objectClass=msExchPrivateMDB)(objectClass=msExchPublicMDB)(objectClass=msExchMDBCopy))"
)

// store is a mailbox or public store (a database, since 2010).
var store = kind{
	classes:  []class{{"msexchprivatemdb", model.ClassStore}, {"msexchpublicmdb", model.ClassPublic}},
	searches: []collector.Search{Stores, StoreLinks},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		o := d.object(e, set)
		o.Server = e.Text("msExchOwningServer")
		o.StoredPartial = d.linkedNames(e, attrStored, &o.Stored, &o.StoredState)
		d.put(e, o)
	},
}

// storeCopy is a copy of a store on a server, the child of the store (since
// 2010): of it the server counts alone.
var storeCopy = kind{
	classes: []class{{"msexchmdbcopy", model.ClassStoreCopy}},
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		o := d.object(e, set)
		o.Server = e.Text("msExchHostServerLink")
		d.put(e, o)
	},
}
