package ui

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"mbxperm/ui/report"
)

// mostCopied is the longest text, in bytes, that is handed to a terminal: its
// base64 form stays below the 100,000 characters that several of them take.
const mostCopied = 74_990

// clipboardWay is how a text gets to the clipboard of whoever sits at the terminal.
type clipboardWay uint8

const (
	byTerminal clipboardWay = iota // OSC 52, an escape sequence of xterm that most terminals know; it passes through SSH
	byTmux                         // tmux on this machine: it takes no OSC 52 from programs unless told to, but a buffer from its own command
	byScreen                       // OSC 52 inside GNU screen's DCS, which it passes on
	byNothing                      // the terminal has no such thing
)

// wayToClipboard tells how to copy, by the environment.
func wayToClipboard(system string, env func(string) string) clipboardWay {
	term := env("TERM")
	switch {
	case env("TMUX") != "":
		return byTmux
	case system == "windows":
		return byNothing // the console of tcell has none
	case env("STY") != "":
		return byScreen
	case term == "linux", term == "dumb", strings.HasPrefix(term, "vt"):
		return byNothing
	}
	return byTerminal
}

// copyText puts a text into the clipboard. what names it.
func (a *app) copyText(text, what string) {
	switch way := wayToClipboard(runtime.GOOS, os.Getenv); {
	case len(text) > mostCopied:
		a.foot.say(fmt.Sprintf("%s: %s bytes or more, and a terminal takes %s: E writes it to a file", what,
			report.Thousands(len(text)), report.Thousands(mostCopied)))
	case way == byNothing:
		a.foot.say("this terminal has no clipboard for programs: E writes to a file")
	case way == byTmux:
		a.beside(func() func() {
			err := tmuxBuffer(text)
			return func() {
				if err != nil {
					a.sendClipboard(text, byTerminal)
				}
				a.copied(text, what)
			}
		})
	default:
		a.sendClipboard(text, way)
		a.copied(text, what)
	}
}

// sendClipboard sends a text to the terminal. tcell would do it, too, but in
// silence not for the terminals that its table does not call xterm-like:
// screen-256color, as which many a tmux goes, is one.
func (a *app) sendClipboard(text string, way clipboardWay) {
	tty, ok := a.screen.Tty()
	switch {
	case !ok:
		a.screen.SetClipboard([]byte(text))
	case way == byScreen:
		tty.Write(screenSequence(text))
	default:
		tty.Write(terminalSequence(text))
	}
}

// terminalSequence is OSC 52 (XTerm Control Sequences, Operating System Commands).
func terminalSequence(text string) []byte {
	return []byte("\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a")
}

func (a *app) copied(text, what string) {
	lines := ""
	if n := strings.Count(strings.TrimSuffix(text, "\n"), "\n"); n > 0 {
		lines = fmt.Sprintf(", %s lines", report.Thousands(n+1))
	}
	a.foot.say("copied " + what + lines)
}

// tmuxBuffer hands a text to tmux, for its own paste buffer and, with -w, for
// the clipboard of the terminal that it is shown on.
func tmuxBuffer(text string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	c := exec.CommandContext(ctx, "tmux", "load-buffer", "-w", "-")
	c.Stdin = bytes.NewReader([]byte(text))
	return c.Run()
}

// screenSequence is OSC 52 in pieces that GNU screen passes on: it keeps 768
// characters of a DCS string at most.
func screenSequence(text string) []byte {
	var b bytes.Buffer
	for part := range slices.Chunk(terminalSequence(text), 600) {
		b.WriteString("\x1bP")
		b.Write(part)
		b.WriteString("\x1b\\")
	}
	return b.Bytes()
}
