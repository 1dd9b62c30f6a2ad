package term

import (
	"bytes"
	"context"
	"encoding/base64"
	"os/exec"
	"slices"
	"strings"
	"time"
)

// MostCopied is the longest text, in bytes, that is handed to a terminal: its
// base64 form stays below the 100,000 characters that several of them take.
const MostCopied = 74_990

// ClipboardWay is how a text gets to the clipboard of whoever sits at the terminal.
type ClipboardWay uint8

const (
	ByTerminal ClipboardWay = iota // OSC 52, an escape sequence of xterm that most terminals know; it passes through SSH
	ByTmux                         // tmux on this machine: it takes no OSC 52 from programs unless told to, but a buffer from its own command
	ByScreen                       // OSC 52 inside GNU screen's DCS, which it passes on
	ByNothing                      // the terminal has no such thing
)

// WayToClipboard tells how to copy, by the environment.
func WayToClipboard(system string, env func(string) string) ClipboardWay {
	term := env("TERM")
	switch {
	case env("TMUX") != "":
		return ByTmux
	case system == "windows":
		return ByNothing // the console of tcell has none
	case env("STY") != "":
		return ByScreen
	case term == "linux", term == "dumb", strings.HasPrefix(term, "vt"):
		return ByNothing
	}
	return ByTerminal
}

// TerminalSequence is OSC 52 (XTerm Control Sequences, Operating System Commands).
func TerminalSequence(text string) []byte {
	return []byte("\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a")
}

// TmuxBuffer hands a text to tmux, for its own paste buffer and, with -w, for
// the clipboard of the terminal that it is shown on.
func TmuxBuffer(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, "tmux", "load-buffer", "-w", "-")
	c.Stdin = bytes.NewReader([]byte(text))
	return c.Run()
}

// ScreenSequence is OSC 52 in pieces that GNU screen passes on: it keeps 768
// characters of a DCS string at most.
func ScreenSequence(text string) []byte {
	var b bytes.Buffer
	for part := range slices.Chunk(TerminalSequence(text), 600) {
		b.WriteString("\x1bP")
		b.Write(part)
		b.WriteString("\x1b\\")
	}
	return b.Bytes()
}
