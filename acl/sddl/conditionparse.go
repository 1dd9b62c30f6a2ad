package sddl

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"

	"mbxperm/acl"
)

// parseCondition turns the text of a conditional expression, parentheses
// included, into the data of a callback ACE ([MS-DTYP] 2.5.1.1, cond-expr;
// 2.4.4.17). domain gives a meaning to SID(DA).
func parseCondition(s string, domain acl.SID) ([]byte, error) {
	p := conditionParser{rest: s, sids: reader{domain: domain}, out: []byte(conditionSignature)}
	if err := p.factor(0); err != nil {
		return nil, err
	}
	if p.space(); p.rest != "" {
		return nil, fmt.Errorf("condition: %q after the end", clip(p.rest))
	}
	for len(p.out)%4 != 0 {
		p.out = append(p.out, tokenPadding)
	}
	return p.out, nil
}

type conditionParser struct {
	rest string
	sids reader
	out  []byte
}

func (p *conditionParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// take consumes the given text if it comes next.
func (p *conditionParser) take(s string) bool {
	p.space()
	if !strings.HasPrefix(p.rest, s) {
		return false
	}
	p.rest = p.rest[len(s):]
	return true
}

// or reads terms joined by ||, and by && inside those; what is read first is
// applied first.
func (p *conditionParser) or(depth int) error { return p.chain("||", tokenOr, depth, p.and) }

func (p *conditionParser) and(depth int) error { return p.chain("&&", tokenAnd, depth, p.factor) }

func (p *conditionParser) chain(operator string, token byte, depth int, part func(int) error) error {
	if err := part(depth); err != nil {
		return err
	}
	for p.take(operator) {
		if err := part(depth); err != nil {
			return err
		}
		p.out = append(p.out, token)
	}
	return nil
}

// factor reads an expression in parentheses, a negation, or an operator with
// its operands.
func (p *conditionParser) factor(depth int) error {
	if depth > 4*maxConditionDepth { // a level of the expression can take several pairs of parentheses
		return errors.New("condition: nested too deep")
	}
	if p.take("(") {
		if err := p.or(depth + 1); err != nil {
			return err
		}
		if !p.take(")") {
			return fmt.Errorf("condition: want ) before %q", clip(p.rest))
		}
		return nil
	}
	if strings.HasPrefix(p.rest, "!") && !strings.HasPrefix(p.rest, "!=") {
		p.rest = p.rest[1:]
		err := p.factor(depth + 1)
		p.out = append(p.out, tokenNot)
		return err
	}
	if token, ok := p.operator(conditionUnary); ok {
		err := p.operand(depth)
		p.out = append(p.out, token)
		return err
	}
	if err := p.operand(depth); err != nil {
		return err
	}
	if token, ok := p.operator(conditionBinary); ok {
		err := p.operand(depth)
		p.out = append(p.out, token)
		return err
	}
	return nil
}

// operator takes the longest operator of the table that comes next. A word must
// end there: "Containsx" is an attribute.
func (p *conditionParser) operator(table map[byte]string) (byte, bool) {
	p.space()
	var found byte
	length := 0
	for token, name := range table {
		if len(name) <= length || len(p.rest) < len(name) || !strings.EqualFold(p.rest[:len(name)], name) {
			continue
		}
		if isAttributeChar(name[0]) && len(p.rest) > len(name) && (isAttributeChar(p.rest[len(name)]) || p.rest[len(name)] == '%') {
			continue
		}
		found, length = token, len(name)
	}
	p.rest = p.rest[length:]
	return found, length > 0
}

// operand reads a literal or an attribute.
func (p *conditionParser) operand(depth int) error {
	p.space()
	switch {
	case p.rest == "":
		return errors.New("condition: an operand is missing")
	case p.rest[0] == '"':
		return p.quoted()
	case p.rest[0] == '#':
		return p.octets()
	case p.rest[0] == '{':
		return p.composite(depth)
	case len(p.rest) > 4 && strings.EqualFold(p.rest[:4], "SID("):
		return p.sid()
	case p.rest[0] == '+' || p.rest[0] == '-' || p.rest[0] >= '0' && p.rest[0] <= '9':
		return p.integer()
	}
	return p.attribute()
}

// value appends a token with a length before its bytes.
func (p *conditionParser) value(token byte, b []byte) {
	p.out = append(p.out, token)
	p.out = binary.LittleEndian.AppendUint32(p.out, uint32(len(b)))
	p.out = append(p.out, b...)
}

func (p *conditionParser) quoted() error {
	text, rest, ok := strings.Cut(p.rest[1:], `"`)
	if !ok {
		return errors.New("condition: no closing quotation mark")
	}
	p.rest = rest
	p.value(tokenString, utf16Bytes(text))
	return nil
}

func utf16Bytes(s string) (out []byte) {
	for _, c := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, c)
	}
	return out
}

func (p *conditionParser) octets() error {
	n := 1
	for n < len(p.rest) && isAttributeChar(p.rest[n]) {
		n++
	}
	b, err := hex.DecodeString(p.rest[1:n])
	if err != nil {
		return fmt.Errorf("condition: %q: not hexadecimal", clip(p.rest[:n]))
	}
	p.rest = p.rest[n:]
	p.value(tokenOctets, b)
	return nil
}

func (p *conditionParser) composite(depth int) error {
	if depth > maxConditionDepth {
		return errors.New("condition: nested too deep")
	}
	p.rest = p.rest[1:]
	outer := p.out
	p.out = nil
	for first := true; !p.take("}"); first = false {
		if !first && !p.take(",") {
			return fmt.Errorf("condition: want , or } before %q", clip(p.rest))
		}
		if err := p.operand(depth + 1); err != nil {
			return err
		}
	}
	elements := p.out
	p.out = outer
	p.value(tokenComposite, elements)
	return nil
}

func (p *conditionParser) sid() error {
	text, rest, ok := strings.Cut(p.rest[4:], ")")
	if !ok {
		return errors.New("condition: no ) after SID(")
	}
	s, err := p.sids.sid(strings.TrimSpace(text))
	if err != nil {
		return fmt.Errorf("condition: %w", err)
	}
	p.rest = rest
	p.value(tokenSID, s.Bytes())
	return nil
}

// integer reads a number; its sign and base are kept, as they were written
// ([MS-DTYP] 2.4.4.17.5).
func (p *conditionParser) integer() error {
	n := 1
	for n < len(p.rest) && isAttributeChar(p.rest[n]) {
		n++
	}
	text := p.rest[:n]
	sign, digits := byte(3), text
	switch text[0] {
	case '+':
		sign, digits = 1, text[1:]
	case '-':
		sign, digits = 2, text[1:]
	}
	code, base := byte(2), 10
	switch {
	case strings.HasPrefix(digits, "0x"):
		code, base, digits = 3, 16, digits[2:]
	case len(digits) > 1 && digits[0] == '0':
		code, base, digits = 1, 8, digits[1:]
	}
	v, err := strconv.ParseUint(digits, base, 64)
	if err != nil || v > 1<<63 || v == 1<<63 && sign != 2 {
		return fmt.Errorf("condition: %q: not a number", clip(text))
	}
	if sign == 2 {
		v = -v
	}
	p.rest = p.rest[n:]
	p.out = append(p.out, tokenInt64)
	p.out = binary.LittleEndian.AppendUint64(p.out, v)
	p.out = append(p.out, sign, code)
	return nil
}

// attribute reads a name, with its prefix and its characters written as % and
// four hexadecimal digits.
func (p *conditionParser) attribute() error {
	token := byte(tokenLocal)
	for t, prefix := range conditionPrefixes {
		if prefix != "" && len(p.rest) > len(prefix) && strings.EqualFold(p.rest[:len(prefix)], prefix) {
			token = t
			p.rest = p.rest[len(prefix):]
			break
		}
	}
	var name []byte
	for p.rest != "" {
		c := p.rest[0]
		if c == '%' && len(p.rest) >= 5 {
			v, err := strconv.ParseUint(p.rest[1:5], 16, 16)
			if err != nil {
				break
			}
			name = binary.LittleEndian.AppendUint16(name, uint16(v))
			p.rest = p.rest[5:]
			continue
		}
		if !isAttributeChar(c) {
			break
		}
		name = append(name, c, 0)
		p.rest = p.rest[1:]
	}
	if len(name) == 0 {
		return fmt.Errorf("condition: %q: not an operand", clip(p.rest))
	}
	p.value(token, name)
	return nil
}
