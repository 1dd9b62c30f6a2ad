package decode

import (
	"strings"
	"time"

	"mbxperm/collector"
	"mbxperm/model"
)

// identity are the attributes that tell who an object is. Every search for
// principals asks for them.
var identity = []string{
	attrObjectClass, attrObjectGUID, attrObjectSID, attrSIDHistory, attrAccountName, attrCN,
	attrDisplayName, AttrUPN, attrUAC, "primaryGroupID", "adminCount", "isDeleted",
}

// object begins an object with what all kinds have in common: identity and
// descriptor. It is in hand until the next entry comes.
func (d *decoder) object(e *collector.Entry, set *classSet) *model.Object {
	o := &d.inHand
	*o = model.Object{Members: o.Members[:0], Delegates: o.Delegates[:0], SIDHistory: o.SIDHistory[:0], Stored: o.Stored[:0]}
	o.DN, o.Class, o.SID = e.DN, set.class, d.sid(e, attrObjectSID, e.Value(attrObjectSID))
	o.Account, o.Display = e.Text(attrAccountName), e.Text(attrDisplayName)
	o.AdminCount = e.Text("adminCount") == "1"
	o.Catalog = d.now != nil && d.now.Catalog()
	tombstone(e, o)
	if g, err := guidOf(e.Value(attrObjectGUID)); err == nil {
		o.GUID = g
	}
	for _, v := range e.Values(attrSIDHistory) {
		if s := d.sid(e, attrSIDHistory, v); !s.IsZero() {
			o.SIDHistory = append(o.SIDHistory, s)
		}
	}
	o.UAC = number(e.Text(attrUAC))
	o.PrimaryGroup = number(e.Text("primaryGroupID"))
	d.value(e, attrSecurity, &o.Security, &o.SecurityState)
	return o
}

// tombstone takes what a deleted object says about its end ([MS-ADTS]
// 3.1.1.5.5).
func tombstone(e *collector.Entry, o *model.Object) {
	if o.Deleted = strings.EqualFold(e.Text("isDeleted"), "TRUE"); !o.Deleted {
		return
	}
	o.LastParent = e.Text("lastKnownParent")
	// Generalized time (RFC 4517 3.3.13), as AD writes it.
	if when, err := time.Parse("20060102150405.0Z", e.Text("whenChanged")); err == nil {
		o.Changed = when
	}
}

// put hands the object over. Whatever its class, what lies in Exchange's
// configuration and is neither store nor recipient is administration: a class
// may be unknown to us, or not readable.
func (d *decoder) put(e *collector.Entry, o *model.Object) {
	store := o.Class == model.ClassStore || o.Class == model.ClassPublic || o.Class == model.ClassStoreCopy
	o.Above = o.Recipient == model.NoRecipient && !store && administration(e.DN)
	if store || o.Above {
		o.Display = "" // only a file says it: Exchange's configuration goes by its cn
	}
	if !d.w.Put(o) {
		d.leftOut(e)
		return
	}
	d.stamps(e)
}
