package adexplorer

import (
	"fmt"
	"strings"

	"mbxperm/model/dn"
)

// filter is one of the filters of package decode, which are the only ones there
// are: and, or, not, presence and equality of texts (RFC 4515 3).
type filter struct {
	op     byte // & | ! * =
	parts  []filter
	slot   int
	values []string // of =: any of them
}

// compiler makes filters for one snapshot.
type compiler struct {
	slot       func(name string) int
	categories map[string]string // DNs of classes by their names
	text       string
}

// compile makes a filter of its text.
func (c *compiler) compile(text string) (filter, error) {
	c.text = text
	f, err := c.next()
	if err == nil && c.text != "" {
		err = errFilter
	}
	if err != nil {
		return filter{}, fmt.Errorf("%w: %s", err, text)
	}
	return f, nil
}

var errFilter = fmt.Errorf("a filter that snapshots do not answer")

func (c *compiler) next() (f filter, err error) {
	if !strings.HasPrefix(c.text, "(") || len(c.text) < 2 {
		return f, errFilter
	}
	if op := c.text[1]; strings.IndexByte("&|!", op) >= 0 {
		f.op, c.text = op, c.text[2:]
		for strings.HasPrefix(c.text, "(") {
			part, err := c.next()
			if err != nil {
				return f, err
			}
			f.parts = append(f.parts, part)
		}
		if !strings.HasPrefix(c.text, ")") || op == '!' && len(f.parts) != 1 {
			return f, errFilter
		}
		c.text = c.text[1:]
		return f, nil
	}
	test, rest, found := strings.Cut(c.text[1:], ")")
	name, value, equals := strings.Cut(test, "=")
	if !found || !equals || name == "" || strings.ContainsAny(name, "<>~:") || strings.ContainsAny(value, `\(`) {
		return f, errFilter
	}
	c.text = rest
	f.slot = c.slot(name)
	switch {
	case value == "*":
		f.op = '*'
	case strings.Contains(value, "*"):
		return f, errFilter
	case strings.EqualFold(name, attrCategory): // a class stands for its DN ([MS-ADTS] 3.1.1.3.1.3.5)
		f.op, f.values = '=', []string{value}
		if dn, ok := c.categories[strings.ToLower(value)]; ok {
			f.values = append(f.values, dn)
		}
	default:
		f.op, f.values = '=', []string{value}
	}
	return f, nil
}

// match reports whether an object is one that the filter asks for.
func (f *filter) match(o *object) (bool, error) {
	switch f.op {
	case '*':
		return o.has(f.slot), nil
	case '!':
		ok, err := f.parts[0].match(o)
		return !ok, err
	case '=':
		have, err := o.values(f.slot)
		if err != nil {
			return false, err
		}
		for _, v := range have {
			for _, want := range f.values {
				if dn.EqualFold(v, want) {
					return true, nil
				}
			}
		}
		return false, nil
	}
	for i := range f.parts {
		ok, err := f.parts[i].match(o)
		if err != nil || ok == (f.op == '|') {
			return ok, err
		}
	}
	return f.op == '&', nil
}
