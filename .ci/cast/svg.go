package main

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// look is what a text looks like: colours by number, -1 for the terminal's own.
type look struct {
	fore, back    int
	bold, reverse bool
}

// part is a run of text that looks alike.
type part struct {
	text string
	look look
}

// runsOf takes a line with SGR sequences (ECMA-48 8.3.117) apart; what holds at its
// end is kept in now.
func runsOf(line string, now *look) (out []part) {
	for line != "" {
		at := strings.Index(line, "\x1b[")
		if at != 0 {
			if at < 0 {
				at = len(line)
			}
			out = append(out, part{line[:at], *now})
			line = line[at:]
			continue
		}
		end := strings.IndexByte(line, 'm')
		if end < 0 {
			return out
		}
		now.apply(strings.Split(line[2:end], ";"))
		line = line[end+1:]
	}
	return out
}

func (l *look) apply(codes []string) {
	for i := 0; i < len(codes); i++ {
		n, _ := strconv.Atoi(codes[i]) // none is 0
		switch {
		case n == 0:
			*l = look{fore: -1, back: -1}
		case n == 1 || n == 22:
			l.bold = n == 1
		case n == 7 || n == 27:
			l.reverse = n == 7
		case n >= 30 && n < 38:
			l.fore = n - 30
		case n >= 90 && n < 98:
			l.fore = n - 90 + 8
		case n == 39:
			l.fore = -1
		case n >= 40 && n < 48:
			l.back = n - 40
		case n >= 100 && n < 108:
			l.back = n - 100 + 8
		case n == 49:
			l.back = -1
		case (n == 38 || n == 48) && i+2 < len(codes) && codes[i+1] == "5":
			c, _ := strconv.Atoi(codes[i+2])
			if n == 38 {
				l.fore = c
			} else {
				l.back = c
			}
			i += 2
		}
	}
}

// The first sixteen colours, and those of the terminal itself.
var palette = [16]string{"#2e3436", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d3d7cf",
	"#7f848e", "#ff7b86", "#b5e890", "#ffd787", "#82c4ff", "#de8df5", "#7fdbe6", "#ffffff"}

const ownFore, ownBack = "#d3d7cf", "#16191d"

// colour is a colour of xterm's 256.
func colour(n int, own string) string {
	switch {
	case n < 0:
		return own
	case n < 16:
		return palette[n]
	case n < 232:
		n -= 16
		level := func(v int) int {
			if v == 0 {
				return 0
			}
			return 55 + 40*v
		}
		return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
	default:
		v := 8 + 10*(n-232)
		return fmt.Sprintf("#%02x%02x%02x", v, v, v)
	}
}

// The size of a cell, of the line above the screen and of the margin.
const (
	cellWidth, cellHeight = 8, 17
	above, margin         = 34, 10
)

// svgOf writes the screens side by side and lets a window step along them. Where
// nothing moves, the first is seen. A line that comes again is kept once.
func svgOf(frames []frame, length float64) []byte {
	width, height := columns*cellWidth+2*margin, rows*cellHeight+above+2*margin
	pitch := width + 100 // a line that is drawn too long reaches into no other screen
	var lines, strip, steps strings.Builder
	known := map[string]int{}
	for i, f := range frames {
		fmt.Fprintf(&steps, "%.3f%%{transform:translateX(%dpx)}", 100*f.at/length, -i*pitch)
		fmt.Fprintf(&strip, "<g transform=\"translate(%d,0)\">\n<text class=\"t\" x=\"%d\" y=\"24\">%s</text>\n", i*pitch, margin, html.EscapeString(f.title))
		if f.keys != "" {
			fmt.Fprintf(&strip, "<text class=\"k\" x=\"%d\" y=\"24\">%s</text>\n", width-margin, html.EscapeString(f.keys))
		}
		now := look{fore: -1, back: -1}
		for y, line := range f.lines {
			drawn := drawLine(runsOf(line, &now))
			if drawn == "" {
				continue
			}
			id, ok := known[drawn]
			if !ok {
				id = len(known)
				known[drawn] = id
				fmt.Fprintf(&lines, "<g id=\"l%d\">%s</g>\n", id, drawn)
			}
			fmt.Fprintf(&strip, "<use href=\"#l%d\" x=\"%d\" y=\"%d\"/>", id, margin, above+margin+y*cellHeight)
		}
		strip.WriteString("</g>\n")
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" viewBox=\"0 0 %d %d\" width=\"%[1]d\" height=\"%[2]d\">\n", width, height)
	fmt.Fprintf(&b, "<title>mbxperm demo</title>\n<style>text{font:13.3px ui-monospace,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;white-space:pre;fill:%s}"+
		".t{font-weight:bold;fill:#ffffff}.k{text-anchor:end;fill:#ffd787}.b{font-weight:bold}"+
		"#s{animation:s %gs step-end infinite}@keyframes s{%s}@media (prefers-reduced-motion:reduce){#s{animation:none}}</style>\n", ownFore, length, steps.String())
	fmt.Fprintf(&b, "<defs>\n%s</defs>\n<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#0b0d10\"/><rect y=\"%d\" width=\"%[2]d\" height=\"%[5]d\" fill=\"%[6]s\"/>\n<g id=\"s\">\n%[7]s</g>\n</svg>\n",
		lines.String(), width, height, above, rows*cellHeight+2*margin, ownBack, strip.String())
	return []byte(b.String())
}

// drawLine draws the parts of a line that are to be seen, each at its place.
func drawLine(parts []part) string {
	var b strings.Builder
	x := 0
	for _, p := range parts {
		w := utf8.RuneCountInString(p.text) * cellWidth // nothing in the stories is wide
		fore, back := colour(p.look.fore, ownFore), colour(p.look.back, ownBack)
		if p.look.reverse {
			fore, back = back, fore
		}
		if back != ownBack {
			fmt.Fprintf(&b, "<rect x=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>", x, w, cellHeight, back)
		}
		text := strings.TrimLeft(p.text, " ")
		left := x + (len(p.text)-len(text))*cellWidth
		if text = strings.TrimRight(text, " "); text != "" {
			attrs := ""
			if fore != ownFore {
				attrs += " style=\"fill:" + fore + "\""
			}
			if p.look.bold {
				attrs += " class=\"b\""
			}
			fmt.Fprintf(&b, "<text x=\"%d\" y=\"13\" textLength=\"%d\"%s>%s</text>", left, utf8.RuneCountInString(text)*cellWidth, attrs, html.EscapeString(text))
		}
		x += w
	}
	return b.String()
}
