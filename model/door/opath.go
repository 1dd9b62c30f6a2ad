package door

import (
	"fmt"
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/coverage"
)

// Filter is a UserRecipientFilter: OPATH over nine kinds of attributes with -eq,
// -ne, -like, -notlike, -and, -or, -not and $null.
type Filter struct {
	op          string // and, or, not, eq, ne, like, notlike
	left, right *Filter
	attribute   string
	value       string
	null        bool
}

// filterAttributes are the attributes that such a filter may name, in lower case,
// and their names in the directory.
var filterAttributes = func() map[string]string {
	m := map[string]string{"city": "l", "company": "company", "countryorregion": "co", "department": "department", "office": "physicalDeliveryOfficeName",
		"postalcode": "postalCode", "stateorprovince": "st", "streetaddress": "streetAddress"}
	for i := range 15 {
		m[fmt.Sprintf("customattribute%d", i+1)] = fmt.Sprintf("extensionAttribute%d", i+1)
	}
	return m
}()

// TraitReader answers for the attributes of an account, by the names that a filter
// has for them: read is false for what did not come and is not shown to be absent.
func TraitReader(s *model.Snapshot, id model.ObjectID) func(name string) (value string, read bool) {
	all, reads := s.TraitsOf(id), coverage.NewReadability(s)
	return func(name string) (string, bool) {
		attribute, _ := FilterAttribute(name)
		i := slices.Index(model.TraitAttributes[:], attribute)
		if i < 0 || id == 0 {
			return "", false
		}
		t := all[i]
		if attribute == "co" && t.State == model.Present {
			// Exchange has three attributes for it, a name and two codes; which of them
			// a rule is held against is in no public document.
			return "", false
		}
		return string(t.Text), t.State == model.Present || reads.Absent(s.Record(id), model.DoorValue{Attribute: attribute, State: t.State})
	}
}

// FilterAttribute returns the attribute of the directory that a name in a filter
// stands for.
func FilterAttribute(name string) (string, bool) {
	a, ok := filterAttributes[strings.ToLower(name)]
	return a, ok
}

// The bounds of a filter.
const (
	longestFilter = 1 << 14
	deepestFilter = 64
)

// ParseFilter reads a filter. An error says that it holds anything else, whose
// outcome then stays open.
func ParseFilter(text string) (*Filter, error) {
	if len(text) > longestFilter {
		return nil, errFilter("the filter is too long")
	}
	p := &filterParser{}
	if err := p.scan(text); err != nil {
		return nil, err
	}
	f, err := p.or(0)
	if err == nil && p.at < len(p.tokens) {
		err = errFilter("there is more behind the filter: %q", p.tokens[p.at].text)
	}
	return f, err
}

type filterToken struct {
	text   string
	quoted bool
}

type filterParser struct {
	tokens []filterToken
	at     int
}

func (p *filterParser) scan(text string) error {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			i++
		case strings.IndexByte("(){}", c) >= 0:
			p.tokens = append(p.tokens, filterToken{text: strings.NewReplacer("{", "(", "}", ")").Replace(string(c))})
			i++
		case c == '\'' || c == '"':
			value, n, ok := quotedValue(text[i:], c)
			if !ok {
				return errFilter("a quote is not closed")
			}
			p.tokens = append(p.tokens, filterToken{text: value, quoted: true})
			i += n
		default:
			n := strings.IndexAny(text[i:], " \t\r\n(){}'\"")
			if n < 0 {
				n = len(text) - i
			}
			p.tokens = append(p.tokens, filterToken{text: text[i : i+n]})
			i += n
		}
	}
	return nil
}

// quotedValue reads a value in quotes, where two quotes stand for one.
func quotedValue(text string, quote byte) (value string, n int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		if text[i] != quote {
			b.WriteByte(text[i])
			continue
		}
		if i+1 < len(text) && text[i+1] == quote {
			b.WriteByte(quote)
			i++
			continue
		}
		return b.String(), i + 1, true
	}
	return "", 0, false
}

func (p *filterParser) next() (filterToken, bool) {
	if p.at >= len(p.tokens) {
		return filterToken{}, false
	}
	p.at++
	return p.tokens[p.at-1], true
}

func (p *filterParser) is(text string) bool {
	if p.at < len(p.tokens) && !p.tokens[p.at].quoted && strings.EqualFold(p.tokens[p.at].text, text) {
		p.at++
		return true
	}
	return false
}

// or, and and one read by rank: -not binds more than -and, and that more than -or.
func (p *filterParser) or(depth int) (*Filter, error) {
	left, err := p.and(depth)
	for err == nil && p.is("-or") {
		var right *Filter
		right, err = p.and(depth)
		left = &Filter{op: "or", left: left, right: right}
	}
	return left, err
}

func (p *filterParser) and(depth int) (*Filter, error) {
	left, err := p.one(depth)
	for err == nil && p.is("-and") {
		var right *Filter
		right, err = p.one(depth)
		left = &Filter{op: "and", left: left, right: right}
	}
	return left, err
}

func (p *filterParser) one(depth int) (*Filter, error) {
	if depth > deepestFilter {
		return nil, errFilter("the filter is too deep")
	}
	if p.is("-not") || p.is("!") {
		f, err := p.one(depth + 1)
		return &Filter{op: "not", left: f}, err
	}
	if p.is("(") {
		f, err := p.or(depth + 1)
		if err == nil && !p.is(")") {
			err = errFilter("a bracket is not closed")
		}
		return f, err
	}
	name, ok := p.next()
	if !ok || name.quoted {
		return nil, errFilter("an attribute is missing")
	}
	if _, known := FilterAttribute(name.text); !known {
		return nil, errFilter("%q is no attribute that a filter may name", name.text)
	}
	op, _ := p.next()
	value, ok := p.next()
	f := &Filter{op: strings.TrimPrefix(strings.ToLower(op.text), "-"), attribute: name.text, value: value.text}
	switch {
	case op.quoted || !strings.HasPrefix(op.text, "-") || f.op != "eq" && f.op != "ne" && f.op != "like" && f.op != "notlike":
		return nil, errFilter("%q is no comparison of a filter", op.text)
	case !ok || !value.quoted && (value.text == "(" || value.text == ")"):
		return nil, errFilter("a value is missing")
	case !value.quoted && strings.HasPrefix(value.text, "$"):
		if !strings.EqualFold(value.text, "$null") || f.op == "like" || f.op == "notlike" {
			return nil, errFilter("%q is no value of a filter", value.text)
		}
		f.null = true
	}
	return f, nil
}

// holds evaluates the filter; an attribute that was not read leaves it open.
func (f *Filter) holds(attribute func(string) (string, bool)) Truth {
	switch f.op {
	case "and":
		return min(f.left.holds(attribute), f.right.holds(attribute))
	case "or":
		return max(f.left.holds(attribute), f.right.holds(attribute))
	case "not":
		return f.left.holds(attribute).not()
	}
	value, read := attribute(f.attribute)
	if !read {
		return Maybe
	}
	var is bool
	switch {
	case f.null:
		is = value == ""
	case f.op == "like" || f.op == "notlike":
		is = Wildcard(f.value, value)
	default:
		is = strings.EqualFold(f.value, value)
	}
	return truth(is == (f.op == "eq" || f.op == "like"))
}
