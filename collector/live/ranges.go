package live

import (
	"context"
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

// parseSpan takes "member;range=0-1499" apart. It returns false for an attribute
// without the option. One that cannot be made out says that something is missing,
// and not what.
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

// complete reads the rest of every attribute that came in part, and puts each
// together under its plain name. Where the rest cannot be had, the attribute is
// marked Partial; the error is the first that broke the connection.
func (c *conn) complete(ctx context.Context, e *collector.Entry) error {
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
		if part.to >= 0 {
			err := broken
			if err == nil {
				err = c.rest(ctx, e.DN, part, &full)
			}
			full.Partial = err != nil
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
func (c *conn) rest(ctx context.Context, dn string, part span, full *collector.Attribute) error {
	if part.from != 0 || len(full.Values) != part.to+1 {
		return fmt.Errorf("%s of %s: range %d-%d holds %d values", part.name, dn, part.from, part.to, len(full.Values))
	}
	for part.to >= 0 {
		next := part.to + 1
		e, err := c.base(ctx, dn, []string{fmt.Sprintf("%s;range=%d-*", part.name, next)})
		if err != nil {
			c.spoiled = c.spoiled || c.wire.cause() != nil
			return err
		}
		more, values, ok := findSpan(e, part.name)
		if !ok || more.from != next {
			return fmt.Errorf("%s of %s: no values from %d on", part.name, dn, next)
		}
		if more.to >= 0 && len(values) != more.to-more.from+1 {
			return fmt.Errorf("%s of %s: range %d-%d holds %d values", part.name, dn, more.from, more.to, len(values))
		}
		full.Values = append(full.Values, values...)
		part = more
	}
	return nil
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
