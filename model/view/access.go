package view

import (
	"slices"
	"strings"

	"mbxperm/model"
	"mbxperm/model/grant"
	"mbxperm/model/member"
	"mbxperm/model/usage"
	"mbxperm/model/verdict"
)

// AccessLine is a verdict as report access writes it.
type AccessLine struct {
	*verdict.Line
	mailbox, person model.Principal
	changed         model.Stamp // of the access lists of the mailbox
}

// NewAccessLine looks up whom a verdict is about.
func NewAccessLine(s *model.Snapshot, l *verdict.Line) AccessLine {
	out := AccessLine{Line: l}
	if l.Mailbox != 0 {
		out.mailbox = s.TargetPrincipal(s.Record(l.Mailbox))
		out.changed = grant.ListsStamp(s, l.Mailbox)
	}
	if l.Trustee != 0 {
		out.person = s.Principal(l.Trustee)
	}
	return out
}

// Disabled reports whether the line is about a person whose account is disabled.
func (l *AccessLine) Disabled() bool { return l.Single && l.person.State == "disabled" }

// manyOr is a name, or what stands for many: the program's own word.
func manyOr(many bool, name string) any {
	if many {
		return model.Said("*")
	}
	return name
}

func answerField(name string, q verdict.Question) model.Field[*AccessLine] {
	return model.Field[*AccessLine]{Name: name, First: true, Is: model.ContentStatus, Value: func(l *AccessLine) any { return l.Answers[q].Answer.String() }}
}

// AccessFields are the columns of report access.
var AccessFields = []model.Field[*AccessLine]{
	{Name: "mailbox", First: true, Is: model.ContentTarget, Value: func(l *AccessLine) any { return manyOr(l.Mailbox == 0, l.mailbox.Name) }},
	{Name: "mailbox_dn", Is: model.ContentDN, Order: true, Value: func(l *AccessLine) any { return l.mailbox.DN }},
	{Name: "person", First: true, Is: model.ContentTrustee, Value: func(l *AccessLine) any { return manyOr(l.Trustee == 0, l.person.Name) }},
	{Name: "person_domain", Is: model.ContentName, Value: func(l *AccessLine) any { return l.person.Domain }},
	{Name: "person_sid", Is: model.ContentSID, Value: func(l *AccessLine) any { return model.SIDText(l.person.SID) }},
	{Name: "person_state", Is: model.ContentWord, Value: func(l *AccessLine) any { return l.person.State }},
	answerField("can_open", verdict.CanOpen),
	answerField("can_open_admin", verdict.CanOpenAdmin),
	answerField("can_send_as", verdict.CanSendAs),
	answerField("can_send_on_behalf", verdict.CanSendOnBehalf),
	{Name: "basis", Is: model.ContentWord, Value: func(l *AccessLine) any { return l.Basis().String() }},
	{Name: "via", Value: func(l *AccessLine) any { return l.Via() }},
	{Name: "why", Value: func(l *AccessLine) any { return l.Why() }},
	{Name: "complete", Value: func(l *AccessLine) any { return l.Complete() }},
	{Name: "acl_changed", Is: model.ContentWord, Value: func(l *AccessLine) any { return l.changed.Text() }},
}

// HasMailbox reports whether a line is that of a mailbox.
func HasMailbox(s *model.Snapshot, k LineKey) bool {
	id := s.At(k.target)
	return id != 0 && s.Record(id).HasMailbox()
}

// FindMailbox finds the one mailbox, or other recipient, that a text names: a
// name, DOMAIN\name, DN, SID or objectGUID. Its errors are of usage and say what
// was found instead.
func FindMailbox(s *model.Snapshot, text string, recipients bool) (model.ObjectID, error) {
	what := "mailbox"
	if recipients {
		what = "other recipient"
	}
	var found []model.ObjectID
	var others []string
	for _, k := range Named(s, text) {
		switch id := s.At(k.target); {
		case id == 0 || s.Record(id).Recipient == model.NoRecipient || s.Record(id).HasMailbox() == recipients:
			others = append(others, kindOf(s, k, id))
		case !slices.Contains(found, id):
			found = append(found, id)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0 && len(others) > 0:
		return 0, usage.Errorf("--target %q is no %s but %s", text, what, others[0])
	case len(found) == 0:
		return 0, usage.Errorf("--target %q: no %s has this name; give a sAMAccountName, DOMAIN\\name, DN, SID or objectGUID", text, what)
	}
	var names []string
	for _, id := range found {
		names = append(names, s.DNText(s.Record(id).DN))
	}
	slices.Sort(names)
	return 0, usage.Errorf("--target %q names %d: give one of the DNs %s", text, len(found), strings.Join(names, " or "))
}

// kindOf says, with its article, what a target is that has no verdicts. A store, a
// server and a container are nobody's account.
func kindOf(s *model.Snapshot, k LineKey, id model.ObjectID) string {
	if id != 0 {
		o := s.Record(id)
		switch {
		case o.Class == model.ClassStore:
			return "a mailbox store"
		case o.Class == model.ClassPublic:
			return "a store of public folders"
		case o.Class == model.ClassServer:
			return "a server"
		case o.Recipient == model.NoRecipient && o.Is(model.FlagAbove):
			return "a container"
		}
	}
	return article(TrusteeOf(s, k).Kind)
}

// FindPerson finds the one person that a text names. Its errors are of usage.
func FindPerson(s *model.Snapshot, text string) (member.Person, error) {
	g := verdict.Of(s).Graph()
	var found []member.Person
	var others []model.Principal
	for _, k := range Named(s, text) {
		var persons []member.Person
		if k.party.SID() != 0 {
			persons = g.PersonsOf(k.party.SID())
		}
		if p, ok := g.PersonOf(s.At(k.target)); ok {
			persons = append(persons, p)
		}
		// A SID of sIDHistory names the account that had it, as on the screen.
		if len(persons) == 0 && k.party.SID() != 0 {
			for _, id := range s.FormerHolders(k.party.SID()) {
				if p, ok := g.PersonOf(id); ok {
					persons = append(persons, p)
				}
			}
		}
		if len(persons) == 0 {
			others = append(others, TrusteeOf(s, k))
		}
		for _, p := range persons {
			if !slices.Contains(found, p) {
				found = append(found, p)
			}
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0 && len(others) > 0:
		return 0, nobody(others[0])
	case len(found) == 0:
		return 0, usage.Errorf("--trustee %q: no person has this name; give a sAMAccountName, DOMAIN\\name, DN, SID or objectGUID", text)
	}
	var names []string
	for _, p := range found {
		who := s.Principal(g.Trustee(p))
		name := who.Name
		if who.Domain != "" {
			name = who.Domain + `\` + name
		}
		names = append(names, model.SIDText(who.SID)+" ("+name+")")
	}
	slices.Sort(names)
	return 0, usage.Errorf("--trustee %q names %d persons: give the SID, %s", text, len(found), strings.Join(names, " or "))
}

// nobody says of what is no person what it is, and where to look.
func nobody(p model.Principal) error {
	name := p.Name
	switch p.Kind {
	case model.KindGroup, model.KindWellKnown:
		if p.Kind == model.KindWellKnown {
			return usage.Errorf("%s is a well-known identity and no person; what it is granted: report aces --trustee %s --direction reverse", name, quoted(name))
		}
		return usage.Errorf("%s is a group; who is in it: x on the screen; what it is granted: report aces --trustee %s --direction reverse", name, quoted(name))
	}
	return usage.Errorf("%s is no person who can log on, but %s; what it is granted: report aces --trustee %s --direction reverse", name, article(p.Kind), quoted(name))
}

func quoted(name string) string {
	if strings.ContainsAny(name, " \\") {
		return `"` + name + `"`
	}
	return name
}

// article puts the article before a kind.
func article(kind string) string {
	switch kind {
	case "":
		return "something else"
	case model.KindWellKnown:
		return "a well-known identity"
	case model.KindOther:
		return "another recipient"
	case model.KindDeleted, model.KindForeign:
		return "a " + kind + " account"
	case model.KindOrphan:
		return "an orphan: nobody holds its SID any more"
	case model.KindUnresolved:
		return "unresolved: who holds it was not read"
	}
	return "a " + kind
}
