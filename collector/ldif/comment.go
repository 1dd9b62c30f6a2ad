package ldif

import (
	"mbxperm/collector"
)

// comment reads a line of a recording between records.
func (p *parser) comment(text string) error {
	c, err := parseComment(text)
	if err == nil {
		if p.done {
			return p.bad("there is something after the end of the recording")
		}
		err = p.event(&c)
	}
	if err == nil || err == errChecked {
		return err
	}
	return p.bad("%w", err)
}

func (p *parser) event(c *comment) (err error) {
	switch c.name {
	case "begin":
		ev := p.b.add(kindBegin)
		ev.query, err = c.query()
		p.query = ev.query.ID
		p.searches++
	case "expect":
		ev := p.b.add(kindExpect)
		n, bad := c.number("n")
		if ev.n = int(n); bad != nil {
			return bad
		}
		ev.entry.Query, err = c.id()
	case "query":
		p.query, err = c.id()
	case "end":
		ev := p.b.add(kindEnd)
		ev.err = c.outcome()
		ev.entry.Query, err = c.id()
	case "missed":
		ev := p.b.add(kindMissed)
		ev.sid, err = c.sid()
		p.missed++
	case "read":
		p.b.add(kindRead).err = c.outcome()
	case "lookup":
		p.b.add(kindLookup).err = c.outcome()
	case "check":
		return p.check(c)
	case "done":
		if err := p.check(c); err != errChecked {
			return err
		}
		p.done = true
		return p.counts(c)
	case "warning", "recording":
		return nil // the head was read when the file was opened
	default:
		return p.bad("unknown event %q", clip([]byte(c.name)))
	}
	return err
}

// check compares the sum so far. Until it agrees nobody sees the events.
func (p *parser) check(c *comment) error {
	bytes, sum := p.in.before()
	n, err := c.number("bytes")
	switch {
	case err != nil:
		return err
	case n != bytes || c.bare("sha256") != sum:
		return errSum
	}
	p.checked, p.kept = p.in.number, p.entries
	return errChecked
}

func (p *parser) counts(c *comment) error {
	for _, have := range []struct {
		key string
		n   int
	}{{"entries", p.entries}, {"searches", p.searches}, {"missed", p.missed}} {
		n, err := c.number(have.key)
		if err != nil {
			return err
		}
		if n != int64(have.n) {
			return p.bad("the recording says %d %s and holds %d", n, have.key, have.n)
		}
	}
	return errChecked
}

// inside reads a line of a recording within a record: it spells out what the
// lines of LDIF cannot say.
func (p *parser) inside(e *collector.Entry, text string) error {
	c, err := parseComment(text)
	if err != nil {
		return p.bad("%w", err)
	}
	switch c.name {
	case "attribute":
		if err := p.hold(e, len(text)+perAttribute); err != nil {
			return err
		}
		p.spelled = &name{text: c.text("name")}
		p.attr = attribute(e, p.spelled.text)
		p.attr.Partial = c.has("partial")
	case "value":
		if p.attr == nil {
			return p.bad("a value of no attribute")
		}
		var value []byte
		if c.has("text") {
			value = append([]byte{}, c.text("text")...)
		}
		if err := p.hold(e, len(value)+perValue); err != nil {
			return err
		}
		p.attr.Values = append(p.attr.Values, value)
	default:
		return p.bad("unknown event %q inside a record", clip([]byte(c.name)))
	}
	return nil
}
