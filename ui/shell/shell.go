package shell

import (
	"os"
	"strings"

	"github.com/spf13/cobra"

	"mbxperm/model/usage"
)

// Finish gives a tree of commands what a shell wants of it: the commands man and
// version, values for the completion of flags and sources, and for mistyped
// names the ones that were meant. more are values of flags that belong to
// packages which this one does not know, by the name of the flag. root is
// returned.
func Finish(root *cobra.Command, more map[string][]string) *cobra.Command {
	root.AddCommand(manual(root), version(root))
	root.SuggestionsMinimumDistance = 2
	values := flagValues()
	for name, list := range more {
		values[name] = list
	}
	each(root, func(c *cobra.Command) {
		complete(c, values)
		if c.HasSubCommands() {
			suggest(c)
		}
	})
	return root
}

// each calls f for a command and all below it.
func each(c *cobra.Command, f func(*cobra.Command)) {
	f(c)
	for _, sub := range c.Commands() {
		each(sub, f)
	}
}

// suggest adds to the mistakes in the arguments of a command what was probably
// meant. What is neither a command nor anything that a source can be is a
// mistake too where it is nearly the name of a command.
func suggest(c *cobra.Command) {
	c.SuggestionsMinimumDistance = 2
	check := c.Args
	c.Args = func(c *cobra.Command, args []string) error {
		var err error
		if check != nil {
			err = check(c, args)
		}
		if len(args) == 0 {
			return err
		}
		meant := c.SuggestionsFor(args[0])
		switch {
		case len(meant) == 0 || strings.ContainsAny(args[0], `./\:@`):
			return err
		case err != nil:
			return usage.Errorf("%w; did you mean %s?", err, strings.Join(meant, " or "))
		}
		if _, missing := os.Stat(args[0]); missing == nil || c.HasParent() {
			return nil
		}
		return usage.Errorf("%q is no command and no file: did you mean %s?", args[0], strings.Join(meant, " or "))
	}
}

// version is the command that says what this program is.
func version(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Say which version this is, and how it was built", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, err := c.OutOrStdout().Write([]byte("mbxperm " + root.Version + "\n" + built()))
			return err
		},
	}
}
