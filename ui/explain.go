package ui

import (
	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

// explained is a line whose marks were put into words.
type explained struct {
	res  *view.Result
	row  int
	text []string
}

// explain puts the marks of the line of the cursor into words: nothing where it has
// none, or where the keyboard is elsewhere.
func (f *foot) explain() []string {
	a := f.app
	res := a.left.result
	row, ok := a.left.Selected()
	if !ok || res == nil || row >= res.Len() || a.here.focus != leftPane || len(a.root.over) > 0 {
		return nil
	}
	if f.said.res != res || f.said.row != row {
		f.said = explained{res, row, res.Explain(row)}
		for i, part := range f.said.text {
			f.said.text[i] = safe.Text(part)
		}
	}
	return f.said.text
}

// words say what the line of the cursor has, and what the toggles hide: in w cells as
// much as fits. The line comes first, but for what toggles show that is hidden at first.
func (f *foot) words(w int) string {
	line := fitParts(w, f.explain())
	switch res := f.app.left.result; {
	case line == "":
		return f.hidden(w)
	case f.app.show.reasons != 0 || res.Meanwhile:
		return fitParts(w, []string{f.hidden(w), line})
	}
	// In a wide screen the numbers stay where they are, whatever is said of a line: a
	// move of the cursor must not write them again.
	if all := f.hidden(w); f.app.root.width >= wideStatus && w-safe.Width(all)-safe.Width(apart) >= explainRoom/2 {
		return all + apart + widget.FitWidth(line, w-safe.Width(all)-safe.Width(apart))
	}
	rest := f.hidden(w - safe.Width(line) - safe.Width(apart))
	if safe.Width(line)+safe.Width(apart)+safe.Width(rest) > w {
		return line
	}
	return line + apart + rest
}

// apart stands between what is said of one line and what is said of all.
const apart = "   "
