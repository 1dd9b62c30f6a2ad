package term

import (
	"encoding/base64"
	"strings"
	"testing"
)

func TestWayToClipboard(t *testing.T) {
	for _, c := range []struct {
		system string
		env    map[string]string
		want   ClipboardWay
	}{
		{"linux", map[string]string{"TERM": "xterm-256color"}, ByTerminal},
		{"darwin", map[string]string{"TERM": "tmux-256color"}, ByTerminal},
		{"linux", map[string]string{"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0"}, ByTmux},
		{"linux", map[string]string{"TERM": "screen", "STY": "1.x"}, ByScreen},
		{"linux", map[string]string{"TERM": "linux"}, ByNothing},
		{"windows", nil, ByNothing},
	} {
		if got := WayToClipboard(c.system, func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%s %v: %v, want %v", c.system, c.env, got, c.want)
		}
	}
	text := strings.Repeat("übergroß ", 500)
	var whole strings.Builder
	for part := range strings.SplitSeq(string(ScreenSequence(text)), "\x1b\\") {
		if len(part) > 768 {
			t.Errorf("a piece of %d bytes", len(part))
		}
		whole.WriteString(strings.TrimPrefix(part, "\x1bP"))
	}
	want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a"
	if whole.String() != want {
		t.Errorf("the pieces are %q", whole.String())
	}
}
