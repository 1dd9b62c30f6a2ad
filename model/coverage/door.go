package coverage

import (
	"mbxperm/acl"
	"mbxperm/model"
)

// doorsSearch is the search for what the organisation says of its doors.
const doorsSearch = "doors"

// doors counts what was found of settings, rules and accepted domains. Each is
// what its attributes say; which of these did not come shows on its page.
func (c *Readability) doors(out []Line) {
	lines := map[model.DoorKind]*Line{
		model.DoorPOP3: &out[coverSettings], model.DoorIMAP4: &out[coverSettings], model.DoorRule: &out[coverRule], model.DoorDomain: &out[coverDomain],
	}
	for i := range c.s.Doors.Len() {
		d := c.s.Doors.At(i)
		line := lines[d.Kind]
		if line == nil {
			continue
		}
		line.Found++
		if d.Kind == model.DoorRule && d.Values.Text("Xml") == "" { // which every rule has
			line.Unreadable++
		} else {
			line.Decoded++
		}
	}
}

// access counts what mailboxes say of their protocols: that an absent value
// means all of them is so only where it could have been seen. Where nobody asked
// any mailbox, as in a recording from before this question, there is nothing to
// count.
func (c *Readability) access(line *Line, id model.ObjectID, o *model.Record) {
	if c.s.Accesses.Len() == 0 {
		return
	}
	line.Found++
	switch v := c.s.AccessOf(id).Find("protocolSettings"); {
	case v.State == model.Present:
		line.Decoded++
	case c.Absent(o, v):
		line.Absent++
	default:
		c.unknown(line, o, v.State, c.attribute(v.Attribute))
	}
}

// Absent reports that a setting of an object has no value, as far as that can be
// shown.
func (c *Readability) Absent(o *model.Record, v model.DoorValue) bool {
	attr := c.attribute(v.Attribute)
	return v.State == model.Missing && !attr.IsZero() && c.MayRead(o, attr, acl.GUID{})
}
