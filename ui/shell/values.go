package shell

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mbxperm/model/finding"
	"mbxperm/model/view"
	"mbxperm/ui/report"
	"mbxperm/ui/settings"
	"mbxperm/ui/widget"
)

// lists are the flags whose value is several words with commas between them.
var lists = []string{"fail-on", "only"}

// flagValues are the values of flags that have a few. A flag with the same name
// has the same values in every command.
func flagValues() map[string][]string {
	values := map[string][]string{
		"direction": {"forward", "reverse"},
		"theme":     widget.Themes,
		"only":      report.OnlyNames(),
		"list":      report.HybridLists,
		"rows":      report.RowsNames,
		"lines":     {"all", "mailboxes", "recipients", "trustees", "remote"},
	}
	for _, f := range report.Formats {
		values["format"] = append(values["format"], string(f))
	}
	for _, t := range view.ObjectTypes {
		values["object"] = append(values["object"], t.Flag)
	}
	for _, a := range finding.Conditions() {
		values["fail-on"] = append(values["fail-on"], a.Name)
	}
	return values
}

// complete registers the values of a command's flags, and what its arguments can
// be. Flags that name a file are left to the shell.
func complete(c *cobra.Command, values map[string][]string) {
	register := func(f *pflag.Flag) {
		name := f.Name
		list, known := values[name]
		switch {
		case name == "sort", name == "ace-type":
			_ = c.RegisterFlagCompletionFunc(name, ofObject(name))
		case name == "since":
			_ = c.RegisterFlagCompletionFunc(name, sources)
		case name == "columns":
			_ = c.RegisterFlagCompletionFunc(name, func(of *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
				return words(report.ColumnNames(of.Name()), typed, true), cobra.ShellCompDirectiveNoFileComp
			})
		case known:
			_ = c.RegisterFlagCompletionFunc(name, func(_ *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
				return words(list, typed, slices.Contains(lists, name)), cobra.ShellCompDirectiveNoFileComp
			})
		}
	}
	c.LocalNonPersistentFlags().VisitAll(register)
	c.PersistentFlags().VisitAll(register)
	if c.ValidArgsFunction == nil && takesSource(c) {
		c.ValidArgsFunction = sources
	}
}

// takesSource reports whether a command's arguments are sources.
func takesSource(c *cobra.Command) bool {
	return strings.Contains(c.Use, "SOURCE") || strings.Contains(c.Use, "OLD")
}

// words are the values that begin with what was typed. Of a list the words before
// the last comma stay, and are not offered again.
func words(values []string, typed string, list bool) (out []string) {
	before := ""
	if i := strings.LastIndexByte(typed, ','); list && i >= 0 {
		before, typed = typed[:i+1], typed[i+1:]
	}
	for _, v := range values {
		if strings.HasPrefix(v, strings.ToLower(typed)) && !slices.Contains(strings.Split(before, ","), v) {
			out = append(out, before+v)
		}
	}
	return out
}

// ofObject completes flags whose values are those of the object type that the
// command line names.
func ofObject(flag string) cobra.CompletionFunc {
	return func(c *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
		object := ""
		if f := c.Flag("object"); f != nil {
			object = f.Value.String()
		}
		var out []string
		for _, v := range report.ValuesOf(flag, c.Name(), object) {
			for _, v := range []string{v, "-" + v} {
				if (flag == "sort" || v[0] != '-') && len(v) >= len(typed) && strings.EqualFold(v[:len(typed)], typed) && (v[0] != '-' || typed != "") {
					out = append(out, v)
				}
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	}
}

// sources are what a source can be beside a file: those that were opened last,
// and the ways to name one.
func sources(_ *cobra.Command, _ []string, typed string) (out []string, _ cobra.ShellCompDirective) {
	var known []string
	if kept, err := settings.Load(); err == nil {
		for _, r := range kept.Recent {
			known = append(known, r.Source)
		}
	}
	for _, s := range append(known, "demo", "ldaps://", "ldap://") {
		if strings.HasPrefix(s, typed) && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	directive := cobra.ShellCompDirectiveDefault // files too
	if len(out) > 0 && strings.HasSuffix(out[0], "//") {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return out, directive
}
