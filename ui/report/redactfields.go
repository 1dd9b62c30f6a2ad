package report

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/change"
	"mbxperm/model/rbac"
)

// redactions replace what a field holds. A field of which nothing is said is
// replaced as a whole: forgetting one shows too little, never too much.
var redactions = [...]func(*Redactor, string) string{
	model.ContentUnknown: (*Redactor).any,
	model.ContentWord:    same, model.ContentEvent: same, model.ContentStatus: same,
	model.ContentTarget: (*Redactor).name, model.ContentTrustee: (*Redactor).name, model.ContentName: (*Redactor).name,
	model.ContentDN: (*Redactor).dn, model.ContentSID: (*Redactor).sidText, model.ContentGUID: (*Redactor).guidText,
	model.ContentRight: (*Redactor).right, model.ContentSentence: (*Redactor).sentence,
	model.ContentHost: (*Redactor).host, model.ContentAccount: (*Redactor).any,
}

func same(_ *Redactor, s string) string { return s }

// Text replaces a text by what it holds.
func (r *Redactor) Text(is model.Content, s string) string {
	if r == nil {
		return s
	}
	return redactions[is](r, s)
}

// Phrase replaces the parts of a text that name something.
func (r *Redactor) Phrase(p model.Phrase) string { return r.phrase(p) }

// Source replaces what a source is called.
func (r *Redactor) Source(s string) string {
	if r == nil {
		return s
	}
	return r.source(s)
}

// data replaces the texts of a report. Its records are put in the order of
// their pseudonyms: the order of names tells a part of them.
func (r *Redactor) data(d Data) Data {
	replace := make([]func(string) string, len(d.Fields))
	record := d.Record
	if d.phrases != nil {
		record = d.phrases
	}
	for j := range d.Fields {
		f := redactions[d.about(j).is]
		replace[j] = latest(func(s string) string { return f(r, s) })
	}
	out := d
	out.phrases = nil
	out.Record = func(i int, cells []any) {
		record(i, cells)
		for j, v := range cells {
			switch v := v.(type) {
			case string:
				cells[j] = replace[j](v)
			case model.Phrase: // the text itself says what each part of it is
				cells[j] = r.phrase(v)
			case model.List:
				list := make(model.List, len(v))
				for k, s := range v {
					list[k] = replace[j](s)
				}
				cells[j] = list
			case model.Tallies:
				cells[j] = redactTallies(v, replace[j])
			}
		}
	}
	for at := range d.Fields {
		if d.about(at).order {
			out.Record = reorder(out.Record, d, at, replace[at])
			break
		}
	}
	return out
}

// redactTallies replaces the names; what becomes the same counts together.
func redactTallies(list model.Tallies, replace func(string) string) (out model.Tallies) {
	for _, t := range list {
		name := replace(t.Name)
		i := slices.IndexFunc(out, func(t model.Tally) bool { return t.Name == name })
		if i < 0 {
			i = len(out)
			out = append(out, model.Tally{Name: name})
		}
		out[i].N += t.N
	}
	return out
}

// latest remembers the last answer: the rows of one target stand together.
func latest(f func(string) string) func(string) string {
	in, out := "", f("")
	return func(s string) string {
		if s != in {
			in, out = s, f(s)
		}
		return out
	}
}

// reorder orders records by the pseudonyms of one field, and leaves those with
// the same in their order.
func reorder(record func(int, []any), d Data, at int, replace func(string) string) func(int, []any) {
	keys, order := make([]string, d.Len), make([]int, d.Len)
	cells := make([]any, len(d.Fields))
	for i := range d.Len {
		d.Record(i, cells)
		keys[i], order[i] = replace(text(cells[at])), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(keys[a], keys[b]) })
	return func(i int, cells []any) { record(order[i], cells) }
}

// evidence replaces what the evidence names.
func (r *Redactor) evidence(ev *Evidence) {
	ev.Redacted = true
	r.origin(&ev.Origin)
	if ev.Comparison != nil {
		r.origin(&ev.Comparison.Old)
	}
}

func (r *Redactor) origin(o *Origin) {
	o.Source, o.Server, o.Account = r.source(o.Source), r.host(o.Server), r.any(o.Account)
	o.Coverage = r.data(o.Coverage)
	if o.Logs != nil {
		logs := r.data(*o.Logs)
		o.Logs = &logs
	}
	o.Deployment = r.deployment(o.Deployment)
	o.Domains = r.domains(o.Domains)
	for i, s := range o.Incomplete {
		search, why, ok := strings.Cut(s, ": ")
		if ok && kept()[search] {
			o.Incomplete[i] = search + ": " + r.sentence(why)
		} else {
			o.Incomplete[i] = r.sentence(s)
		}
	}
	for i := range o.Warnings {
		o.Warnings[i] = r.sentence(o.Warnings[i])
	}
}

// phrase replaces the parts of a text that name something.
func (r *Redactor) phrase(p model.Phrase) string {
	if r == nil {
		return p.String()
	}
	var b strings.Builder
	for _, part := range p {
		s := part.Text
		switch part.Is {
		case model.PartWord:
		case model.PartName:
			s = r.name(s)
		case model.PartDN:
			s = r.dn(s)
		case model.PartSID:
			s = r.sidText(s)
		case model.PartGUID:
			s = r.guidText(s)
		case model.PartRight:
			s = r.right(s)
		case model.PartHost:
			s = r.host(s)
		case model.PartAccount:
			s = r.any(s)
		default:
			s = r.sentence(s)
		}
		b.WriteString(s)
	}
	return b.String()
}

// Withheld stands where a sentence may name a host, an account or a file.
const Withheld = "(withheld: may hold names)"

// sentence keeps the few sentences that name nobody.
func (r *Redactor) sentence(s string) string {
	switch s {
	case "", "cancelled", "still reading", "the source stopped before the end of this search":
		return s
	}
	if counting.MatchString(s) {
		return s
	}
	return Withheld
}

var counting = regexp.MustCompile(`^stores name [0-9]+ mailboxes that were not seen$|^[0-9]+ not in the global catalog$`)

// right keeps the words of rights and the names that every directory knows. The
// others are those of somebody's own schema.
func (r *Redactor) right(s string) string {
	if r == nil || rightWords()[s] {
		return s
	}
	parts := strings.Split(s, ", ")
	for i, p := range parts {
		if rightWords()[p] || strings.HasPrefix(p, "0x") || strings.HasPrefix(p, "ACE of ") {
			continue
		}
		parts[i] = r.rightPart(p)
	}
	return strings.Join(parts, ", ")
}

// rightPart replaces the name in "Write attribute NAME" and "this object and NAME objects below".
func (r *Redactor) rightPart(p string) string {
	for _, verb := range rightVerbs {
		if name, ok := strings.CutPrefix(p, verb); ok {
			return verb + r.rightName(name)
		}
	}
	for _, tail := range []string{" objects below", " objects"} {
		if rest, ok := strings.CutSuffix(p, tail); ok {
			for _, head := range []string{"this object and ", "direct child ", "this object and direct child ", ""} {
				if name, ok := strings.CutPrefix(rest, head); ok && !strings.Contains(name, " ") {
					return head + r.rightName(name) + tail
				}
			}
		}
	}
	return r.rightName(p)
}

// rightVerbs are what model puts before the name of a right, longest first.
var rightVerbs = []string{
	"Extended right ", "Read and write property set ", "Read and write attribute ", "Read property set ", "Read attribute ",
	"Write property set ", "Write attribute ", "Validated write ", "Create and delete child ", "Create child ", "Delete child ",
}

func (r *Redactor) rightName(s string) string {
	if _, err := acl.ParseGUID(s); err == nil || rightWords()[s] {
		return s
	}
	return r.pseudonym(s)
}

// rightWords are the names of rights, attributes and classes that are the same
// in every directory, and the texts made of them alone.
var rightWords = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for _, w := range []string{
		"", "SendOnBehalf", "Send-As", "Receive-As", "Full Control", "All extended rights", "no right (0x00000000)",
		"legacy role: Exchange Full Administrator", "legacy role: Exchange Administrator", "legacy role: Exchange View Only Administrator",
		"this object", "objects below", "direct child objects below", "this object and objects below", "this object and direct child objects below",
	} {
		words[w] = true
	}
	for _, r := range acl.MailboxRights {
		words[r.Name] = true
	}
	for _, n := range acl.GUIDs() {
		words[n.Name] = true
	}
	for _, w := range change.Words() {
		words[w] = true
	}
	for bit := range 32 {
		for _, name := range acl.Mask(1 << bit).ADNames() {
			words[name] = true
		}
	}
	return words
})

// kept are the names, in lower case, that say nothing about a directory: those
// of well-known SIDs and accounts, and what set-up calls its containers.
var kept = sync.OnceValue(func() map[string]bool {
	names := map[string]bool{}
	for _, n := range append(rbac.TypeNames(), structure...) { // some roles are called as their type is
		names[strings.ToLower(n)] = true
	}
	for _, name := range acl.WellKnownSIDs() {
		names[strings.ToLower(name)] = true
	}
	for rid := range uint32(1000) {
		if name, ok := acl.WellKnownRID(rid); ok {
			names[strings.ToLower(name)] = true
		}
	}
	return names
})

// structure are the containers that Active Directory and Exchange make
// everywhere, and the searches of a collection.
var structure = []string{
	"Configuration", "Services", "Microsoft Exchange", "Schema", "System", "Builtin", "Users", "Computers", "Domain Controllers",
	"ForeignSecurityPrincipals", "Managed Service Accounts", "Deleted Objects", "AdminSDHolder", "WellKnown Security Principals",
	"Administrative Groups", "First Administrative Group", "Exchange Administrative Group (FYDIBOHF23SPDLT)", "Servers", "Databases",
	"InformationStore", "First Storage Group", "Second Storage Group", "Database Availability Groups", "Arrays", "Recipient Policies",
	"Address Lists Container", "Transport Settings", "Global Settings", "RBAC", "Roles", "Role Assignments", "Scopes", "Policies", "Default Role Assignment Policy",
	"Active Directory Permissions", "Legal Hold", "Mail Recipient Creation", "Mail Recipients", "Mailbox Import Export", "Mailbox Search", "Role Management",
	"View-Only Configuration", "View-Only Recipients", "ELC Folders Container",
	"Microsoft Exchange Security Groups", "Microsoft Exchange System Objects", "Organization Management", "Recipient Management",
	"View-Only Organization Management", "Public Folder Management", "Discovery Management", "Exchange Servers", "Exchange Trusted Subsystem",
	"Exchange Windows Permissions", "Managed Availability Servers", "ExchangeLegacyInterop", "Exchange Domain Servers", "Exchange Enterprise Servers",
	"rootdse", "forest", "schema", "rights", "exchange", "mailboxes", "keys", "recipients", "containers", "principals", "trusts", "store-links", "roles", "lookup", "logs",
	"attribute-ids", "domain-controllers", "delegate-changes", "member-changes",
}
