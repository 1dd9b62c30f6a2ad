package decode

import "mbxperm/collector"

// unknown is an object of a class that says nothing to us, or whose class may
// not be read: what it has of a recipient, of a group or of Exchange's
// container is taken all the same.
var unknown = kind{
	fits: func(map[string]bool) bool { return true },
	decode: func(d *decoder, e *collector.Entry, set *classSet) {
		o := d.object(e, set)
		d.recipient(e, o, set.is)
		d.members(e, o)
		d.put(e, o)
		d.wellKnownGroups(e)
	},
}
