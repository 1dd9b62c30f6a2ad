package shell

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mbxperm/model/usage"
)

// manual is the command that writes pages of the manual.
func manual(root *cobra.Command) *cobra.Command {
	dir := ""
	c := &cobra.Command{
		Use: "man [COMMAND…]", Short: "Write a page of the manual",
		Long: "Write the page of a command, or of the whole program, in the form that man reads; with --dir the pages of all commands.",
		Example: `  mbxperm man | man -l -
  mbxperm man report aces | man -l -
  mbxperm man --dir ~/.local/share/man/man1`,
		RunE: func(c *cobra.Command, args []string) error {
			if dir != "" {
				if len(args) > 0 {
					return usage.Errorf("--dir writes the pages of all commands: name none")
				}
				return pages(root, dir)
			}
			of, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usage.Errorf("there is no command %q", strings.Join(args, " "))
			}
			return page(c.OutOrStdout(), of)
		},
	}
	c.ValidArgsFunction = func(_ *cobra.Command, args []string, typed string) (names []string, _ cobra.ShellCompDirective) {
		if of, rest, err := root.Find(args); err == nil && len(rest) == 0 {
			for _, below := range of.Commands() {
				if !hidden(below) && strings.HasPrefix(below.Name(), typed) {
					names = append(names, below.Name())
				}
			}
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
	c.Flags().StringVar(&dir, "dir", "", "write the pages of all commands into this folder")
	return c
}

// pages writes the page of each command into a folder, which is made if it is
// not there.
func pages(root *cobra.Command, dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("cannot write the manual: %w", err)
	}
	var failed error
	each(root, func(c *cobra.Command) {
		if failed != nil || hidden(c) {
			return
		}
		var b strings.Builder
		_ = page(&b, c) // a Builder does not fail
		if err := os.WriteFile(filepath.Join(dir, pageName(c)+".1"), []byte(b.String()), 0o644); err != nil {
			failed = fmt.Errorf("cannot write the manual: %w", err)
		}
	})
	return failed
}

// hidden reports whether a command is none that people look up.
func hidden(c *cobra.Command) bool {
	return c.Hidden || c.Name() == "help" || c.Name() == "completion" || c.HasParent() && hidden(c.Parent())
}

// pageName is the name of a command's page: mbxperm-report-aces.
func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// roff writes a page (man(7)). The first error counts.
type roff struct {
	out io.Writer
	err error
}

func (r *roff) printf(format string, args ...any) {
	if r.err == nil {
		_, r.err = fmt.Fprintf(r.out, format, args...)
	}
}

func (r *roff) section(name string) { r.printf(".SH %s\n", name) }

// escape makes a text one that roff prints as it is.
func escape(s string) string {
	lines := strings.Split(strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(s), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, ".") || strings.HasPrefix(l, "'") {
			lines[i] = `\&` + l
		}
	}
	return strings.Join(lines, "\n")
}

// asIs writes a text with its lines and columns, as the help has them.
func (r *roff) asIs(s string) { r.printf(".nf\n%s\n.fi\n", escape(strings.Trim(s, "\n"))) }

// prose writes a text whose paragraphs fill the lines that the reader has. What is
// laid out, with columns or a list, stays as it is: a paragraph with a line that
// begins with a blank, or that ends early and is not the last.
func (r *roff) prose(s string) {
	for i, p := range strings.Split(strings.Trim(s, "\n"), "\n\n") {
		if i > 0 {
			r.printf(".PP\n")
		}
		if laidOut(p) {
			r.asIs(p)
		} else {
			r.printf("%s\n", escape(strings.Trim(p, "\n")))
		}
	}
}

// early is the length below which a line of running text would have had room for
// another word.
const early = 90

func laidOut(paragraph string) bool {
	lines := strings.Split(strings.Trim(paragraph, "\n"), "\n")
	for i, l := range lines {
		if strings.HasPrefix(l, " ") || strings.Contains(l, "   ") || i < len(lines)-1 && len(l) < early {
			return true
		}
	}
	return false
}

// page writes the page of a command.
func page(out io.Writer, c *cobra.Command) error {
	r := &roff{out: out}
	r.printf(".TH %q 1 %q %q %q\n", escape(strings.ToUpper(pageName(c))), built1("vcs.time", 10), escape("mbxperm "+c.Root().Version), "mbxperm")
	r.section("NAME")
	r.printf("%s \\- %s\n", escape(pageName(c)), escape(c.Short))
	r.section("SYNOPSIS")
	for _, form := range forms(c) {
		// A line may break between the alternatives (groff 5.9, \:).
		r.printf(".B %s\n.br\n", strings.ReplaceAll(escape(form), "|", `|\:`))
	}
	if c.Long != "" {
		r.section("DESCRIPTION")
		r.prose(c.Long)
	}
	if sub := commands(c); len(sub) > 0 {
		r.section("COMMANDS")
		for _, s := range sub {
			r.printf(".TP\n.B %s\n%s\n", escape(s.Name()), escape(s.Short))
		}
	}
	r.flags("OPTIONS", c.NonInheritedFlags())
	r.flags("OPTIONS FROM THE COMMANDS ABOVE", c.InheritedFlags())
	if c.Example != "" {
		r.section("EXAMPLES")
		r.asIs(c.Example)
	}
	if !c.HasParent() {
		r.section("EXIT STATUS")
		r.asIs(exitStatus)
		r.section("ENVIRONMENT")
		r.asIs(environment)
	}
	r.seeAlso(c)
	return r.err
}

const (
	exitStatus = `0  done
1  failed
2  the command line was wrong
3  done, but something was cut, unreadable, unknown or undecodable
4  a condition of --fail-on holds; it wins over 3`
	environment = `MBXPERM_PASSWORD  the password, where neither --password-file nor a terminal gives one
KRB5CCNAME        the ticket cache, FILE:PATH
KRB5_CONFIG       krb5.conf
NO_COLOR          no colours
XDG_CONFIG_HOME   where mbxperm/settings.json is kept (~/.config)`
)

// built1 is one fact of how the program was built, at most n bytes of it.
func built1(key string, n int) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == key {
				return s.Value[:min(n, len(s.Value))]
			}
		}
	}
	return ""
}

// forms are the ways to call a command.
func forms(c *cobra.Command) []string {
	form := c.UseLine()
	if c.HasParent() || !c.HasSubCommands() {
		return []string{form}
	}
	return []string{form, c.CommandPath() + " COMMAND [flags]"}
}

// commands are those below a command that have pages.
func commands(c *cobra.Command) (out []*cobra.Command) {
	for _, s := range c.Commands() {
		if !hidden(s) {
			out = append(out, s)
		}
	}
	return out
}

// flags writes a section with flags.
func (r *roff) flags(title string, f *pflag.FlagSet) {
	if !f.HasAvailableFlags() {
		return
	}
	r.section(title)
	f.VisitAll(func(f *pflag.Flag) {
		if f.Hidden {
			return
		}
		name := `\-\-` + escape(f.Name)
		if f.Shorthand != "" {
			name = `\-` + f.Shorthand + ", " + name
		}
		word, text := pflag.UnquoteUsage(f)
		if word != "" {
			word = ` \fI` + escape(word) + `\fR`
		}
		if d := f.DefValue; d != "" && d != "false" && d != "0" && d != "[]" && !strings.Contains(text, "default") {
			text += " (default " + d + ")"
		}
		r.printf(".TP\n\\fB%s\\fR%s\n%s\n", name, word, escape(text))
	})
}

// seeAlso names the pages around a command's.
func (r *roff) seeAlso(c *cobra.Command) {
	var names []string
	if c.HasParent() {
		names = append(names, pageName(c.Parent()))
	}
	for _, s := range commands(c) {
		names = append(names, pageName(s))
	}
	if len(names) == 0 {
		return
	}
	r.section("SEE ALSO")
	for i, n := range names {
		sep := ","
		if i == len(names)-1 {
			sep = ""
		}
		r.printf(".BR %s (1)%s\n", escape(n), sep)
	}
}
