package report

import (
	"strings"
	"testing"
)

// TestTerminalWriter: whatever the pieces in which it comes, a terminal gets
// whole characters and none that it would obey.
func TestTerminalWriter(t *testing.T) {
	const text = "name,Müller\r\n\x1b[2J,日本 \u202e x\r\n"
	want := "name,Müller\n<U+001B>[2J,日本 <U+202E> x\n"
	for size := 1; size < len(text); size++ {
		var out strings.Builder
		w := &terminalWriter{w: &out}
		for rest := text; rest != ""; {
			n := min(size, len(rest))
			if _, err := w.Write([]byte(rest[:n])); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		got := strings.ReplaceAll(out.String(), "<U+000D>", "") // a CR that came apart from its LF is shown
		if got != want {
			t.Fatalf("in pieces of %d: %q, want %q", size, got, want)
		}
	}
}
