package change

import (
	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/internal/pool"
	"mbxperm/model/rbac"
)

// attribute is one attribute of links as both states show it.
type attribute struct {
	names [2][]pool.DN
	refs  [2][]grant.Ref
}

// hasLinks reports whether the links of an object count: it is a recipient, or a
// group that has roles, whose managers may change who is in it.
func (c *comparer) hasLinks(p pair) bool {
	for i, s := range c.state {
		if o := c.object(p, i); o != nil && (o.Recipient != model.NoRecipient || o.Class == model.ClassGroup && rbac.Of(s).IsAssignee(o.DN)) {
			return true
		}
	}
	return false
}

// linked compares the values of an object's links, each attribute for itself.
func (c *comparer) linked(p pair) {
	if !c.hasLinks(p) {
		return
	}
	var all map[pool.Right]*attribute
	var order []pool.Right
	for i, s := range c.state {
		o := c.object(p, i)
		if o == nil {
			continue
		}
		for _, k := range grant.LinksOn(o) {
			k.EachValue(s, p[i], func(ref grant.Ref, who pool.DN) {
				a := all[ref.Right]
				if a == nil {
					if all == nil {
						all = map[pool.Right]*attribute{}
					}
					a = &attribute{}
					all[ref.Right], order = a, append(order, ref.Right)
				}
				a.names[i], a.refs[i] = append(a.names[i], who), append(a.refs[i], ref)
			})
		}
	}
	for _, right := range order {
		a := all[right]
		c.links(a.names, func(i, pos int) {
			ref := a.refs[i][pos]
			other := c.linkSide(p, 1-i, ref)
			x := Diff{Obj: p, Grant: ref.Kind(), Kind: Delegate, Event: c.judge(p, i, other)}
			x.Ref[i] = ref
			if x.Event == EventUnsure {
				x.why[1-i] = other.why
			}
			c.add(x)
		})
	}
}

// linkSide says how far a state shows the attribute of a value of the other one.
func (c *comparer) linkSide(p pair, i int, ref grant.Ref) side {
	o := c.object(p, i)
	if o == nil {
		return side{presence: notFound, why: c.missing(p, i)}
	}
	switch state, partial := ref.LinkState(c.state[i], o); {
	case partial:
		return side{presence: damaged, why: gapPartial}
	case state == model.Present:
		return side{}
	case state == model.NotAsked && o.HasMailbox() && ref.Right != pool.RightOnBehalf:
		return side{} // mailboxes have no such rows
	case state == model.NotAsked:
		return side{presence: unread, why: gapNotAsked}
	case ref.NoLink(c.cover[i], c.state[i], o):
		return side{}
	}
	return side{presence: unread, why: gapUnknown}
}
