package door

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Asked is a question to the client access rules: may this person come in by this
// protocol from there?
type Asked struct {
	Account  string   // bare name, for messages
	Names    []string // under which rules know the person: DOMAIN\name, user@domain
	Protocol string   // of [RuleProtocols]
	From     netip.Addr
	Auth     string // empty where it is not known
	Port     int    // of the client; 0 where it is not known
	// Attribute returns an attribute of the person by the name that filters have
	// for it, and whether it was read; an attribute without a value is empty.
	Attribute func(name string) (value string, read bool)
}

// Truth is what is known of a condition.
type Truth uint8

// The truths. Of two that are joined by and the lesser holds.
const (
	False Truth = iota
	Maybe
	True
)

func truth(b bool) Truth {
	if b {
		return True
	}
	return False
}

func (t Truth) not() Truth { return True - t }

// Answer is what one rule says to a question.
type Answer struct {
	*Rule
	Decides string // yes, no, unknown
	Why     string
}

// Decision is what all rules say: the answers of those that were looked at, in
// order, and what comes of them: allowed, denied, or unknown where a rule before
// cannot be decided.
type Decision struct {
	Answers []Answer
	Outcome string
	By      *Rule // nil where none decides, or it is not known which
	// Acts says why rules do not act at all for this protocol; empty where they do.
	Acts string
}

// Affected are the protocols that rules act on, on Exchange 2019 and later.
var Affected = []string{"ExchangeAdminCenter", "RemotePowerShell"}

// Decide asks the rules in their order. Conditions are joined by and, the values
// of one by or; any exception takes the rule out, and the next one is asked. Where
// no rule decides, access is allowed.
func Decide(rules []*Rule, q *Asked) (d Decision) {
	if !slices.Contains(Affected, q.Protocol) {
		d.Acts = "client access rules act on ExchangeAdminCenter and RemotePowerShell alone: " + q.Protocol + " is affected by none"
	}
	open := false
	outcomes := map[string]bool{}
	for _, r := range rules {
		a := Answer{Rule: r, Decides: "no"}
		holds := Maybe
		switch {
		case !r.Enabled:
			holds, a.Why = False, "it is not enabled"
		case r.Datacenter:
			holds, a.Why = False, "it is for administrators of a data centre alone"
		case r.Problem != "":
			a.Why = "it cannot be decided: " + r.Problem
		default:
			holds, a.Why = r.holds(q)
		}
		if holds == Maybe {
			a.Decides, open = "unknown", true
			outcomes[r.Action] = true
		}
		if holds == True {
			a.Decides = "yes"
			outcomes[r.Action] = true
			if open {
				a.Decides = "unknown"
				a.Why += "; whether it is asked depends on the ones before"
			} else {
				d.By = r
			}
			d.Answers = append(d.Answers, a)
			d.Outcome = outcome(outcomes, open)
			return d
		}
		d.Answers = append(d.Answers, a)
	}
	outcomes["AllowAccess"] = true
	d.Outcome = outcome(outcomes, open)
	return d
}

// outcome is allowed or denied where all that can come is the same.
func outcome(of map[string]bool, _ bool) string {
	switch {
	case len(of) > 1 || of[""]:
		return "unknown"
	case of["DenyAccess"]:
		return "denied"
	}
	return "allowed"
}

// holds says whether a rule's conditions hold and no exception does, and why.
func (r *Rule) holds(q *Asked) (Truth, string) {
	out := True
	var maybe []string
	for i := range r.Conditions {
		switch p := &r.Conditions[i]; p.holds(q) {
		case False:
			return False, "not " + p.String()
		case Maybe:
			out = Maybe
			maybe = append(maybe, p.String()+" is not known")
		}
	}
	for i := range r.Exceptions {
		switch p := &r.Exceptions[i]; p.holds(q) {
		case True:
			return False, "except " + p.String()
		case Maybe:
			out = Maybe
			maybe = append(maybe, "the exception "+p.String()+" is not known")
		}
	}
	if out == Maybe {
		return out, strings.Join(maybe, "; ")
	}
	if len(r.Conditions) == 0 {
		return out, "it has no condition"
	}
	var all []string
	for i := range r.Conditions {
		all = append(all, r.Conditions[i].String())
	}
	return out, strings.Join(all, " and ")
}

// holds reports whether one of the values does.
func (p *Predicate) holds(q *Asked) Truth {
	best := False
	for _, v := range p.Values {
		best = max(best, p.one(v, q))
	}
	return best
}

func (p *Predicate) one(value string, q *Asked) Truth {
	switch p.Kind {
	case OfProtocol:
		return truth(value == q.Protocol)
	case OfAddress:
		r, ok := ParseRange(value)
		if !q.From.IsValid() || !ok {
			return Maybe
		}
		return truth(r.Has(q.From))
	case OfPort:
		from, to, ok := portRange(value)
		if q.Port == 0 || !ok {
			return Maybe
		}
		return truth(from <= int64(q.Port) && int64(q.Port) <= to)
	case OfAuth:
		if q.Auth == "" {
			return Maybe
		}
		return truth(value == q.Auth)
	case OfUser:
		if len(q.Names) == 0 {
			return Maybe
		}
		return truth(slices.ContainsFunc(q.Names, func(n string) bool { return Wildcard(value, n) }))
	}
	f, err := ParseFilter(value)
	if err != nil || q.Attribute == nil {
		return Maybe
	}
	return f.holds(q.Attribute)
}

// Wildcard reports whether a text matches a pattern as a whole, where * stands for
// any run of characters; case does not count.
func Wildcard(pattern, text string) bool {
	parts := strings.Split(strings.ToLower(pattern), "*")
	text = strings.ToLower(text)
	if len(parts) == 1 {
		return text == parts[0]
	}
	if !strings.HasPrefix(text, parts[0]) {
		return false
	}
	text = text[len(parts[0]):]
	last := parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(text, p)
		if i < 0 {
			return false
		}
		text = text[i+len(p):]
	}
	return strings.HasSuffix(text, last)
}

// ConditionTexts spell the conditions of a rule, ExceptionTexts its exceptions.
func (r *Rule) ConditionTexts() (out []string) { return texts(r.Conditions) }

// ExceptionTexts spell the exceptions of a rule.
func (r *Rule) ExceptionTexts() (out []string) { return texts(r.Exceptions) }

func texts(list []Predicate) (out []string) {
	for i := range list {
		out = append(out, list[i].String())
	}
	return out
}

// Shuts returns the first enabled rule that denies RemotePowerShell to somebody
// before any rule allows it, nil where there is none: one mistake in such a rule
// shuts everybody out of the shell that would mend it.
func Shuts(rules []*Rule) *Rule {
	for _, r := range rules {
		if !r.Enabled || r.Datacenter || r.Problem != "" {
			continue
		}
		speaks := true
		for i := range r.Conditions {
			if p := &r.Conditions[i]; p.Kind == OfProtocol {
				speaks = speaks && slices.Contains(p.Values, "RemotePowerShell")
			}
		}
		for i := range r.Exceptions {
			if p := &r.Exceptions[i]; p.Kind == OfProtocol && slices.Contains(p.Values, "RemotePowerShell") {
				speaks = false
			}
		}
		switch {
		case speaks && r.Action == "AllowAccess":
			return nil
		case speaks:
			return r
		}
	}
	return nil
}

// errFilter says what of a filter is not understood.
func errFilter(format string, args ...any) error { return fmt.Errorf(format, args...) }
