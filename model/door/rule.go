package door

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"slices"
	"strings"

	"mbxperm/model"
)

// Rule is a client access rule (exchange-facts 7).
type Rule struct {
	Obj        model.ObjectID
	Priority   int // its rank, from 1
	Name       string
	Enabled    bool
	Datacenter bool   // for administrators of a data centre only
	Action     string // AllowAccess, DenyAccess; empty where it is not understood
	Conditions []Predicate
	Exceptions []Predicate
	Changed    string
	// Problem says why it cannot be decided; Raw is then what it says.
	Problem string
	Raw     string
	Weak    string // what is wrong with it; empty where nothing is

	priority int64
	guid     string
}

// PredicateKind is what a condition or an exception looks at.
type PredicateKind uint8

// The kinds.
const (
	OfAddress PredicateKind = iota
	OfPort
	OfProtocol
	OfUser
	OfAuth
	OfFilter
)

var predicateTags = map[string]PredicateKind{
	"anyofclientipaddressesorrangespredicate": OfAddress, "anyofsourcetcpportnumberspredicate": OfPort, "anyofprotocolspredicate": OfProtocol,
	"usernamematchesanyofpatternspredicate": OfUser, "anyofauthenticationtypespredicate": OfAuth, "userrecipientfilterpredicate": OfFilter,
}

var predicateNames = [...]string{"AnyOfClientIPAddressesOrRanges", "AnyOfSourceTcpPortNumbers", "AnyOfProtocols", "UsernameMatchesAnyOfPatterns",
	"AnyOfAuthenticationTypes", "UserRecipientFilter"}

// String is the name of the parameter of New-ClientAccessRule.
func (k PredicateKind) String() string { return predicateNames[k] }

// Predicate is one condition: it holds where one of its values does.
type Predicate struct {
	Kind   PredicateKind
	Values []string // protocols and kinds of authentication by their names
}

// String spells it as the parameter of New-ClientAccessRule.
func (p *Predicate) String() string { return p.Kind.String() + " " + strings.Join(p.Values, ", ") }

// The protocols and kinds of authentication by their numbers in the XML.
var (
	ruleProtocols = []string{"ExchangeWebServices", "RemotePowerShell", "OutlookAnywhere", "POP3", "IMAP4", "OutlookWebApp", "ExchangeAdminCenter",
		"ExchangeActiveSync", "OfflineAddressBook", "PowerShellWebServices"}
	ruleProtocolNames = map[string]string{"ews": "ExchangeWebServices", "rps": "RemotePowerShell", "oa": "OutlookAnywhere", "activesync": "ExchangeActiveSync"}
	ruleAuths         = []string{"BasicAuthentication", "NonBasicAuthentication", "AdfsAuthentication"}
	ruleAuthNames     = map[string]string{"basic": "BasicAuthentication", "nonbasic": "NonBasicAuthentication"}
)

// RuleProtocols are the protocols that rules know.
func RuleProtocols() []string { return ruleProtocols }

// ParseRuleProtocol reads a protocol by number, name or short form.
func ParseRuleProtocol(text string) (string, bool) {
	return ruleWord(text, ruleProtocols, ruleProtocolNames)
}

// ParseRuleAuth reads a kind of authentication.
func ParseRuleAuth(text string) (string, bool) { return ruleWord(text, ruleAuths, ruleAuthNames) }

func ruleWord(text string, names []string, short map[string]string) (string, bool) {
	if n, ok := number(text); ok && n >= 0 && n < int64(len(names)) {
		return names[n], true
	}
	for _, n := range names {
		if strings.EqualFold(n, text) {
			return n, true
		}
	}
	n, ok := short[strings.ToLower(text)]
	return n, ok
}

// Rules are the client access rules in the order in which they are looked at, and
// whether they could be seen: that there are none is shown by their container.
func Rules(s *model.Snapshot) (rules []*Rule, seen bool) {
	r := rulesOf.Of(s)
	return r.list, r.seen
}

type rules struct {
	list []*Rule
	seen bool
}

var rulesOf = model.Derive(func(s *model.Snapshot) *rules {
	out := &rules{}
	for i := range s.Doors.Len() {
		d := s.Doors.At(i)
		switch d.Kind {
		case model.DoorFolder:
			out.seen = out.seen || strings.EqualFold(s.CN(s.Record(d.Obj).DN), "Client Access Rules")
		case model.DoorRule:
			out.seen = true
			out.list = append(out.list, newRule(s, d))
		}
	}
	// Those for data centres first, then by the number within, then by GUID.
	slices.SortFunc(out.list, func(a, b *Rule) int {
		return cmp.Or(cmp.Compare(btoi(b.Datacenter), btoi(a.Datacenter)), cmp.Compare(a.priority, b.priority), strings.Compare(a.guid, b.guid))
	})
	for i, r := range out.list {
		r.Priority = i + 1
	}
	if r := Shuts(out.list); r != nil {
		r.Weak = "it denies RemotePowerShell and no rule before allows it: whoever it meets cannot mend it from the shell"
	}
	return out
})

func newRule(s *model.Snapshot, d *model.Door) *Rule {
	v := d.Values
	r := &Rule{Obj: d.Obj, Name: s.CN(s.Record(d.Obj).DN), Enabled: v.Text("Enabled") != "False", Datacenter: v.Text("DatacenterAdminsOnly") == "True",
		Changed: moment(v.Text("WhenChanged")), guid: model.GUIDText(s.Record(d.Obj).GUID)}
	n, ok := number(v.Text("Priority"))
	r.priority = n
	text := v.Text("Xml")
	switch {
	case text == "":
		r.Problem = "what it says was not read"
	case v.Find("Enabled").State == model.NotAsked:
		r.Problem = "whether it is enabled was not read"
	default:
		r.Problem = r.read(text)
	}
	if r.Problem == "" && !ok {
		r.Problem = "its place among the rules was not read"
	}
	if r.Problem != "" {
		r.Raw = text
	}
	return r
}

// What the parser takes; no rule of Exchange comes near.
const (
	mostRuleXML   = 1 << 20
	deepestRule   = 32
	mostRuleValue = 1 << 14
)

// Tags of the dialect that say nothing by themselves.
var ruleFrame = map[string]bool{"rules": true, "rule": true, "version": true, "condition": true, "and": true, "true": true, "tags": true, "tag": true}

// read parses the XML of a rule, and says what of it is not understood.
func (r *Rule) read(text string) (problem string) {
	if len(text) > mostRuleXML {
		return "its XML is too long"
	}
	dec := xml.NewDecoder(bytes.NewReader([]byte(text)))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // what LDAP delivers is UTF-8 whatever it says
	p := ruleParser{rule: r}
	for {
		token, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return "its XML cannot be read"
		}
		switch t := token.(type) {
		case xml.StartElement:
			problem = p.start(t)
		case xml.CharData:
			if p.open != nil && p.stack[len(p.stack)-1] == "value" {
				p.value.Write(t)
			}
		case xml.EndElement:
			problem = p.end()
		}
		if problem != "" {
			return problem
		}
	}
	switch {
	case p.rules != 1:
		return "its XML holds no rule, or several"
	case r.Action == "":
		return "an unknown action"
	}
	return ""
}

// ruleParser reads one rule.
type ruleParser struct {
	rule          *Rule
	stack         []string // the elements that are open, in lower case
	open          *Predicate
	value         strings.Builder
	rules, values int
}

func (p *ruleParser) start(t xml.StartElement) (problem string) {
	tag := strings.ToLower(t.Name.Local)
	if p.stack = append(p.stack, tag); len(p.stack) > deepestRule {
		return "its XML is too deep"
	}
	kind, isPredicate := predicateTags[tag]
	switch {
	case tag == "value" && p.open != nil:
		p.value.Reset()
	case p.open != nil:
		return "an unknown part: " + t.Name.Local
	case isPredicate:
		p.open = &Predicate{Kind: kind}
	case tag == "action":
		p.rule.Action = actionOf(t.Attr)
	case tag == "rule":
		p.rules++
	case tag != "not" && !ruleFrame[tag]:
		return "an unknown part: " + t.Name.Local
	}
	return ""
}

func (p *ruleParser) end() (problem string) {
	tag := p.stack[len(p.stack)-1]
	p.stack = p.stack[:len(p.stack)-1]
	switch {
	case p.open == nil:
	case tag == "value":
		if p.values++; p.values > mostRuleValue {
			return "it has too many values"
		}
		text, ok := p.open.normal(strings.TrimSpace(p.value.String()))
		if !ok {
			return "an unknown value of " + p.open.Kind.String()
		}
		p.open.Values = append(p.open.Values, text)
	default:
		problem = p.close()
	}
	return problem
}

// close ends a condition, which within a not is an exception.
func (p *ruleParser) close() (problem string) {
	r, nots := p.rule, 0
	for _, tag := range p.stack {
		if tag == "not" {
			nots++
		}
	}
	switch nots {
	case 0:
		r.Conditions = append(r.Conditions, *p.open)
	case 1:
		r.Exceptions = append(r.Exceptions, *p.open)
	default:
		return "an exception within an exception"
	}
	p.open = nil
	return ""
}

func actionOf(attributes []xml.Attr) string {
	for _, a := range attributes {
		if strings.EqualFold(a.Name.Local, "name") {
			for _, known := range []string{"AllowAccess", "DenyAccess"} {
				if strings.EqualFold(a.Value, known) {
					return known
				}
			}
		}
	}
	return ""
}

// normal is a value in the form that is compared; ok is false for one that is not
// understood.
func (p *Predicate) normal(text string) (string, bool) {
	switch p.Kind {
	case OfProtocol:
		return ParseRuleProtocol(text)
	case OfAuth:
		return ParseRuleAuth(text)
	case OfAddress:
		_, ok := ParseRange(text)
		return text, ok
	case OfPort:
		_, _, ok := portRange(text)
		return text, ok
	}
	return text, text != ""
}

// portRange reads a port, or two with a dash between them.
func portRange(text string) (from, to int64, ok bool) {
	a, b, several := strings.Cut(text, "-")
	from, ok = number(a)
	to = from
	if several && ok {
		to, ok = number(b)
	}
	return from, to, ok && from >= 0 && to <= 65535 && from <= to
}
