package door_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/internal/script"
)

// plainRule is a rule for the plain evaluator: values by kind.
type plainRule struct {
	deny, off          bool
	conditions, except map[string][]string
}

// plainAsk is a question with everything known.
type plainAsk struct {
	protocol, user, auth, department string
	ip                               netip.Addr
	port                             int
}

// xml writes the rule as Exchange keeps it.
func (r *plainRule) xml() string {
	tags := [][2]string{{"ip", "anyOfClientIPAddressesOrRangesPredicate"}, {"port", "anyOfSourceTcpPortNumbersPredicate"}, {"protocol", "anyOfProtocolsPredicate"},
		{"user", "usernameMatchesAnyOfPatternsPredicate"}, {"auth", "anyOfAuthenticationTypesPredicate"}, {"filter", "UserRecipientFilterPredicate"}}
	write := func(of map[string][]string) (out string) {
		for _, t := range tags {
			if len(of[t[0]]) > 0 {
				out += "<" + t[1] + "><value>" + strings.Join(of[t[0]], "</value><value>") + "</value></" + t[1] + ">"
			}
		}
		return out
	}
	action := "AllowAccess"
	if r.deny {
		action = "DenyAccess"
	}
	text := write(r.conditions)
	if e := write(r.except); e != "" {
		text += "<not>" + e + "</not>"
	}
	return `<rules name="x"><rule name="r" enabled="true"><version requiredMinVersion="15.0.0.0"><condition><and><true/>` + text +
		`</and></condition><action name="` + action + `"/></version></rule></rules>`
}

// meets says in the plainest way whether one kind of values holds.
func (q *plainAsk) meets(kind string, values []string) bool {
	for _, v := range values {
		switch kind {
		case "ip":
			p, err := netip.ParsePrefix(v)
			if err != nil {
				p = netip.PrefixFrom(netip.MustParseAddr(v), 32)
			}
			if p.Masked().Contains(q.ip) {
				return true
			}
		case "port":
			if fmt.Sprint(q.port) == v {
				return true
			}
		case "protocol":
			if q.protocol == v {
				return true
			}
		case "auth":
			if q.auth == v {
				return true
			}
		case "user":
			if strings.Contains(q.user, strings.Trim(v, "*")) {
				return true
			}
		case "filter":
			for _, d := range []string{"Sales", "Board"} {
				if v == "Department -eq '"+d+"'" && q.department == d || v == "-not (Department -eq '"+d+"')" && q.department != d {
					return true
				}
			}
		}
	}
	return false
}

func plainDecide(rules []plainRule, q *plainAsk) string {
next:
	for _, r := range rules {
		if r.off {
			continue
		}
		for kind, values := range r.conditions {
			if len(values) > 0 && !q.meets(kind, values) {
				continue next
			}
		}
		for kind, values := range r.except {
			if q.meets(kind, values) {
				continue next
			}
		}
		if r.deny {
			return "denied"
		}
		return "allowed"
	}
	return "allowed"
}

var pools = map[string][]string{
	"ip": {"10.0.0.0/8", "10.1.2.3", "10.1.0.77/16", "192.0.2.0/24"}, "port": {"1024", "2000"}, "protocol": {"ExchangeAdminCenter", "RemotePowerShell"},
	"user": {"*anna*", "*bert*"}, "auth": {"BasicAuthentication", "AdfsAuthentication"},
	"filter": {"Department -eq 'Sales'", "-not (Department -eq 'Board')"},
}

func randomValues(r *rand.Rand) map[string][]string {
	out := map[string][]string{}
	for _, kind := range []string{"ip", "port", "protocol", "user", "auth", "filter"} {
		if r.IntN(3) > 0 {
			continue
		}
		for _, v := range pools[kind] {
			if r.IntN(2) == 0 {
				out[kind] = append(out[kind], v)
			}
		}
	}
	return out
}

func rulesOf(t *testing.T, list []plainRule) []*door.Rule {
	t.Helper()
	w := model.NewWriter(model.NewPool())
	for i, r := range list {
		dn := fmt.Sprintf("CN=r%d,CN=Client Access Rules,%s", i, script.ConfigDN)
		w.Put(&model.Object{DN: dn, Class: model.ClassDoor})
		value := func(name, text string) model.DoorValue {
			return model.DoorValue{Name: name, Texts: []string{text}, State: model.Present}
		}
		enabled := "True"
		if r.off {
			enabled = "False"
		}
		w.Door(dn, model.DoorRule, model.DoorValues{value("Enabled", enabled), value("Priority", fmt.Sprint(1000*(i+1))), value("Xml", r.xml())})
	}
	rules, _ := door.Rules(w.Snapshot())
	if len(rules) != len(list) {
		t.Fatalf("%d rules, want %d", len(rules), len(list))
	}
	return rules
}

// TestRulesAgainstThePlainEvaluator: random rules and questions. With everything
// known both say the same; with something unknown a certain answer is one that
// holds for every value of it.
func TestRulesAgainstThePlainEvaluator(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 6))
	certain, open := 0, 0
	for range 3000 {
		var list []plainRule
		for range r.IntN(5) {
			list = append(list, plainRule{deny: r.IntN(2) == 0, off: r.IntN(6) == 0, conditions: randomValues(r), except: randomValues(r)})
		}
		rules := rulesOf(t, list)
		pick := func(of ...string) string { return of[r.IntN(len(of))] }
		ask := plainAsk{protocol: pick(pools["protocol"]...), user: `contoso\` + pick("anna", "bert", "carl"), auth: pick("BasicAuthentication", "AdfsAuthentication", "NonBasicAuthentication"),
			department: pick("Sales", "Board", ""), ip: netip.MustParseAddr(pick("10.1.2.3", "10.9.9.9", "192.0.2.7", "203.0.113.9")), port: []int{1024, 2000, 3000}[r.IntN(3)]}
		full := door.Asked{Names: []string{ask.user}, Protocol: ask.protocol, From: ask.ip, Auth: ask.auth, Port: ask.port,
			Attribute: func(string) (string, bool) { return ask.department, true }}
		d := door.Decide(rules, &full)
		if want := plainDecide(list, &ask); d.Outcome != want {
			t.Fatalf("%+v asked %+v: %s, want %s: %+v", list, ask, d.Outcome, want, d.Answers)
		}
		half := full
		half.Port, half.Auth, half.Attribute = 0, "", func(string) (string, bool) { return "", false }
		d = door.Decide(rules, &half)
		if d.Outcome == "unknown" {
			open++
			continue
		}
		certain++
		for _, ask.port = range []int{1024, 2000, 3000} {
			for _, ask.auth = range []string{"BasicAuthentication", "AdfsAuthentication", "NonBasicAuthentication"} {
				for _, ask.department = range []string{"Sales", "Board", "Staff", ""} {
					if want := plainDecide(list, &ask); want != d.Outcome {
						t.Fatalf("%+v asked %+v: %s, though it may be %s", list, ask, d.Outcome, want)
					}
				}
			}
		}
	}
	if certain < 300 || open < 300 {
		t.Errorf("%d certain, %d open: too few of one", certain, open)
	}
}

// TestRuleXML: what is not understood makes the rule undecidable and is said.
func TestRuleXML(t *testing.T) {
	rule := func(conditions, action string) string {
		return `<?xml version="1.0" encoding="utf-16"?><rules><rule name="a"><version><condition><and>` + conditions + `</and></condition><action name="` + action + `"/></version></rule></rules>`
	}
	for _, c := range []struct{ xml, problem, first string }{
		{rule(`<anyOfProtocolsPredicate><value>6</value><value>RPS</value><value>pop3</value></anyOfProtocolsPredicate>`, "DenyAccess"), "", "AnyOfProtocols ExchangeAdminCenter, RemotePowerShell, POP3"},
		{rule(`<anyOfAuthenticationTypesPredicate><value>0</value></anyOfAuthenticationTypesPredicate>`, "allowaccess"), "", "AnyOfAuthenticationTypes BasicAuthentication"},
		{rule(`<anyOfProtocolsPredicate><value>99</value></anyOfProtocolsPredicate>`, "DenyAccess"), "unknown value of AnyOfProtocols", ""},
		{rule(`<moonPhasePredicate><value>full</value></moonPhasePredicate>`, "DenyAccess"), "unknown part: moonPhasePredicate", ""},
		{rule(`<anyOfClientIPAddressesOrRangesPredicate><value>elsewhere</value></anyOfClientIPAddressesOrRangesPredicate>`, "DenyAccess"), "unknown value of AnyOfClientIP", ""},
		{rule("", "MayBe"), "unknown action", ""},
		{rule("", "DenyAccess") + rule("", "DenyAccess"), "", ""},
		{"<rules>", "cannot be read", ""},
		{"", "not read", ""},
		{strings.Repeat("<and>", 100), "too deep", ""},
		{`<!DOCTYPE a [<!ENTITY b "c">]><rules>&b;</rules>`, "cannot be read", ""},
	} {
		w := model.NewWriter(model.NewPool())
		dn := "CN=r,CN=Client Access Rules," + script.ConfigDN
		w.Put(&model.Object{DN: dn, Class: model.ClassDoor})
		v := model.DoorValue{Name: "Xml", State: model.Missing}
		if c.xml != "" {
			v.Texts, v.State = []string{c.xml}, model.Present
		}
		w.Door(dn, model.DoorRule, model.DoorValues{v, {Name: "Enabled", Texts: []string{"True"}, State: model.Present}, {Name: "Priority", Texts: []string{"1"}, State: model.Present}})
		rules, _ := door.Rules(w.Snapshot())
		r := rules[0]
		if c.problem == "" && c.first == "" { // two rules in one
			c.problem = "no rule, or several"
		}
		if !strings.Contains(r.Problem, c.problem) || c.problem == "" && r.Problem != "" {
			t.Errorf("%.80s: problem %q, want %q", c.xml, r.Problem, c.problem)
		}
		if c.first != "" && (len(r.Conditions) != 1 || r.Conditions[0].String() != c.first) {
			t.Errorf("%.80s: %v, want %q", c.xml, r.ConditionTexts(), c.first)
		}
		if c.problem != "" && c.xml != "" && r.Raw != c.xml {
			t.Errorf("what %q says is not shown", c.problem)
		}
	}
}

// TestFilters: what is read, what is not, and what stays open.
func TestFilters(t *testing.T) {
	person := map[string]string{"department": "Sales", "city": "Köln", "customattribute3": "a'b", "company": ""}
	attribute := func(name string) (string, bool) {
		v, ok := person[strings.ToLower(name)]
		return v, ok
	}
	_ = attribute
	for text, want := range map[string]string{
		"Department -eq 'sales'":                                   "denied",
		"Department -ne 'Sales'":                                   "allowed",
		"Department -like 'S*s' -and City -eq \"Köln\"":            "denied",
		"Department -notlike '*x*'":                                "denied",
		"-not (Department -eq 'Sales')":                            "allowed",
		"Company -eq $null":                                        "denied",
		"Department -ne $null":                                     "denied",
		"CustomAttribute3 -eq 'a''b'":                              "denied",
		"Office -eq 'x'":                                           "unknown", // not read
		"Office -eq 'x' -or Department -eq 'Sales'":                "denied",
		"Office -eq 'x' -and Department -eq 'x'":                   "allowed",
		"{Department -eq 'Sales'}":                                 "denied",
		"Department -eq 'x' -or City -eq 'x' -and City -eq 'Köln'": "allowed",
		"Manager -eq 'x'":                                          "unknown",
		"Department -gt 'x'":                                       "unknown",
		"Department -eq":                                           "unknown",
		"(Department -eq 'Sales'":                                  "unknown",
		"Department -eq 'Sales' City":                              "unknown",
		"Department -eq $true":                                     "unknown",
	} {
		rules := rulesOf(t, []plainRule{{deny: true, conditions: map[string][]string{"filter": {strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(text)}}}})
		if d := door.Decide(rules, &door.Asked{Protocol: "RemotePowerShell", Attribute: attribute}); d.Outcome != want {
			t.Errorf("%s: %s, want %s", text, d.Outcome, want)
		}
	}
}

// TestShuts: a deny that reaches the shell with no allow before it.
func TestShuts(t *testing.T) {
	deny := plainRule{deny: true, conditions: map[string][]string{"ip": {"10.0.0.0/8"}}}
	allow := plainRule{conditions: map[string][]string{"protocol": {"RemotePowerShell"}}}
	eac := plainRule{deny: true, conditions: map[string][]string{"protocol": {"ExchangeAdminCenter"}}}
	spared := plainRule{deny: true, except: map[string][]string{"protocol": {"RemotePowerShell"}}}
	for _, c := range []struct {
		list []plainRule
		want bool
	}{{[]plainRule{deny}, true}, {[]plainRule{allow, deny}, false}, {[]plainRule{eac}, false}, {[]plainRule{eac, deny}, true}, {[]plainRule{spared}, false}, {nil, false}} {
		if got := door.Shuts(rulesOf(t, c.list)); (got != nil) != c.want {
			t.Errorf("%+v: %v, want %v", c.list, got, c.want)
		}
	}
}

func FuzzRuleXML(f *testing.F) {
	f.Add((&plainRule{deny: true, conditions: pools, except: pools}).xml())
	f.Add("<rules><rule><not><not><and/></not></not></rule></rules>")
	f.Fuzz(func(t *testing.T, text string) {
		w := model.NewWriter(model.NewPool())
		dn := "CN=r,CN=Client Access Rules," + script.ConfigDN
		w.Put(&model.Object{DN: dn, Class: model.ClassDoor})
		w.Door(dn, model.DoorRule, model.DoorValues{{Name: "Xml", Texts: []string{text}, State: model.Present},
			{Name: "Enabled", Texts: []string{"True"}, State: model.Present}, {Name: "Priority", Texts: []string{"1"}, State: model.Present}})
		rules, _ := door.Rules(w.Snapshot())
		d := door.Decide(rules, &door.Asked{Protocol: "RemotePowerShell", From: netip.MustParseAddr("10.0.0.1")})
		if rules[0].Problem != "" && d.Outcome != "unknown" && rules[0].Action != "AllowAccess" {
			t.Errorf("%q is not understood, and decides: %s", text, d.Outcome)
		}
	})
}

func FuzzFilter(f *testing.F) {
	for _, s := range pools["filter"] {
		f.Add(s)
	}
	f.Add("((City -like '*'")
	f.Fuzz(func(t *testing.T, text string) {
		rules := rulesOf(t, []plainRule{{deny: true, conditions: map[string][]string{"filter": {"x"}}}})
		rules[0].Conditions[0].Values = []string{text}
		door.Decide(rules, &door.Asked{Protocol: "RemotePowerShell", Attribute: func(n string) (string, bool) { return n, len(n)%2 == 0 }})
	})
}
