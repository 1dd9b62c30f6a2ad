package ui

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"

	"mbxperm/model"
	"mbxperm/model/wholefile"
	"mbxperm/ui/keys"
	"mbxperm/ui/safe"
	"mbxperm/ui/settings"
)

func (a *app) whyNoRecord() string {
	if s := a.reading.latest; s != nil && s.State.Phase != model.Finished {
		return "still reading: X stops it, then R records from the start"
	}
	return ""
}

// startRecord asks where to record to. There is no hidden copy of what was read:
// the source is read again.
func (a *app) startRecord() {
	s := a.reading.latest
	if s == nil {
		return
	}
	a.openLine(&line{
		scope: keys.ScopeCommand, label: "record to ", enter: a.recordTo, key: a.pathKey,
	}, recordingName(s.State.Source, a.reading.now()))
}

// pathKey completes a path that is typed.
func (a *app) pathKey(ev *tcell.EventKey) *tcell.EventKey {
	switch ev.Key() {
	case tcell.KeyTab:
		a.foot.input.SetText(settings.CompletePath(a.foot.input.GetText()))
		return nil
	case tcell.KeyBacktab:
		return nil
	}
	return ev
}

// recordTo records to a file, after a question if there is one already.
func (a *app) recordTo(path string) {
	path = settings.ExpandHome(strings.TrimSpace(path))
	err := wholefile.Vacant(path, false)
	switch {
	case path == "":
		a.foot.say("nothing is recorded: there was no name")
	case wholefile.Stream(path):
		a.foot.say(path + " is no file: give the name of one")
	case err == nil:
		a.record(path, false)
	case !errors.Is(err, fs.ErrExist):
		a.foot.say(err.Error())
	default:
		a.openLine(&line{
			scope: keys.ScopeCommand, label: "it exists; replace it? y or n: ",
			enter: func(answer string) {
				if answer = strings.ToLower(strings.TrimSpace(answer)); answer == "y" || answer == "yes" {
					a.record(path, true)
				} else {
					a.foot.say("nothing is recorded: " + path + " stays as it is")
				}
			},
		}, "")
	}
}

func (a *app) record(path string, replace bool) {
	a.reading.opening = true
	a.driver.Record(path, replace)
	a.foot.say("reading it again, to record it to " + path + "; X stops it")
}

// recordingName proposes a name for a recording: the source and the day.
func recordingName(source string, now time.Time) string {
	return fileName(source) + now.Format("-2006-01-02") + ".ldif.zst"
}

// fileName makes the beginning of a file's name of a source.
func fileName(source string) string {
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, strings.TrimPrefix(strings.TrimPrefix(source, "ldaps://"), "ldap://"))
	return strings.Trim(name, ".-")
}

// recorded says what came of a recording, once.
func (n *reading) recorded() string {
	r := n.latest.State.Recording
	if r == nil || r == n.announced || n.latest.State.Phase != model.Finished {
		return ""
	}
	n.announced = r
	switch {
	case r.Err != nil:
		return "nothing was recorded: " + r.Err.Error()
	case r.Ended != nil:
		return fmt.Sprintf("%s is incomplete (%v): %s entries", r.Path, r.Ended, safe.Thousands(r.Entries))
	default:
		return fmt.Sprintf("recorded to %s: %s entries", r.Path, safe.Thousands(r.Entries))
	}
}
