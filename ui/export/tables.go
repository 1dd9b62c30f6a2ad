package export

import (
	"fmt"
	"slices"
	"strings"

	"mbxperm/model/hybrid"
	"mbxperm/model/usage"
)

// tables are all tables, in the order in which they are written and described. The
// last one that appears is run.
var tables = []*table{
	define(table{name: runTable, about: "what was read, when, by whom and how far: a row for each run"}, fillRun),
	define(table{name: "target", about: "what entries stand on: mailboxes, other recipients, stores, containers, connectors",
		sorted: []string{"target_guid"}, filters: []string{"target_guid"}}, fillTargets),
	define(table{name: "trustee", about: "every SID that somebody holds or held, or that an entry names",
		sorted: []string{"trustee_sid"}, filters: []string{"trustee_sid"}}, fillTrustees),
	define(table{name: "entry", about: "every entry of every list, a row for each right of it, as report aces --all has them: what the directory says, and not yet who gets in",
		sorted: []string{"target_guid", "acl_type", "ace_index"}, filters: []string{"trustee_sid", "target_guid"}}, fillEntries),
	define(table{name: "membership", about: "who is in which group, at any depth",
		sorted: []string{"group_sid"}, filters: []string{"member_sid"}}, fillMemberships),
	define(table{name: "access", about: "who can open a mailbox and send as it, as report access --every says: denies, groups, stores and roles are worked in",
		sorted: []string{"mailbox_guid"}, filters: []string{"person_sid"}}, fillAccess),
	define(table{name: "tie", about: fmt.Sprintf("which mailboxes here rights tie together, each pair both ways, as report hybrid --list ties says: by denies, groups and linked accounts, and nobody counts who ties more than %d", hybrid.DefaultHub),
		sorted: []string{"mailbox_guid", "tied_guid"}}, fillTies),
	define(table{name: "coverage", about: "what was found, and whether an empty answer proves anything: report coverage"}, fillCoverage),
	define(table{name: "finding", about: "what is wrong, as far as the rules know: report findings; with --since what is new too"}, fillFindings),
	define(table{name: "change", about: "what changed since an earlier source, nothing hidden: report compare --all; only where --since was given", since: true}, fillChanges),
}

const runTable = "run"

// tableNames are the names of all tables, with something before the last.
func tableNames() string {
	names := make([]string, len(tables))
	for i, t := range tables {
		names[i] = t.name
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// choose reads the list of tables; empty means all that there can be. The table run
// is always among them. Errors are of usage.
func choose(text string, since bool) (out []*table, err error) {
	wanted := strings.FieldsFunc(text, func(c rune) bool { return c == ',' || c == ' ' })
	if text != "" && len(wanted) == 0 {
		return nil, usage.Errorf("--tables names none: there are %s", tableNames())
	}
	for _, name := range wanted {
		i := slices.IndexFunc(tables, func(t *table) bool { return t.name == name })
		switch {
		case i < 0:
			return nil, usage.Errorf("unknown table %q: there are %s", name, tableNames())
		case tables[i].since && !since:
			return nil, usage.Errorf("the table %s wants something to compare with: give --since SOURCE", name)
		}
	}
	for _, t := range tables {
		if t.name == runTable || len(wanted) > 0 && slices.Contains(wanted, t.name) || len(wanted) == 0 && (since || !t.since) {
			out = append(out, t)
		}
	}
	return out, nil
}
