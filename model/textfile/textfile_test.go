package textfile

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

func wide(text string, order binary.AppendByteOrder) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, u)
	}
	return string(b)
}

func TestDecode(t *testing.T) {
	little, big := binary.LittleEndian, binary.BigEndian
	for _, c := range []struct {
		name, in, want string
		err            error
	}{
		{"plain", "geheim\r\n", "geheim\r\n", nil},
		{"UTF-8", "gehëim", "gehëim", nil},
		{"mark", "\ufeffgehëim\r\n", "gehëim\r\n", nil},
		{"one mark only", "\ufeff\ufeffx", "\ufeffx", nil},
		{"empty", "", "", nil},
		{"mark alone", "\ufeff", "", nil},
		{"UTF-16 little", "\xff\xfe" + wide("gehëim 𐐨\ufffd\r\n", little), "gehëim 𐐨\ufffd\r\n", nil},
		{"UTF-16 big", "\xfe\xff" + wide("gehëim\r\n", big), "gehëim\r\n", nil},
		{"UTF-16 without mark", wide("geheim", little), "", ErrNUL},
		{"UTF-16 cut", "\xff\xfe" + wide("geheim", little) + "x", "", ErrHalf},
		{"half a pair", "\xff\xfe\x01\xd8a\x00", "", ErrHalf},
		{"UTF-32", "\xff\xfe\x00\x00x\x00\x00\x00", "", ErrNUL},
		{"Windows-1252", "geh\xebim\r\n", "", ErrEncoding},
		{"NUL", "a\x00b", "", ErrNUL},
	} {
		got, err := Decode([]byte(c.in))
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v, want %q, %v", c.name, got, err, c.want, c.err)
		}
	}
}

func TestFirstLine(t *testing.T) {
	const limit = 20
	for _, c := range []struct {
		in, want string
		ok       bool
	}{
		{"a b \nrest", "a b ", true}, {"a\r\nrest", "a", true}, {"a\rrest", "a", true}, {"a", "a", true}, {"", "", true}, {"\nx", "", true},
		{"\ufeffa\r\n", "a", true}, {"a\n" + strings.Repeat("ë", limit), "a", true},
		{"\xff\xfe" + wide("ab\r\n"+strings.Repeat("c", limit), binary.LittleEndian), "ab", true},
		{strings.Repeat("a", limit), strings.Repeat("a", limit), true},
		{strings.Repeat("a", limit+1), "", false}, {strings.Repeat("ë", limit), "", false},
	} {
		got, err := FirstLine(strings.NewReader(c.in), limit)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%q: %q, %v, want %q", c.in, got, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "aaaa") {
			t.Errorf("the error repeats the text: %v", err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00"))
	f.Add([]byte("\ufeffx\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		text, err := Decode(b)
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) || err != nil && text != "" {
			t.Errorf("% x: %q, %v", b, text, err)
		}
		_, _ = FirstLine(strings.NewReader(string(b)), 8)
	})
}
