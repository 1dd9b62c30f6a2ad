package ui

import (
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/ui/keys"
	"mbxperm/ui/report"
	"mbxperm/ui/safe"
	"mbxperm/ui/settings"
	"mbxperm/ui/widget"
)

// Connect is what the form in which a source is named begins with.
type Connect struct {
	model.Request
	Domain string   // proposed where the request names no directory
	Auths  []string // the ways to bind, the usual one first
	Found  []string // sentences about what is known already
}

// connectForm asks for a source before everything else: a directory, a file or
// the demo.
type connectForm struct {
	*tview.Box
	app    *app
	fields formFields
	rows   []formRow
	order  []tview.Primitive // in which Tab goes

	found   []string
	failure string // why it did not open, until the next try
	asked   *model.Request
}

type formFields struct {
	server, user, password, ca, file *tview.InputField
	auth                             *tview.DropDown
	connect, open, demo              *tview.Button
}

// newConnectForm makes the form with what is known, and with the directories
// that could be opened before.
func newConnectForm(a *app, c Connect) *connectForm {
	f := &connectForm{Box: tview.NewBox(), app: a, found: c.Found}
	f.SetBorder(true).SetTitle("Connect").SetTitleAlign(tview.AlignLeft)
	w := &f.fields
	server := c.Source
	if !isDirectory(server) {
		server = c.Domain
	}
	w.server, w.user, w.ca, w.file = f.input(server), f.input(c.User), f.input(c.CAFile), f.input("")
	w.password = f.input(c.Password).SetMaskCharacter('*')
	w.auth = newDropDown(a.theme)
	w.auth.SetOptions(c.Auths, nil).SetCurrentOption(0)
	for i, name := range c.Auths {
		if name == c.Auth {
			w.auth.SetCurrentOption(i)
		}
	}
	w.connect = f.button("Connect", f.tryDirectory)
	w.open = f.button("Open", f.tryFile)
	w.demo = f.button("Demo", func() { f.try(model.Request{Source: "demo"}) })
	f.lay()
	return f
}

func (f *connectForm) input(text string) *tview.InputField {
	t := f.app.theme
	return tview.NewInputField().SetText(text).SetFieldStyle(t.Style(widget.StyleText).Underline(true))
}

func (f *connectForm) button(label string, do func()) *tview.Button {
	t := f.app.theme
	return tview.NewButton(widget.Plain("[" + label + "]")).SetStyle(t.Style(widget.StyleTitle)).
		SetActivatedStyle(t.Style(widget.StyleSelected)).SetSelectedFunc(do)
}

// text returns what a field holds, without the blanks that come with pasting.
func text(f *tview.InputField) string { return strings.TrimSpace(f.GetText()) }

// tryDirectory opens the directory that the upper fields name.
func (f *connectForm) tryDirectory() {
	w := &f.fields
	_, auth := w.auth.GetCurrentOption()
	r := model.Request{Source: text(w.server), User: text(w.user), Password: w.password.GetText(),
		CAFile: settings.ExpandHome(text(w.ca)), Auth: auth}
	if r.Source == "" {
		f.failure = "no server: give a domain, contoso.com, or a server, ldaps://dc1.contoso.com"
		f.app.focus(w.server)
		return
	}
	f.try(r)
}

func (f *connectForm) tryFile() {
	path := settings.ExpandHome(text(f.fields.file))
	if path == "" {
		f.failure = "no file: give a recording, or LDIF as ldapsearch or ldifde writes it"
		f.app.focus(f.fields.file)
		return
	}
	f.try(model.Request{Source: path})
}

// try opens a source. The form stays until something of it is there to be shown.
func (f *connectForm) try(r model.Request) {
	f.failure, f.asked = "", &r
	f.app.restart(r)
}

// recall fills in a directory that could be opened before.
func (f *connectForm) recall(r settings.Recent) {
	w := &f.fields
	w.server.SetText(r.Source)
	w.user.SetText(r.User)
	w.ca.SetText(r.CAFile)
	for i := range w.auth.GetOptionCount() {
		w.auth.SetCurrentOption(i)
		if _, name := w.auth.GetCurrentOption(); name == r.Auth {
			break
		} else if i == w.auth.GetOptionCount()-1 {
			w.auth.SetCurrentOption(0)
		}
	}
	if r.User != "" && w.password.GetText() == "" {
		f.app.focus(w.password)
		return
	}
	f.tryDirectory()
}

// news looks at what became of a try; it reports whether the form is done with.
func (f *connectForm) news(s *model.Snapshot) bool {
	switch {
	case f.asked == nil || s == nil:
		return false
	case s.State.Phase != model.Finished:
		return !s.Empty()
	case failed(s):
		f.failure = s.State.Err.Error()
	case !s.Empty() || s.State.Complete():
		return true
	default:
		f.failure = report.Doing(s, f.app.reading.now())
	}
	f.asked = nil
	return false
}

// leave closes the form, or the program if there is nothing behind the form.
func (f *connectForm) leave() {
	a := f.app
	switch {
	case f.asked != nil:
		a.driver.Cancel()
	case a.reading.base == nil || a.reading.base.Empty():
		a.tv.Stop()
	default:
		a.closeConnect()
	}
}

func (f *connectForm) Scope() keys.Scope {
	if f.fields.auth.IsOpen() {
		return keys.ScopeList
	}
	return keys.ScopeForm
}

func (f *connectForm) Fit(x, y, w, h int) { f.SetRect(x, y, w, h) }

// key gives a key to the widget that has the keyboard.
func (f *connectForm) key(ev *tcell.EventKey) {
	in := f.app.tv.GetFocus()
	letter := ev.Key() == tcell.KeyRune
	switch _, button := in.(*tview.Button); {
	case f.fields.auth.IsOpen() && (letter || ev.Key() == tcell.KeyBackspace || ev.Key() == tcell.KeyBackspace2):
		return // letters are no part of the list
	case f.fields.auth.IsOpen():
	case button && letter && ev.Rune() == 'q':
		f.leave()
		return
	case in == f.fields.auth && letter && ev.Rune() != ' ':
		return // the list would open and take it for the beginning of an entry
	}
	in.InputHandler()(ev, f.app.focus)
}

func (a *app) nextField()     { a.form.step(1) }
func (a *app) previousField() { a.form.step(-1) }
func (a *app) leaveForm()     { a.form.leave() }

// completeField completes the name of a file, or goes to the next field.
func (a *app) completeField() {
	f := a.form
	if field, ok := a.tv.GetFocus().(*tview.InputField); ok && (field == f.fields.ca || field == f.fields.file) {
		if completed := settings.CompletePath(field.GetText()); completed != field.GetText() {
			field.SetText(completed)
			return
		}
	}
	f.step(1)
}

// enterField connects, opens the file that was typed, or presses the button.
func (a *app) enterField() {
	f, in := a.form, a.tv.GetFocus()
	_, typed := in.(*tview.InputField)
	switch {
	case in == f.fields.file:
		f.tryFile()
	case in == f.fields.auth:
		openList(f.fields.auth, a.focus)
	case typed:
		f.tryDirectory()
	default:
		in.InputHandler()(tcell.NewEventKey(tcell.KeyEnter, 0, tcell.ModNone), a.focus)
	}
}

// focused is the widget that has the keyboard, nil if none of the form has.
func (f *connectForm) focused() tview.Primitive {
	for _, p := range f.order {
		if p.HasFocus() {
			return p
		}
	}
	return nil
}

// step goes to the next field, or the one before.
func (f *connectForm) step(by int) {
	at := 0
	for i, p := range f.order {
		if p.HasFocus() {
			at = (i + by + len(f.order)) % len(f.order)
		}
	}
	f.app.focus(f.order[at])
}

// openConnect shows the form.
func (a *app) openConnect(c Connect) {
	f := newConnectForm(a, c)
	a.form = f
	a.root.push(f)
	a.focus(f.first())
}

// closeConnect takes the form away.
func (a *app) closeConnect() {
	for i, o := range a.root.over {
		if o == overlay(a.form) {
			a.root.over = append(a.root.over[:i:i], a.root.over[i+1:]...)
		}
	}
	a.form = nil
	g, _ := a.grid()
	a.focus(g)
}

// connectElsewhere shows the form as it was last filled in, but for the password.
func (a *app) connectElsewhere() {
	c := a.options.Connect
	if r := a.request; r.Source != "" {
		c.Request = r
	}
	c.Password = ""
	a.openConnect(c)
}

// restart opens a source, with nothing on the screen of what was there.
func (a *app) restart(r model.Request) {
	a.driver.Open(r)
	r.Password = ""
	a.request, a.known = r, false
	n := a.reading
	n.stopComparing()
	n.opening = false
	n.latest, n.base, n.before, n.compared, n.gaps = nil, nil, nil, nil, [2]string{}
	n.counts = change.Counts{}
	a.root.notice, a.root.dismissed = "", false
	a.trail, a.marks = nil, nil
	a.here = a.newLocation(a.here.typ)
	a.pending.left.drop()
	a.pending.touched, a.pending.goTo = false, nil
	a.pending.rest++
	a.left.clear()
	a.askRight()
	a.head.set(a.here.typ, a.here.aces)
	a.look()
}

// opened remembers a directory that could be opened.
func (a *app) opened() {
	s := a.reading.latest
	if a.known || s == nil || s.Empty() {
		return
	}
	a.known = true
	if r := a.request; isDirectory(r.Source) && a.options.Settings != nil {
		a.options.Settings.Remember(settings.Recent{Source: r.Source, User: r.User, CAFile: r.CAFile, Auth: r.Auth})
		if err := a.options.Settings.Save(); err != nil {
			a.foot.say(err.Error())
		}
	}
}

// isDirectory reports whether a source is to be taken for a directory: anything
// but the demo and what is a file.
func isDirectory(source string) bool {
	scheme, _, _ := strings.Cut(strings.ToLower(source), ":")
	switch scheme {
	case "ldap", "ldaps":
		return true
	case "demo", "-", "":
		return false
	}
	return !settings.FileExists(source)
}

// status says below the fields what is going on.
func (f *connectForm) status() (string, widget.Style) {
	if f.failure != "" {
		return f.failure, widget.StyleWarning
	}
	if s := f.app.reading.latest; f.asked != nil && s != nil {
		return safe.Text(report.Doing(s, f.app.reading.now())) + "; Esc stops", widget.StyleTitle
	}
	return "", widget.StyleText
}
