package ui

import (
	"cmp"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

const between = " · "

// fitParts joins as many of the parts as fit into w cells, the first before all
// others: a number that is cut says something else, so a part is there as a
// whole or not at all. The parts passed through safe.Text.
func fitParts(w int, parts []string) string {
	text := ""
	for _, p := range parts {
		switch {
		case p == "":
		case text == "":
			text = p
		case safe.Width(text)+safe.Width(between)+safe.Width(p) <= w:
			text += between + p
		}
	}
	return text
}

// hidden says what the toggles hide, and what they show that is hidden at first.
// Where there is no room for each number it says them closer together, and at
// last only their sum.
func (f *foot) hidden(w int, more ...string) string {
	a := f.app
	res := a.left.result
	if res == nil {
		return ""
	}
	hides, toggles, unit := res.Hidden, res.Query.Type.Toggles, "row"
	if v := a.root.changes(); v != nil && v.result != nil {
		hides, toggles, unit = v.result.Hidden, hiding.All, "change"
	}
	var counts, bare []string // with the keys that show them, and without
	for i, n := range hides {
		if n == 0 {
			continue
		}
		text := safe.Thousands(n) + " " + hiding.Names[i]
		bare = append(bare, text)
		if r := hiding.Reasons(1 << i); r&toggles != 0 && i < len(toggleKeys) {
			text = toggleKeys[i:i+1] + " " + text
		}
		counts = append(counts, text)
	}
	shown := ""
	if on := a.show.reasons & toggles; on != 0 {
		shown = "shown: " + strings.ReplaceAll(on.String(), "+", ", ")
	}
	if res.Meanwhile {
		return fitParts(w, []string{"working out what is hidden…", shown})
	}
	for _, m := range append(more, f.system(), f.spare(), f.leftOut()) {
		if m != "" {
			counts, bare = append(counts, m), append(bare, m)
		}
	}
	if len(counts) == 0 {
		return fitParts(w, []string{"no " + unit + " is hidden", shown})
	}
	for _, parts := range [][]string{counts, bare} {
		for _, sep := range []string{between, ", ", " "} {
			if text := "hidden: " + strings.Join(parts, sep); safe.Width(text) <= w {
				return fitParts(w, []string{text, shown})
			}
		}
	}
	return fitParts(w, []string{"hidden: " + safe.Thousands(hides.Total()) + " " + unit + "s", f.system(), f.leftOut(), shown})
}

// leftOut counts the lines that only some toggles leave out.
func (f *foot) leftOut() string {
	switch res := f.app.left.result; {
	case res == nil || res.LeftOut == 0 || f.app.root.changes() != nil:
		return ""
	case res.LeftOut == 1:
		return "1 line"
	default:
		return safe.Thousands(res.LeftOut) + " lines"
	}
}

// spare counts the rows of back ends that the front ends' logs count already.
func (f *foot) spare() string {
	res := f.app.left.result
	if res == nil || res.Query.Type != view.Connections || f.app.root.changes() != nil {
		return ""
	}
	if n := door.SpareCount(res.Snapshot); n > 0 {
		return counted(n, "row") + " of back ends"
	}
	return ""
}

// system counts the system mailboxes that are left out.
func (f *foot) system() string {
	res := f.app.left.result
	if res == nil || res.System == 0 || f.app.show.system || f.app.root.changes() != nil {
		return ""
	}
	word, _ := res.Query.Type.Aside()
	return counted(res.System, cmp.Or(word, "system mailbox"))
}

// counted is so many of something.
func counted(n int, word string) string {
	switch {
	case n == 1:
		return "1 " + word
	case strings.HasSuffix(word, "x"):
		word += "e"
	case strings.HasSuffix(word, "ry"):
		word = strings.TrimSuffix(word, "y") + "ie"
	}
	return safe.Thousands(n) + " " + word + "s"
}

// state says how far the source was read, what is missing and what went wrong.
func (f *foot) state(w int) []string {
	n := f.app.reading
	s := n.state()
	if s.Phase == model.Reading || s.Phase == model.Resolving {
		return []string{f.progress(s, w), n.problemCount()}
	}
	doing, errors := safe.Text(report.Doing(n.told(), n.now())), n.problemCount()
	if n.opening {
		doing = "connecting again"
	}
	if s.Err != nil { // a sentence may be cut, since the list has all of it
		doing = widget.FitWidth(doing, w-safe.Width(between)-safe.Width(errors))
	}
	list := ""
	switch { // the list of errors names what is missing
	case errors != "":
	case n.gaps[0] != "":
		list = ": !"
	case s.Complete() && !n.whole() && !n.opening:
		doing += ": !"
	}
	changes := n.changesText()
	missing := n.gaps[0] + list
	if all := fitParts(1<<20, []string{doing, changes, missing, errors}); safe.Width(all) > w {
		missing = n.gaps[1] + list
	}
	return []string{doing, changes, missing, errors}
}

// from says where all of this comes from.
func (f *foot) from() []string {
	n := f.app.reading
	s := n.state()
	from := []string{safe.Text(s.Source)}
	if r := s.Recording; r != nil && s.Phase != model.Finished {
		from = append(from, "to "+safe.Text(r.Path))
	}
	if v := n.latest.Exchange(); v != "" { // says more than the server, which the source often names
		from = append(from, safe.Text(v))
	}
	if s.Server != "" && !strings.Contains(s.Source, s.Server) {
		from = append(from, safe.Text(s.Server))
	}
	return from
}

const (
	leastBar, longestBar = 4, 24                                // cells
	rateRoom, leftRoom   = len("123,456/s"), len("12 min left") // that do not move while they change
)

// progress is a bar and what it stands for, in at most w cells. Each part has a
// place that lasts as long as the search: a tick changes few cells.
func (f *foot) progress(s *model.State, w int) string {
	a := report.Advancing(s, f.app.reading.now())
	if silent := f.app.reading.silent; silent > 0 { // how fast it was does not matter then
		a.Rate, a.Left = "silent", safe.Thousands(silent)+" s"
	}
	text := safe.Text(a.Phase)
	if s.Recording != nil {
		text = strings.Replace(text, "reading", "recording", 1)
	}
	if n := f.app.reading; n.base != n.latest {
		text += " again"
	}
	done := room(a.Done, 2*len(safe.Thousands(s.Expect))+len(" of "))
	if s.Expect == 0 {
		return strings.TrimRight(strings.Join([]string{text, room(a.Done, rateRoom), room(a.Rate, rateRoom), a.Left}, " "), " ")
	}
	rest := []string{done, room(a.Rate, rateRoom), room(a.Left, leftRoom)}
	for {
		numbers := strings.Join(rest, " ")
		free := w - safe.Width(text) - len(numbers) - 2
		if free >= leastBar || len(rest) == 1 {
			return strings.TrimSpace(text + " " + bar(a.Fraction, min(free, longestBar)) + " " + numbers)
		}
		rest = rest[:len(rest)-1]
	}
}

// room is a number in a place of w cells, or as wide as it is.
func room(number string, w int) string { return safe.FitRight(number, max(w, safe.Width(number))) }

// bar is a bar of w cells, filled so far.
func bar(fraction float64, w int) string {
	full := max(0, min(int(fraction*float64(w)), w))
	return strings.Repeat("█", full) + strings.Repeat("░", max(w-full, 0))
}
