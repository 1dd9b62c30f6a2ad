package term

import (
	"fmt"
	"strings"

	"github.com/gdamore/tcell/v2"
)

// asciiInstead is what a terminal without UTF-8 gets for the characters that we
// use and that are not among those of the VT100, which tcell falls back to.
var asciiInstead = map[rune]string{
	'╔': "+", '╗': "+", '╚': "+", '╝': "+", '═': "=", '║': "|",
	'…': ">", '▾': "v", '↑': "^", '↓': "v", '›': ">", '–': "-", '×': "x", '█': "#", '░': ".",
}

// isUnicode reports whether a terminal with this character set shows everything.
func isUnicode(charset string) bool {
	c := strings.ToLower(strings.ReplaceAll(charset, "-", ""))
	return strings.HasPrefix(c, "utf") // UTF-8, and the UTF-16 of Windows
}

// ASCIIWarning says what one must know of a terminal without UTF-8: names may
// look alike there.
func ASCIIWarning(charset string) string {
	if isUnicode(charset) {
		return ""
	}
	return "not a UTF-8 locale: other letters are shown as ?; set LC_ALL=C.UTF-8"
}

// plain has the screen do without UTF-8.
func (s *Screen) plain() {
	for r, text := range asciiInstead {
		s.RegisterRuneFallback(r, text)
	}
	// The VT100's bullet goes before a fallback, and many terminals show it as an
	// o, which between two words looks like one.
	s.instead = map[string]string{"·": "-"}
}

// Open takes the terminal. tview would take it too, but drop the error.
func Open() (*Screen, error) {
	tcell.SetEncodingFallback(tcell.EncodingFallbackASCII)
	inner, err := tcell.NewScreen()
	if err == nil {
		screen := NewScreen(inner)
		if err = screen.Init(); err == nil {
			if !isUnicode(screen.CharacterSet()) {
				screen.plain()
			}
			return screen, nil
		}
	}
	return nil, fmt.Errorf("cannot use this terminal: %w; set TERM=xterm-256color", err)
}

// Guard gives the terminal back before a panic of the calling goroutine ends
// the program; tview does so for its own goroutine only. It is to be deferred.
func Guard(screen tcell.Screen) {
	if p := recover(); p != nil {
		if screen != nil {
			screen.Fini()
		}
		panic(p)
	}
}
