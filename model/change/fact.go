package change

import (
	"cmp"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/view"
)

// What the directory says of doors is compared too: settings of POP3 and IMAP4, of
// receive connectors and of the organisation, client access rules, and which
// protocols a mailbox may use.

// fact is one thing that a door says, in both states.
type fact struct {
	title string // of the door
	name  string // of the setting
	line  string // of its line in the grid of its object type; empty where it has none
	typ   *view.ObjectType
	text  [2]string
}

// said is what a door says in one state.
type said struct {
	obj     model.ObjectID
	title   string
	line    string
	names   []string // in the order in which they are shown
	values  map[string]string
	partial bool // some of it was not read
}

func (d *said) put(name, value string) {
	if _, there := d.values[name]; !there {
		d.names = append(d.names, name)
	}
	d.values[name] = value
}

// isFact reports whether a change is one of what the directory says of doors.
func (x *Diff) isFact() bool { return x.Kind == Setting || x.Kind == Rule || x.Kind == Protocol }

// facts lists what doors say otherwise than before.
func (c *comparer) facts() {
	for _, of := range []struct {
		kind  Kind
		typ   *view.ObjectType
		doors func(*model.Snapshot) (all []said, seen bool)
	}{
		{Setting, view.ProtocolSettings, serviceFacts}, {Setting, view.Connectors, connectorFacts}, {Setting, nil, organisationFacts}, {Rule, view.AccessRules, ruleFacts},
	} {
		var lists [2][]said
		var seen [2]bool
		for i, s := range c.state {
			lists[i], seen[i] = of.doors(s)
		}
		for i := range lists {
			for n := range lists[i] {
				d := &lists[i][n]
				p, other := pair{}, (*said)(nil)
				p[i], p[1-i] = d.obj, c.other[i][d.obj]
				if k := slices.IndexFunc(lists[1-i], func(x said) bool { return x.obj == p[1-i] }); k >= 0 && p[1-i] != 0 {
					other = &lists[1-i][k]
				}
				switch {
				case other == nil:
					c.alone(of.kind, of.typ, p, i, d, seen[1-i])
				case i == Before:
					c.differs(of.kind, of.typ, p, d, other)
				}
			}
		}
	}
	c.protocols()
}

// alone is a door that one state has.
func (c *comparer) alone(kind Kind, typ *view.ObjectType, p pair, state int, d *said, seen bool) {
	x := Diff{Kind: kind, Obj: p, Event: EventAdded}
	if state == Before {
		x.Event = EventRemoved
	}
	if !seen {
		x.Event, x.why[1-state] = EventUnsure, gapNoDoors
	}
	f := fact{title: d.title, line: d.line, typ: typ, name: "whole"}
	f.text[state] = "there"
	c.fact(x, f)
}

// differs lists what two states of a door say otherwise.
func (c *comparer) differs(kind Kind, typ *view.ObjectType, p pair, old, new *said) {
	x := Diff{Kind: kind, Obj: p, Event: eventChanged}
	for _, name := range new.names {
		before, there := old.values[name]
		if now := new.values[name]; there && before != now {
			c.fact(x, fact{title: new.title, line: new.line, typ: typ, name: name, text: [2]string{before, now}})
		}
	}
	if old.partial != new.partial { // and what only one of them has read may have changed
		i := Before
		if new.partial {
			i = After
		}
		x.Event, x.why[i] = EventUnsure, gapPartialDoor
		c.fact(x, fact{title: new.title, line: new.line, typ: typ, name: "others"})
	}
}

func (c *comparer) fact(x Diff, f fact) {
	c.out.facts = append(c.out.facts, f)
	x.fact = int32(len(c.out.facts))
	c.add(x)
}

// serviceFacts are the settings of POP3 and IMAP4. When one changes, WhenChanged
// does too, and says nothing more.
func serviceFacts(s *model.Snapshot) (out []said, seen bool) {
	for _, p := range door.AllSettings(s) {
		dn := p.Get("DistinguishedName").Value
		d := said{obj: p.Obj, title: strings.TrimSpace(p.ServerName() + " " + view.ProtocolName(p.Protocol)), line: "service:" + strings.ToLower(dn), values: map[string]string{}}
		for _, v := range p.List {
			switch {
			case v.Unknown:
				d.partial = true
			case v.Name != "WhenChanged":
				d.put(v.Name, v.Value)
			}
		}
		out = append(out, d)
	}
	return out, len(out) > 0
}

// connectorFacts are the settings of receive connectors. Their entries are compared
// as entries.
func connectorFacts(s *model.Snapshot) (out []said, seen bool) {
	for _, c := range door.Connectors(s) {
		d := said{obj: c.Obj, title: c.LogName(), values: map[string]string{}}
		for _, v := range view.ConnectorSettings(s, c) {
			d.put(v.Name, v.Text)
		}
		out = append(out, d)
	}
	return out, len(out) > 0
}

// organisationFacts hold where a mailbox says nothing.
func organisationFacts(s *model.Snapshot) (out []said, seen bool) {
	for i := range s.Doors.Len() {
		o := s.Doors.At(i)
		if o.Kind != model.DoorOrganisation {
			continue
		}
		d := said{obj: o.Obj, title: s.CN(s.Record(o.Obj).DN), values: map[string]string{}}
		for _, v := range o.Values {
			if v.State == model.Present {
				d.put(v.Name, strings.Join(v.Texts, ", "))
			} else {
				d.partial = d.partial || v.State == model.NotAsked
			}
		}
		out = append(out, d)
	}
	return out, len(out) > 0
}

// ruleFacts are the client access rules, with their rank: it decides which of them
// is asked first.
func ruleFacts(s *model.Snapshot) (out []said, seen bool) {
	all, seen := door.Rules(s)
	for _, r := range all {
		dn := s.DNText(s.Record(r.Obj).DN)
		d := said{obj: r.Obj, title: r.Name, line: "rule:" + strings.ToLower(dn), values: map[string]string{}}
		for _, v := range view.RuleSettings(r) {
			d.put(v.Name, v.Text)
		}
		d.partial = r.Problem != ""
		out = append(out, d)
	}
	return out, seen
}

// protocols lists the protocols that a mailbox may use now and could not before, or
// the other way round. Most mailboxes say what they said, and many say the same.
func (c *comparer) protocols() {
	if c.state[Before].Accesses.Len() == 0 || c.state[After].Accesses.Len() == 0 {
		return
	}
	readers := [2]*door.AccessReader{door.NewAccessReader(c.state[Before]), door.NewAccessReader(c.state[After])}
	same := map[[2]uint32]bool{}
	c.each(func(p pair) {
		if p[Before] == 0 || p[After] == 0 || !c.object(p, After).HasMailbox() {
			return
		}
		k := [2]uint32{c.state[Before].AccessNumber(p[Before]), c.state[After].AccessNumber(p[After])}
		if k[Before] == 0 || k[After] == 0 {
			return
		}
		is, known := same[k]
		if !known {
			is = slices.EqualFunc(*c.state[Before].Accesses.At(k[Before]), *c.state[After].Accesses.At(k[After]), sameValue)
			same[k] = is
		}
		if is {
			return
		}
		old, now := readers[Before].States(p[Before]), readers[After].States(p[After])
		var unsure [2][]string // those that one of the states alone does not know
		for by := range door.Clients {
			switch a, b := old.Of(by), now.Of(by); {
			case a == b:
			case a == door.AccessUnknown:
				unsure[Before] = append(unsure[Before], by.String())
			case b == door.AccessUnknown:
				unsure[After] = append(unsure[After], by.String())
			default:
				c.protocol(p, Diff{Kind: Protocol, Obj: p, Event: eventChanged}, by.String(), a, b)
			}
		}
		for i, names := range unsure {
			if len(names) > 0 {
				x := Diff{Kind: Protocol, Obj: p, Event: EventUnsure}
				x.why[i] = gapPartialDoor
				c.protocol(p, x, strings.Join(names, ", "), "", "")
			}
		}
	})
}

// sameValue compares two values without regard to an order that LDAP does not keep.
func sameValue(a, b model.DoorValue) bool {
	if a.Name != b.Name || a.State != b.State || len(a.Texts) != len(b.Texts) {
		return false
	}
	for _, t := range a.Texts {
		if !slices.Contains(b.Texts, t) {
			return false
		}
	}
	return true
}

func (c *comparer) protocol(p pair, x Diff, name, old, now string) {
	c.fact(x, fact{name: name, typ: view.ClientAccess, line: view.MailboxLine(c.state[After], p[After]), text: [2]string{old, now}})
}

// factChange fills in a change of what the directory says of a door.
func (c *Comparison) factChange(x *Diff, out *Change) {
	f := &c.facts[x.fact-1]
	out.Right = f.name
	if f.typ != nil {
		out.ObjectType = f.typ.Flag
	}
	texts := [2]*model.Phrase{&out.Old, &out.New}
	for i, id := range x.Obj {
		if id != 0 {
			s := c.State(i)
			o := s.Record(id)
			out.Target, out.TargetGUID, out.TargetType = s.TargetPrincipal(o), o.GUID, s.TypeName(o)
		}
		switch {
		case x.why[i] != 0:
			*texts[i] = model.Said(gapTexts[x.why[i]])
		case x.Kind == Protocol || f.name == "whole":
			*texts[i] = model.Said(f.text[i])
		default:
			*texts[i] = model.Phrase{{Is: model.PartAny, Text: cmp.Or(f.text[i], "none")}}
		}
	}
	if f.title != "" {
		out.Target.Name = f.title
	}
}

// factLine is the line of such a change in NEW; zero where there is none.
func (c *Comparison) factLine(x *Diff) view.LineKey {
	f := &c.facts[x.fact-1]
	switch {
	case x.Obj[After] == 0 || f.typ == nil:
		return view.LineKey{}
	case f.line == "":
		return view.LineOf(c.New, x.Obj[After])
	}
	key, _ := view.DoorLine(c.New, f.typ, f.line)
	return key
}
