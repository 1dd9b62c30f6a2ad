package adlab_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"mbxperm/collector/adlab"
	"mbxperm/ui/cli/program"

	"github.com/go-ldap/ldap/v3"
)

// doorsScript packs descriptors of receive connectors with Samba's library, at
// random, and says of stored ones what exchange-facts 8 says of them, a trustee and
// a right at a time.
const doorsScript = `
import base64, json, random, sys
from samba.dcerpc import security
from samba.ndr import ndr_pack, ndr_unpack
q = json.load(sys.stdin)
R = dict(submit="a18293f1-0685-4540-aa63-e32df421b3a2", mls="8fc01282-006d-42b1-81e3-c0b46bed3754", any="5c82f031-4e4c-4326-88e1-8c4f0cad9de5",
    flag="1c75aca8-b56b-48b3-a021-858a29fa877b", sender="b857b50b-94a2-4b53-93f6-41cebd2fced0", domain="c22841f4-96cb-498a-ac02-f9a87c74eb14",
    spam="d19299b4-86c2-4c9a-8fa7-acb70c63023a", size="6760cfc5-70f4-4ae8-bc39-9522d86ac69b", exch50="e373fb21-d851-4d15-af23-982f09f2400b",
    send50="11716db4-9647-4bce-8922-1f99e526cb41", routing="04031f4f-7c36-43ea-9b49-4bd0f5f1e6af", forest="a7a9ea66-e08c-4e23-8fe7-68c40e49c6c0",
    org="c307dccd-6676-4d19-95c8-d1567fab9820", shadow="811d004b-e2ed-4024-8953-0f0fb0612e47", proxy="5bee2b72-50d7-49c7-ba66-39a25daa1e92",
    session="c08e6405-fccb-4c21-9985-2e865bcf15d5", rcpts="b938d9df-1f37-41d3-8cdc-f4148f20076d", props="e1f584b5-11c8-451b-91e8-045c75973912",
    fast="5669b1b6-dca0-429b-8fdb-fc5b07c0f73f", attr="c62e96a4-6f25-497b-8d41-70cbd25eaa99", probe="5db60ab1-1ad4-4863-b9be-fbc5b00691a3")
LATER = {"shadow", "proxy", "session", "rcpts", "props", "fast", "attr", "probe"}
ANON = {"submit", "sender", "domain", "routing"}
USERS = {"submit", "any", "spam", "routing"}
SERVERS = {"submit", "any", "flag", "sender", "domain", "spam", "size", "exch50", "routing", "forest", "org"}
SECURED = SERVERS - {"flag", "forest", "org"}
LEGACY = SERVERS - {"forest", "org"}
PARTNERS = {"submit", "routing"}
NINE = "S-1-9-1419165041-1139599005-3936102811-1022490595-"
# name, trustees, what must be there, what may be there beside it
GROUPS = [("AnonymousUsers", ["S-1-5-7"], ANON, set()), ("ExchangeUsers", ["S-1-5-11"], USERS, set()),
    ("ExchangeServers", [NINE + "21", NINE + "22", q["servers"]], SERVERS, LATER), ("ExchangeServers", [NINE + "23"], SECURED, SERVERS - SECURED),
    ("ExchangeLegacyServers", [NINE + "24"], LEGACY, LATER), ("Partners", [NINE + "10"], PARTNERS, set())]
ORDER = ["AnonymousUsers", "ExchangeUsers", "ExchangeServers", "ExchangeLegacyServers", "Partners", "Custom"]

def make(rng):
    who = ["S-1-5-7", "S-1-5-11", "S-1-1-0", q["servers"], NINE + "21", NINE + "22", NINE + "23", NINE + "24", NINE + "10", q["user"]]
    aces = []
    for sid in rng.sample(who, rng.randint(0, 5)):
        own = [g for g in GROUPS if sid in g[1]] or [rng.choice(GROUPS)]
        rights = set(own[0][2])
        if rng.random() < .2: rights |= {"any"}
        if rng.random() < .2: rights |= set(rng.sample(sorted(own[0][3] or LATER), 1))
        if rng.random() < .2: rights -= {rng.choice(sorted(rights))}
        if rng.random() < .05: aces.append("(A;;CR;;;%s)" % sid); continue
        if rng.random() < .05: aces.append("(A;;GA;;;%s)" % sid); continue
        for r in sorted(rights, key=lambda _: rng.random()):
            flags = "CIIO" if rng.random() < .04 else "CI" if rng.random() < .1 else ""
            aces.append("(OA;%s;CR;%s;;%s)" % (flags, R[r], sid))
        if rng.random() < .2: aces.insert(rng.randint(0, len(aces)), "(OD;;CR;%s;;%s)" % (R[rng.choice(["any", "forest", "org"])], sid))
    sddl = "O:BAG:BAD:" + rng.choice(["", "P"]) + "(A;;RPLCLORC;;;AU)(A;;GA;;;DA)" + "".join(aces)
    return base64.b64encode(ndr_pack(security.descriptor.from_sddl(sddl, security.dom_sid(q["domain"])))).decode()

def judge(text):
    d = ndr_unpack(security.descriptor, base64.b64decode(text))
    control = security.SEC_ADS_CONTROL_ACCESS
    seen = []
    for a in d.dacl.aces:
        mask = a.access_mask
        if mask & security.SEC_GENERIC_ALL: mask |= control
        if not mask & control or a.flags & security.SEC_ACE_FLAG_INHERIT_ONLY or a.type not in (0, 1, 5, 6): continue
        right = str(a.object.type) if a.type in (5, 6) and a.object.flags & 1 else None
        seen.append((str(a.trustee), a.type in (0, 5), right, bool(a.flags & security.SEC_ACE_FLAG_INHERITED_ACE)))
    def effective(sids, named):
        out = set()
        for name, guid in R.items():
            for sid, allow, right, inherited in seen:
                if sid not in sids or right not in (None, guid) or (named and right is None and inherited and allow): continue
                if allow: out.add(name)
                break
        return out
    groups, relay = set(), []
    for sid in dict.fromkeys(s[0] for s in seen):
        have = effective([sid], True)
        if not have: continue
        if "any" in have: relay.append(sid)
        own = [g for g in GROUPS if sid in g[1]]
        exact = lambda g: g[2] <= have <= g[2] | g[3]
        if own:
            if own[0][2] <= have: groups.add(own[0][0])
            if not exact(own[0]): groups.add("Custom")
        elif not any(exact(g) for g in GROUPS) and any(s[0] == sid and not s[3] for s in seen): groups.add("Custom")
    return dict(groups=[g for g in ORDER if g in groups], relay=sorted(relay), anonymous="any" in effective(["S-1-5-7", "S-1-1-0"], False))

if q["make"]:
    rng = random.Random(7)
    print(json.dumps([make(rng) for _ in range(q["make"])]))
else:
    print(json.dumps([judge(t) for t in q["judge"]]))
`

type judged struct {
	Groups    []string `json:"groups"`
	Relay     []string `json:"relay"`
	Anonymous bool     `json:"anonymous"`
}

// doorsPython runs the script.
func doorsPython(t *testing.T, question map[string]any, answer any) {
	t.Helper()
	in, err := json.Marshal(question)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/usr/bin/python3", "-c", doorsScript)
	var errs bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("python: %v\n%s", err, &errs)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatal(err)
	}
}

const (
	labServers    = 200
	labConnectors = 5 // of each
	labRulesCount = 20
)

// labDoors fills the lab with servers, each with POP3, IMAP4 and connectors, and
// the organisation with rules.
func labDoors(t *testing.T, lab *adlab.Lab, c *ldap.Conn, descriptors []string) {
	t.Helper()
	find := func(filter string) string {
		t.Helper()
		r, err := c.Search(ldap.NewSearchRequest(lab.ConfigDN, ldap.ScopeWholeSubtree, ldap.NeverDerefAliases, 0, 0, false, filter, []string{"cn"}, nil))
		if err != nil || len(r.Entries) == 0 {
			t.Fatalf("%s: %v", filter, err)
		}
		return r.Entries[0].DN
	}
	add := func(dn, class string, attributes ...string) {
		t.Helper()
		req := ldap.NewAddRequest(dn, nil)
		req.Attribute("objectClass", []string{class})
		for i := 0; i < len(attributes); i += 2 {
			values := []string{attributes[i+1]}
			if attributes[i] != "nTSecurityDescriptor" { // whose bytes separate nothing
				values = strings.Split(attributes[i+1], "\x00")
			}
			req.Attribute(attributes[i], values)
		}
		if err := c.Add(req); err != nil {
			t.Fatalf("%s: %v", dn, err)
		}
	}
	servers := find("(objectClass=msExchServersContainer)")
	for n := range labServers {
		server := fmt.Sprintf("CN=DOOR%03d,%s", n, servers)
		add(server, "msExchExchangeServer", "serialNumber", "Version 15.2 (Build 31118.7)", "msExchCurrentServerRoles", "54")
		protocols := "CN=Protocols," + server
		add(protocols, "msExchContainer")
		for i, class := range []string{"protocolCfgPOPServer", "protocolCfgIMAPServer"} {
			folder := []string{"CN=POP3,", "CN=IMAP4,"}[i] + protocols
			add(folder, "msExchContainer")
			add("CN=1,"+folder, class, "msExchAuthenticationFlags", strconv.Itoa(1+(n+i)%3), "msExchServerBindings", fmt.Sprintf("0.0.0.0:%d\x00:::%d", 110+33*i, 110+33*i),
				"msExchPopImapX509CertificateName", fmt.Sprintf("mail%d.contoso.com", n%7), "msExchPopImapBanner", fmt.Sprintf("Server %d {ready}", n),
				"msExchPopImapMaxIncomingConnectionPerUser", strconv.Itoa(16+n%3), "msExchPopImapProtocolFlags", strconv.Itoa(n%8))
		}
		connectors := "CN=SMTP Receive Connectors," + protocols
		add(connectors, "msExchContainer")
		for i := range labConnectors {
			at := n*labConnectors + i
			descriptor, err := base64.StdEncoding.DecodeString(descriptors[at])
			if err != nil {
				t.Fatal(err)
			}
			add(fmt.Sprintf("CN=Connector %d,%s", i, connectors), "msExchSmtpReceiveConnector", "nTSecurityDescriptor", string(descriptor),
				"msExchSmtpReceiveBindings", fmt.Sprintf("0.0.0.0:%d", 25+i), "msExchSmtpReceiveRemoteIPRanges", fmt.Sprintf("10.%d.%d.0/24\x00192.0.2.%d", n, i, n),
				"msExchSMTPReceiveInboundSecurityFlag", strconv.Itoa(at%64), "msExchSmtpReceiveEnabled", strings.ToUpper(strconv.FormatBool(at%9 > 0)),
				"msExchSmtpReceiveProtocolLoggingLevel", strconv.Itoa(at%2), "msExchSmtpReceiveRole", "16384")
		}
	}
	rules := "CN=Client Access Rules," + find("(objectClass=msExchOrganizationContainer)")
	add(rules, "msExchContainer")
	for n := range labRulesCount {
		add(fmt.Sprintf("CN=Rule %02d,%s", n, rules), "msExchClientAccessRule", "msExchProvisioningFlags", strconv.Itoa(n%2), "msExchTransportRulePriority", strconv.Itoa(1000000*(labRulesCount-n)),
			"msExchTransportRuleXml", fmt.Sprintf(`<rule name="Rule %02d" enabled="true"><version requiredMinVersion="15.0.0.0"><condition><and><anyOfProtocolsPredicate><value>RPS</value></anyOfProtocolsPredicate></and></condition><action name="DenyAccess"/></version></rule>`, n))
	}
}

// ldapEntries are what ldapsearch prints: attributes by name, binary ones in base64.
func ldapEntries(t *testing.T, lab *adlab.Lab, filter string, attributes ...string) (out []map[string][]string) {
	t.Helper()
	path, err := exec.LookPath("ldapsearch")
	if err != nil {
		t.Skip("no ldapsearch: install the package ldap-utils")
	}
	args := []string{"-x", "-LLL", "-o", "ldif-wrap=no", "-E", "!1.2.840.113556.1.4.801=::MAMCAQQ=", "-E", "pr=500/noprompt", "-H", "ldaps://" + lab.Address,
		"-D", lab.Administrator, "-w", lab.AdministratorPassword, "-b", lab.ConfigDN, filter}
	cmd := exec.Command(path, append(args, attributes...)...)
	cmd.Env = append(cmd.Environ(), "LDAPTLS_CACERT="+lab.CAFile)
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("ldapsearch: %v", err)
	}
	for record := range strings.SplitSeq(string(text), "\n\n") {
		e := map[string][]string{}
		for line := range strings.Lines(record) {
			name, value, ok := strings.Cut(strings.TrimSpace(line), ":")
			if !ok || strings.HasPrefix(name, "#") {
				continue
			}
			if packed, is := strings.CutPrefix(value, ": "); is && name != "nTSecurityDescriptor" {
				b, _ := base64.StdEncoding.DecodeString(packed)
				value = string(b)
			}
			e[name] = append(e[name], strings.TrimSpace(strings.TrimPrefix(value, ":")))
		}
		if e["dn"] != nil {
			out = append(out, e)
		}
	}
	return out
}

// part is the value of the nth RDN of a DN of the test, which escapes nothing.
func part(dn string, n int) string {
	_, value, _ := strings.Cut(strings.Split(dn, ",")[n], "=")
	return value
}

// TestLabDoors: the services, connectors and rules of 200 servers as ldapsearch
// gives them; permission groups and relay of connectors whose descriptors Samba's
// library packed, stored and gave back.
func TestLabDoors(t *testing.T) {
	t.Parallel()
	lab := adlab.StartOwn(t, adlab.Options{Mailboxes: 100, Staff: 20})
	c := labAdmin(t, lab)
	exchangeServers := ""
	for i := range lab.Oracle.Objects {
		if lab.Oracle.Objects[i].SAM == "Exchange Servers" {
			exchangeServers = lab.Oracle.Objects[i].SID
		}
	}
	domain := exchangeServers[:strings.LastIndexByte(exchangeServers, '-')]
	question := map[string]any{"make": labServers * labConnectors, "servers": exchangeServers, "user": domain + "-1105", "domain": domain}
	var descriptors []string
	doorsPython(t, question, &descriptors)
	labDoors(t, lab, c, descriptors)
	admin := labArgs(t, lab, lab.Administrator, lab.AdministratorPassword)
	t.Run("settings", func(t *testing.T) { settingsAsLdapsearch(t, lab, admin) })
	t.Run("connectors", func(t *testing.T) { connectorsAsSamba(t, lab, admin, question) })
	t.Run("rules", func(t *testing.T) { rulesAsLdapsearch(t, lab, admin) })
}

func settingsAsLdapsearch(t *testing.T, lab *adlab.Lab, admin []string) {
	rows := map[string]any{}
	for _, r := range program.Report(t, program.Gaps, append([]string{"settings"}, admin...)...) {
		rows[fmt.Sprint(r["server"], " ", r["protocol"], " ", r["setting"])] = r["value"]
	}
	entries := ldapEntries(t, lab, "(|(objectClass=protocolCfgPOPServer)(objectClass=protocolCfgIMAPServer))")
	if len(entries) != 2*labServers {
		t.Fatalf("ldapsearch gives %d services", len(entries))
	}
	for _, e := range entries {
		dn := e["dn"][0]
		of := part(dn, 3) + " " + part(dn, 1) + " "
		flags, _ := strconv.Atoi(e["msExchPopImapProtocolFlags"][0])
		logon, _ := strconv.Atoi(e["msExchAuthenticationFlags"][0])
		for setting, want := range map[string]string{
			"LoginType": []string{"", "PlainTextLogin", "PlainTextAuthentication", "SecureLogin"}[logon], "Banner": e["msExchPopImapBanner"][0],
			"X509CertificateName": e["msExchPopImapX509CertificateName"][0], "MaxConnectionsPerUser": e["msExchPopImapMaxIncomingConnectionPerUser"][0],
			"ProtocolLogEnabled": map[bool]string{true: "True", false: "False"}[flags&1 != 0], "EnforceCertificateErrors": map[bool]string{true: "True", false: "False"}[flags&4 != 0],
			"DistinguishedName": dn,
		} {
			if got := rows[of+setting]; !strings.EqualFold(fmt.Sprint(got), want) {
				t.Errorf("%s%s is %v, want %s", of, setting, got, want)
			}
		}
	}
}

func connectorsAsSamba(t *testing.T, lab *adlab.Lab, admin []string, question map[string]any) {
	rows := map[string]map[string]any{}
	for _, r := range program.Report(t, program.Gaps, append([]string{"connectors"}, admin...)...) {
		rows[fmt.Sprint(r["server"], " ", r["connector"])] = r
	}
	entries := ldapEntries(t, lab, "(objectClass=msExchSmtpReceiveConnector)", "*", "nTSecurityDescriptor")
	if len(entries) != labServers*labConnectors || len(rows) != len(entries) {
		t.Fatalf("ldapsearch gives %d connectors, the report %d", len(entries), len(rows))
	}
	var stored []string
	for _, e := range entries {
		stored = append(stored, e["nTSecurityDescriptor"][0])
	}
	var want []judged
	question["make"], question["judge"] = 0, stored
	doorsPython(t, question, &want)
	kinds := map[string]int{}
	for i, e := range entries {
		of := part(e["dn"][0], 3) + " " + part(e["dn"][0], 0)
		got := rows[of]
		auth, _ := strconv.Atoi(e["msExchSMTPReceiveInboundSecurityFlag"][0])
		relay := "no"
		switch {
		case want[i].Anonymous:
			relay = "yes"
		case auth&32 != 0:
			relay = "externally secured"
		}
		kinds[relay]++
		for field, want := range map[string]any{
			"permission_groups": want[i].Groups, "anonymous_relay": relay, "bindings": e["msExchSmtpReceiveBindings"], "ranges": e["msExchSmtpReceiveRemoteIPRanges"],
			"enabled": e["msExchSmtpReceiveEnabled"][0] == "TRUE",
		} {
			if have := fmt.Sprint(sortedTexts(got[field])); have != fmt.Sprint(sortedTexts(want)) {
				t.Errorf("%s: %s is %v, want %v", of, field, have, want)
			}
		}
		if trustees, _ := got["relay_trustees"].([]any); len(trustees) != len(want[i].Relay) {
			t.Errorf("%s: %v relay, want %v", of, trustees, want[i].Relay)
		}
		for _, g := range want[i].Groups {
			kinds[g]++
		}
	}
	if len(kinds) != 9 {
		t.Errorf("the descriptors do not have everything: %v", kinds)
	}
}

// sortedTexts are the values of a list, in order: LDAP keeps none.
func sortedTexts(list any) any {
	var out []string
	switch list := list.(type) {
	case []string:
		out = slices.Clone(list)
	case []any:
		for _, x := range list {
			out = append(out, fmt.Sprint(x))
		}
	default:
		return list
	}
	slices.Sort(out)
	return out
}

func rulesAsLdapsearch(t *testing.T, lab *adlab.Lab, admin []string) {
	entries := ldapEntries(t, lab, "(objectClass=msExchClientAccessRule)", "cn", "msExchTransportRulePriority", "msExchProvisioningFlags")
	number := func(e map[string][]string) int { n, _ := strconv.Atoi(e["msExchTransportRulePriority"][0]); return n }
	slices.SortFunc(entries, func(a, b map[string][]string) int { return number(a) - number(b) })
	names := map[float64]string{}
	args := append([]string{"rules"}, admin...)
	args[slices.Index(args, "-u")] = "--bind-user" // --user asks about somebody here
	for _, r := range program.Report(t, program.Gaps, args...) {
		names[r["priority"].(float64)] = fmt.Sprint(r["name"], " ", r["enabled"], " ", r["action"])
	}
	if len(entries) != labRulesCount || len(names) != labRulesCount {
		t.Fatalf("ldapsearch gives %d rules, the report %d", len(entries), len(names))
	}
	for i, e := range entries {
		want := fmt.Sprint(e["cn"][0], " ", e["msExchProvisioningFlags"][0] == "1", " DenyAccess")
		if got := names[float64(i+1)]; got != want {
			t.Errorf("rule %d is %q, want %q", i+1, got, want)
		}
	}
}
