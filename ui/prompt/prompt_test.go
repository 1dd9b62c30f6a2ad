package prompt

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFile(t *testing.T) {
	write := func(text string) string {
		name := filepath.Join(t.TempDir(), "secret")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, c := range []struct{ text, want string }{
		{"one", "one"}, {"one\n", "one"}, {"one\r\ntwo\n", "one"}, {" one ", " one "}, {"", ""}, {"\nsecond", ""},
	} {
		got, err := File(write(c.text), nil)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: %q, %v; want %q", c.text, got, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "second") {
			t.Errorf("%q: the error %v holds what the file holds", c.text, err)
		}
		if got, err := File("-", strings.NewReader(c.text)); got != c.want {
			t.Errorf("%q on standard input: %q, %v", c.text, got, err)
		}
	}
	if _, err := File("/nonexistent/secret", nil); err == nil || !strings.Contains(err.Error(), "/nonexistent/secret: no such file") {
		t.Errorf("no file: %v", err)
	}
}

// TestFileOfWindows: password files as Notepad and PowerShell write them.
func TestFileOfWindows(t *testing.T) {
	for _, name := range []string{"plain.txt", "utf8.txt", "utf16.txt"} {
		got, err := File("testdata/"+name, nil)
		if got != "Example-Passw0rd" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for text, want := range map[string]string{
		"\ufeff\r\n": "first line is empty", "\ufeff": "first line is empty",
		"p\xe4ssword\r\n": "save it as UTF-8", "p\x00w\x00\r\x00\n\x00": "save it as UTF-8",
		strings.Repeat("geheim", 1000): "longer than",
	} {
		got, err := File("-", strings.NewReader(text))
		if got != "" || err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%.20q: %q, %v, want %q", text, got, err, want)
		}
	}
}

func TestAskWithoutTerminal(t *testing.T) {
	if _, err := Ask(t.Context(), strings.NewReader("x\n"), os.Stderr, "password: "); !errors.Is(err, ErrNoTerminal) {
		t.Errorf("got %v, want ErrNoTerminal", err)
	}
}
