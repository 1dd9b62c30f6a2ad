package ui

import (
	"slices"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model/view"
	"mbxperm/ui/safe"
	"mbxperm/ui/widget"
)

const (
	objectTitle = "Select Permission Object Type"
	showTitle   = "Show DACL Contents"
	objectLabel = "Object type "
	aceLabel    = "ACE Type "
	buttonLabel = "[Show ACEs]"
	framesFrom  = 30 // lines of a screen whose header has frames
)

// header is the two boxes on top: in a low screen without their frames, in one
// line.
type header struct {
	*tview.Flex
	objects, show *tview.Flex // the boxes
	object, ace   *tview.DropDown
	button        *tview.Button

	types, aces   []string // the entries of the drop-downs
	typ, chosen   int      // which of them are chosen
	onType, onACE func(int)
	quiet         bool // the drop-downs are being set, not used
	showRoom      int  // cells for the button and the ACE type
	noButton      bool // there is no room for it: Enter does the same
}

func newHeader(t *widget.Theme) *header {
	h := &header{
		Flex: tview.NewFlex(), object: newDropDown(t), ace: newDropDown(t),
		button: tview.NewButton(widget.EscapeTags(buttonLabel)).
			SetStyle(t.Style(widget.StyleTitle)).SetActivatedStyle(t.Style(widget.StyleSelected)),
	}
	for _, t := range view.ObjectTypes {
		h.types = append(h.types, t.Name)
	}
	h.objects = tview.NewFlex().AddItem(h.object, 0, 1, true)
	h.show = tview.NewFlex().AddItem(h.ace, 0, 1, true)
	for title, box := range map[string]*tview.Flex{objectTitle: h.objects, showTitle: h.show} {
		box.SetTitle(title).SetTitleAlign(tview.AlignLeft)
	}
	h.AddItem(h.objects, 0, 1, false).AddItem(h.show, 0, 1, false)
	return h
}

func newDropDown(t *widget.Theme) *tview.DropDown {
	d := tview.NewDropDown().SetUseStyleTags(false).SetTextOptions("│ ", " │", "[", " ▾]", "")
	t.DressDropDown(d)
	return d
}

// set shows what is chosen.
func (h *header) set(typ *view.ObjectType, ace int) {
	h.quiet = true
	defer func() { h.quiet = false }()
	h.typ, h.chosen = slices.Index(view.ObjectTypes, typ), ace
	h.object.SetCurrentOption(h.typ)
	names := make([]string, len(typ.ACEs))
	for i, t := range typ.ACEs {
		names[i] = t.Name
	}
	if !slices.Equal(names, h.aces) {
		h.aces = names
		h.fitACE()
	}
	h.ace.SetCurrentOption(ace)
}

// arrange divides a width between the boxes, and returns the lines they take of
// a screen of this height. Where an entry would be cut, the label goes; the
// title of the box says the same.
func (h *header) arrange(width, height int) (lines int) {
	h.quiet = true
	defer func() { h.quiet = false }()
	framed := height >= framesFrom
	lines, sides := 1, 1 // a blank before each box
	left := min(width*2/5, sides+safe.Width(objectLabel)+longest(h.types)+dropDownFrame)
	if framed {
		lines, sides = 3, 2
		left = max(safe.Width(objectTitle)+2, min(width*2/5, safe.Width(objectLabel)+longest(h.types)+dropDownFrame+2))
	}
	for _, box := range []*tview.Flex{h.objects, h.show} {
		box.SetBorder(framed).SetBorderPadding(0, 0, 0, 0)
		if !framed {
			box.SetBorderPadding(0, 0, 1, 0)
		}
	}
	h.noButton = width < paneWidth
	h.show.Clear()
	if h.noButton {
		left = width / 2
	} else {
		h.show.AddItem(h.button, safe.Width(buttonLabel), 0, false).AddItem(nil, 1, 0, false)
	}
	h.show.AddItem(h.ace, 0, 1, true)
	h.ResizeItem(h.objects, left, 0)
	fit(h.object, objectLabel, h.types, h.typ, left-sides, h.choseType)
	h.showRoom = width - left - sides
	h.fitACE()
	return lines
}

func (h *header) fitACE() {
	room := h.showRoom
	if !h.noButton {
		room -= safe.Width(buttonLabel) + 1
	}
	fit(h.ace, aceLabel, h.aces, h.chosen, room, h.choseACE)
}

func (h *header) choseType(_ string, i int) {
	if !h.quiet && i >= 0 && h.onType != nil {
		h.onType(i)
	}
}

func (h *header) choseACE(_ string, i int) {
	if !h.quiet && i >= 0 && h.onACE != nil {
		h.chosen = i // the box is arranged anew, with this entry
		h.onACE(i)
	}
}

const dropDownFrame = 4 // "[", " ▾]"

func longest(texts []string) (w int) {
	for _, t := range texts {
		w = max(w, safe.Width(t))
	}
	return w
}

// fit gives a drop-down entries that all have the same width.
func fit(d *tview.DropDown, label string, texts []string, chosen, width int, chose func(string, int)) {
	w := longest(texts)
	if safe.Width(label)+w+dropDownFrame > width {
		label = ""
	}
	w = max(1, min(w, width-safe.Width(label)-dropDownFrame))
	fitted := make([]string, len(texts))
	for i, t := range texts {
		fitted[i] = safe.Fit(t, w)
	}
	d.SetLabel(label).SetOptions(fitted, chose).SetCurrentOption(chosen)
}

// open opens the list of a drop-down that has the focus.
func openList(d *tview.DropDown, focus func(tview.Primitive)) {
	if !d.IsOpen() {
		d.InputHandler()(tcell.NewEventKey(tcell.KeyEnter, 0, tcell.ModNone), focus)
	}
}
