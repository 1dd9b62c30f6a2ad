package finding

import (
	"fmt"
	"strings"

	"mbxperm/model"
	"mbxperm/model/door"
)

// doorAlarms are those about doors: what the directory and the protocol logs tell.
const doorAlarms alarmSet = 1<<alarmPlainText | 1<<alarmRelayForAll | 1<<alarmLoggingOff

// doors looks at what the logs tell. A target is an account, or a connector by
// its name; whoever asks for a trustee asks for a client by its address.
func (w *watcher) doors() {
	if w.want&(1<<alarmPlainText) != 0 {
		for i, all := 0, door.Connections(w.s); i < len(all); i++ {
			w.plainText(&all[i])
		}
	}
	if w.want&(1<<alarmLoggingOff) != 0 {
		w.loggingOff()
	}
	if w.want&(1<<alarmRelayForAll) != 0 {
		for _, c := range door.Connectors(w.s) {
			w.openRelay(c)
		}
		for i, all := 0, door.Relays(w.s); i < len(all); i++ {
			w.relayForAll(&all[i])
		}
	}
}

func (w *watcher) plainText(c *door.Connection) {
	account := model.Principal{Name: c.User}
	if c.Account.ID != 0 {
		account = w.s.TargetPrincipal(w.s.Record(c.Account.ID))
	}
	if c.Plain == 0 || c.Spare || !w.asked(account, c.Client) {
		return
	}
	w.sayDoor(alarmPlainText, model.Phrase{
		{Is: model.PartAccount, Text: account.Name}, {Is: model.PartWord, Text: " from "}, {Is: model.PartName, Text: c.Client},
		{Is: model.PartWord, Text: fmt.Sprintf(" by %s at ", c.Protocol)}, {Is: model.PartName, Text: c.Server},
		{Is: model.PartWord, Text: fmt.Sprintf(", %d times", c.Plain)},
	})
}

// loggingOff is about services and connectors that the directory has not log.
func (w *watcher) loggingOff() {
	say := func(id model.ObjectID, name, server string) {
		if w.asked(model.Principal{Name: name, DN: w.s.DNText(w.s.Record(id).DN)}, "") {
			w.sayDoor(alarmLoggingOff, model.Phrase{{Is: model.PartName, Text: name}, {Is: model.PartWord, Text: " of "}, {Is: model.PartName, Text: server}})
		}
	}
	for _, p := range door.AllSettings(w.s) {
		if on, _ := p.Logging(); on == door.LoggingOff {
			say(p.Obj, strings.ToUpper(string(p.Protocol)), p.ServerName())
		}
	}
	for _, c := range door.Connectors(w.s) {
		if c.Enabled && c.Logging == "None" && c.Role != "HubTransport" {
			say(c.Obj, c.Name, c.ServerName())
		}
	}
}

// openRelay is about what the directory says of a connector, whoever came.
func (w *watcher) openRelay(c *door.Connector) {
	if !c.OpenRelay() || !w.asked(model.Principal{Name: c.Name, DN: w.s.DNText(w.s.Record(c.Obj).DN)}, "") {
		return
	}
	w.sayDoor(alarmRelayForAll, model.Phrase{
		{Is: model.PartName, Text: c.Name}, {Is: model.PartWord, Text: " of "}, {Is: model.PartName, Text: c.ServerName()},
		{Is: model.PartWord, Text: ": anonymous relay for everybody"},
	})
}

func (w *watcher) relayForAll(r *door.Relay) {
	if r.MayRelay == 0 || len(r.Users.Texts) > 0 || !w.asked(model.Principal{Name: r.Connector}, r.Client) {
		return
	}
	w.sayDoor(alarmRelayForAll, model.Phrase{
		{Is: model.PartName, Text: r.Client}, {Is: model.PartWord, Text: " through "}, {Is: model.PartName, Text: r.Connector},
		{Is: model.PartWord, Text: " at "}, {Is: model.PartName, Text: r.Server}, {Is: model.PartWord, Text: fmt.Sprintf(", in %d sessions", r.MayRelay)},
	})
}

// asked applies target and trustee.
func (w *watcher) asked(target model.Principal, client string) bool {
	return (w.target == nil || w.target(&target)) && (w.trustee == nil || w.trustee(&model.Principal{Name: client}))
}

func (w *watcher) sayDoor(on alarmKind, what model.Phrase) {
	if w.rows[on] == 0 {
		w.door[on] = what
	}
	w.rows[on]++
}
