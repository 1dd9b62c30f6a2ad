package live

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mbxperm/collector"
)

// span is the range option of an attribute (MS-ADTS 3.1.1.3.1.3.3): the
// positions of the first and the last value that came with it.
type span struct {
	name     string // the attribute without the option
	from, to int    // to is -1 for "*": there is no more; from is -1 where it is not said
}

// parseSpan takes "member;range=0-1499" apart. It returns false for an
// attribute without the option. One that cannot be made out says that something
// is missing, and not what.
func parseSpan(attribute string) (span, bool) {
	name, option, ok := cutOption(attribute)
	if !ok {
		return span{}, false
	}
	unknown := span{name, -1, -1}
	low, high, _ := strings.Cut(option, "-")
	from, err := strconv.Atoi(low)
	if err != nil || from < 0 {
		return unknown, true
	}
	if high == "*" {
		return span{name, from, -1}, true
	}
	to, err := strconv.Atoi(high)
	if err != nil || to < from {
		return unknown, true
	}
	return span{name, from, to}, true
}

// cutOption splits at ";range=". Options are told apart without regard to case
// (RFC 4512 2.5).
func cutOption(attribute string) (name, option string, ok bool) {
	const mark = ";range="
	for i := 0; i+len(mark) <= len(attribute); i++ {
		if attribute[i] == ';' && strings.EqualFold(attribute[i:i+len(mark)], mark) {
			return attribute[:i], attribute[i+len(mark):], true
		}
	}
	return attribute, "", false
}

// hasRanges reports whether an attribute of the entry came in part.
func hasRanges(e *collector.Entry) bool {
	for i := range e.Attributes {
		if name := e.Attributes[i].Name; strings.IndexByte(name, ';') >= 0 {
			if _, ok := parseSpan(name); ok {
				return true
			}
		}
	}
	return false
}

// unfinished is an entry with attributes that came in part.
type unfinished struct {
	*collector.Entry
	key  key
	bare bool // the values of these were left out, and are to be asked for from the first on
}

// strip leaves out the values that came in part.
func (u *unfinished) strip() {
	u.bare = true
	for i := range u.Attributes {
		if _, ok := parseSpan(u.Attributes[i].Name); ok {
			u.Attributes[i].Values = nil
		}
	}
}

// size is about how many bytes an entry takes.
func size(e *collector.Entry) int {
	const header = 24 // of a value
	n := len(e.DN)
	for i := range e.Attributes {
		n += 2*header + len(e.Attributes[i].Name)
		for _, v := range e.Attributes[i].Values {
			n += header + len(v)
		}
	}
	return n
}

// complete reads the rest of every attribute that came in part and was asked
// for, and puts each together under its plain name. Where the rest cannot be
// had, the attribute is marked Partial; those that have more values than are
// read are counted in cut. The error is the first that broke the connection.
func (c *conn) complete(ctx context.Context, e *unfinished, q *collector.Query, cut *tally) error {
	var whole []collector.Attribute
	var broken error
	inParts := make(map[string]bool)
	for _, a := range e.Attributes {
		part, ok := parseSpan(a.Name)
		if !ok {
			continue
		}
		inParts[strings.ToLower(part.name)] = true
		full := collector.Attribute{Name: part.name, Values: a.Values, Partial: part.from != 0}
		if part.to >= 0 || e.bare {
			err := broken
			if err == nil {
				err = c.rest(ctx, e, q, part, &full)
			}
			full.Partial = err != nil
			if errors.As(err, new(*excess)) {
				cut.add(fmt.Sprintf("%s of %s: the server %s", part.name, e.DN, err))
			}
			if c.spoiled {
				broken = err
			}
		}
		whole = append(whole, full)
	}
	// Beside "member;range=0-1499" comes an empty "member".
	for _, a := range e.Attributes {
		if _, ok := parseSpan(a.Name); !ok && !inParts[strings.ToLower(a.Name)] {
			whole = append(whole, a)
		}
	}
	e.Attributes = whole
	return broken
}

// rest reads the values after the part that came, and adds them to full. It
// returns nil only if the last value was seen and nothing between is missing.
func (c *conn) rest(ctx context.Context, e *unfinished, q *collector.Query, part span, full *collector.Attribute) error {
	dn, most := e.DN, c.in.bounds
	switch {
	case !q.Asked(part.name):
		return exceeds("sent a part of it unasked")
	case e.bare:
		part.to = -1
	case part.from != 0 || len(full.Values) != part.to+1:
		return fmt.Errorf("%s of %s: range %d-%d holds %d values", part.name, dn, part.from, part.to, len(full.Values))
	}
	bytes := 0
	for parts := 1; ; parts++ {
		next := part.to + 1
		if parts > most.listParts {
			return exceeds("gave %d values in %d parts, and has more", next, parts-1)
		}
		answer, err := c.base(ctx, dn, []string{fmt.Sprintf("%s;range=%d-*", part.name, next)})
		if err != nil {
			c.spoiled = c.spoiled || c.wire.cause() != nil
			return err
		}
		more, values, ok := findSpan(answer, part.name)
		if !ok || more.from != next {
			return fmt.Errorf("%s of %s: no values from %d on", part.name, dn, next)
		}
		if more.to >= 0 && len(values) != more.to-more.from+1 {
			return fmt.Errorf("%s of %s: range %d-%d holds %d values", part.name, dn, more.from, more.to, len(values))
		}
		full.Values = append(full.Values, values...)
		if bytes += size(answer); bytes > most.listBytes || len(full.Values) > most.listValues {
			return exceeds("gave %d values in %d parts, and has more", len(full.Values), parts)
		}
		if part = more; part.to < 0 {
			return nil
		}
	}
}

// findSpan returns the part of the attribute that came.
func findSpan(e *collector.Entry, name string) (span, [][]byte, bool) {
	for _, a := range e.Attributes {
		if part, ok := parseSpan(a.Name); ok && strings.EqualFold(part.name, name) {
			return part, a.Values, true
		}
	}
	return span{}, nil, false
}
