package sddl

import (
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"mbxperm/acl"
)

// conditionSignature begins the data of a callback ACE that holds a conditional
// expression ([MS-DTYP] 2.4.4.17).
const conditionSignature = "artx"

// maxConditionDepth bounds how deep an expression may be nested, both when read
// from bytes and from text. Windows' editors make a few levels; without a bound
// 60 KB of "not" would cost gigabytes of copying.
const maxConditionDepth = 64

// The tokens of an expression in postfix notation ([MS-DTYP] 2.4.4.17.5 to
// 2.4.4.17.8).
const (
	tokenPadding   = 0x00
	tokenInt8      = 0x01
	tokenInt64     = 0x04
	tokenString    = 0x10
	tokenOctets    = 0x18
	tokenComposite = 0x50
	tokenSID       = 0x51
	tokenAnd       = 0xA0
	tokenOr        = 0xA1
	tokenNot       = 0xA2
	tokenLocal     = 0xF8
	tokenUser      = 0xF9
	tokenResource  = 0xFA
	tokenDevice    = 0xFB
)

// conditionBinary are the operators between two operands ([MS-DTYP]
// 2.4.4.17.6).
var conditionBinary = map[byte]string{
	0x80: "==", 0x81: "!=", 0x82: "<", 0x83: "<=", 0x84: ">", 0x85: ">=",
	0x86: "Contains", 0x88: "Any_of", 0x8E: "Not_Contains", 0x8F: "Not_Any_of",
}

// conditionUnary are the operators before one operand ([MS-DTYP] 2.4.4.17.6 and
// 2.4.4.17.7).
var conditionUnary = map[byte]string{
	0x87: "Exists", 0x8D: "Not_Exists",
	0x89: "Member_of", 0x8A: "Device_Member_of", 0x8B: "Member_of_Any", 0x8C: "Device_Member_of_Any",
	0x90: "Not_Member_of", 0x91: "Not_Device_Member_of", 0x92: "Not_Member_of_Any", 0x93: "Not_Device_Member_of_Any",
}

// conditionPrefixes are what stands before an attribute's name ([MS-DTYP]
// 2.4.4.17.8).
var conditionPrefixes = map[byte]string{tokenLocal: "", tokenUser: "@User.", tokenResource: "@Resource.", tokenDevice: "@Device."}

// Condition returns the conditional expression of a callback ACE in the
// notation of SDDL, parentheses around it, such as (@User.Department ==
// "Finance" && Member_of {SID(BA)}). ok is false if the ACE has none or it
// cannot be put into words; Data holds its bytes.
func Condition(a acl.ACE) (text string, ok bool) {
	if !a.IsCallback() {
		return "", false
	}
	return conditionText(a.Data)
}

// term is a part of an expression while it is put together from postfix: its
// text, how tightly it binds and how deep it is.
type term struct {
	text  string
	binds int // 0 or, 1 and, 2 a comparison, 3 an operand
	depth int
}

// in returns the text as part of an expression that binds as tightly as given.
func (t term) in(binds int) string {
	if t.binds < binds {
		return "(" + t.text + ")"
	}
	return t.text
}

// conditionText turns an expression into text. It gives up on anything that its
// counterpart could not turn back into the same bytes in essence: operators
// without operands, lengths that do not fit, strings that cannot be shown.
func conditionText(data []byte) (string, bool) {
	if len(data) < 4 || string(data[:4]) != conditionSignature {
		return "", false
	}
	var stack []term
	for b := data[4:]; len(b) > 0; {
		code := b[0]
		if code == tokenPadding {
			b = b[1:]
			continue
		}
		if operand, n, ok := conditionOperand(b, 0); ok {
			stack = append(stack, term{operand, 3, 0})
			b = b[n:]
			continue
		}
		var ok bool
		if stack, ok = applyOperator(code, stack); !ok {
			return "", false
		}
		b = b[1:]
	}
	if len(stack) != 1 {
		return "", false
	}
	return "(" + stack[0].text + ")", true
}

// applyOperator replaces the operands at the end of the stack by the expression
// they make.
func applyOperator(code byte, stack []term) ([]term, bool) {
	n := len(stack)
	if name, ok := conditionUnary[code]; (ok || code == tokenNot) && n >= 1 {
		x := stack[n-1]
		t := term{"!(" + x.text + ")", 2, x.depth + 1}
		if ok {
			if x.binds != 3 {
				return nil, false // only a literal or an attribute can stand here
			}
			t.text = name + " " + x.text
		}
		stack[n-1] = t
		return stack, t.depth <= maxConditionDepth
	}
	if n < 2 {
		return nil, false
	}
	x, y := stack[n-2], stack[n-1]
	t := term{depth: max(x.depth, y.depth) + 1}
	switch name := conditionBinary[code]; {
	case code == tokenAnd:
		t.text, t.binds = x.in(1)+" && "+y.in(2), 1
	case code == tokenOr:
		t.text, t.binds = x.in(0)+" || "+y.in(1), 0
	case name != "" && x.binds == 3 && y.binds == 3:
		t.text, t.binds = x.text+" "+name+" "+y.text, 2
	default:
		return nil, false
	}
	stack[n-2] = t
	return stack[:n-1], t.depth <= maxConditionDepth
}

// conditionOperand reads the literal or attribute at the start of b and returns
// its text and length.
func conditionOperand(b []byte, depth int) (text string, n int, ok bool) {
	if b[0] >= tokenInt8 && b[0] <= tokenInt64 {
		return conditionInt(b)
	}
	_, attribute := conditionPrefixes[b[0]]
	switch b[0] {
	case tokenString, tokenOctets, tokenComposite, tokenSID:
	default:
		if !attribute {
			return "", 0, false
		}
	}
	if len(b) < 5 {
		return "", 0, false
	}
	size := uint64(binary.LittleEndian.Uint32(b[1:]))
	if size > uint64(len(b)-5) {
		return "", 0, false
	}
	value := b[5 : 5+size]
	switch b[0] {
	case tokenString:
		text, ok = utf16Text(value)
		ok = ok && !strings.ContainsFunc(text, func(r rune) bool { return r == '"' || !unicode.IsPrint(r) })
		text = `"` + text + `"`
	case tokenOctets:
		text, ok = "#"+hex.EncodeToString(value), true
	case tokenComposite:
		text, ok = conditionComposite(value, depth)
	case tokenSID:
		var s acl.SID
		var err error
		if s, err = acl.SIDFromBytes(value); err == nil {
			w := writer{}
			w.sid(s)
			text, ok = "SID("+string(w.out)+")", true
		}
	default:
		text, ok = conditionAttribute(b[0], value)
	}
	return text, 5 + len(value), ok
}

// conditionInt reads an integer literal: value, sign and base ([MS-DTYP]
// 2.4.4.17.5).
func conditionInt(b []byte) (string, int, bool) {
	if len(b) < 11 {
		return "", 0, false
	}
	v := int64(binary.LittleEndian.Uint64(b[1:]))
	sign, base := b[9], b[10]
	magnitude := uint64(v)
	if v < 0 {
		magnitude = -magnitude
	}
	if sign < 1 || sign > 3 || base < 1 || base > 3 || (v < 0) != (sign == 2) && v != 0 {
		return "", 0, false
	}
	text := [...]string{"+", "-", ""}[sign-1] + [...]string{"0", "", "0x"}[base-1] +
		strconv.FormatUint(magnitude, [...]int{8, 10, 16}[base-1])
	return text, 11, true
}

// conditionComposite reads the elements of a list.
func conditionComposite(b []byte, depth int) (string, bool) {
	if depth == maxConditionDepth {
		return "", false
	}
	var elements []string
	for len(b) > 0 {
		text, n, ok := conditionOperand(b, depth+1)
		if !ok {
			return "", false
		}
		elements = append(elements, text)
		b = b[n:]
	}
	return "{" + strings.Join(elements, ", ") + "}", true
}

// conditionAttribute writes an attribute's name; characters other than letters,
// digits and a few marks as % and four hexadecimal digits ([MS-DTYP] 2.5.1.1,
// attr-char2).
func conditionAttribute(code byte, value []byte) (string, bool) {
	if len(value) == 0 || len(value)%2 != 0 {
		return "", false
	}
	out := []byte(conditionPrefixes[code])
	// A name without a prefix that begins like a number or is an operator's
	// name is told apart by its first character.
	ambiguous := code == tokenLocal && (value[0] >= '0' && value[0] <= '9' || isOperatorName(value))
	for i := 0; i < len(value); i += 2 {
		c := binary.LittleEndian.Uint16(value[i:])
		if c < 0x80 && isAttributeChar(byte(c)) && !(ambiguous && i == 0) {
			out = append(out, byte(c))
			continue
		}
		out = append(out, '%')
		out = append(out, hex.EncodeToString([]byte{byte(c >> 8), byte(c)})...)
	}
	return string(out), true
}

// isOperatorName reports whether a name in UTF-16 reads like an operator.
func isOperatorName(value []byte) bool {
	name, ok := utf16Text(value)
	if !ok {
		return false
	}
	for _, table := range [...]map[byte]string{conditionUnary, conditionBinary} {
		for _, operator := range table {
			if strings.EqualFold(name, operator) {
				return true
			}
		}
	}
	return false
}

func isAttributeChar(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '.' || c == ':' || c == '/'
}

// utf16Text decodes little-endian UTF-16; ok is false where it is not valid.
func utf16Text(b []byte) (string, bool) {
	if len(b)%2 != 0 {
		return "", false
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i < len(b); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	text := utf16.Decode(units)
	for _, r := range text {
		if r == unicode.ReplacementChar {
			return "", false
		}
	}
	return string(text), true
}
