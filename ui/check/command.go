package check

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/usage"
	"mbxperm/ui/report"
)

// Engine checks doors.
type Engine interface {
	// Define defines the flags that say how.
	Define(f *pflag.FlagSet, p door.Protocol)
	// Target reads HOST[:PORT].
	Target(p door.Protocol, text string) (door.Target, error)
	// MX returns the mail exchangers of a domain.
	MX(ctx context.Context, domain string) ([]door.Target, error)
	// Account is the account and the file of authorities that the flags name.
	Account() (user, caFile string)
	// Addresses are those of a host, as far as they are known.
	Addresses(ctx context.Context, host string) []string
	// Deliver hands a message to the first server that takes it.
	Deliver(ctx context.Context, m door.Mail) error
	// Run checks targets. said gets the dialogue, done each check; both may be nil
	// and are called by other goroutines, done by one at a time.
	Run(ctx context.Context, p door.Protocol, targets []door.Target, said func(*door.Check, byte, string), done func(*door.Check)) ([]door.Check, error)
}

// Exit codes.
const (
	Well     = 0
	Failure  = 1 // could not run, or an alert could not be sent
	Usage    = 2
	Warnings = 3
	Alarm    = 4 // a check failed
)

// Command is the command check of a program.
type Command struct {
	Engine         Engine
	Version        string
	Stdout, Stderr io.Writer
	Code           *int // gets the exit code of a run without an error
	// Directory reads a source to its end, with an account and a file of authorities
	// where it is a server.
	Directory func(ctx context.Context, source, user, caFile string) (*model.Snapshot, error)
	// Secret reads the password in a file.
	Secret func(file string) (string, error)

	flags  flags
	unread bool // something of the directory that names the targets
}

// flags are those that say what is written.
type flags struct {
	format, out, mx, certificate string
	directory, release, server   string
	bom, force, quiet, verbose   bool
	summary, nagios              bool
	alerts                       alerts
}

const help = `Asks a mail server what a client would, step by step, and says what it answered, with code, text and time. Every
address of a host is checked. Nothing is deleted, opened for writing, or sent without --send.

The certificate is read also where it is not trusted. A logon takes -u, and a password as everywhere: asked for,
--password-file or MBXPERM_PASSWORD. No secret is sent before TLS unless --cleartext is given, nor to a server whose
certificate is not trusted unless --insecure is given; once a server has refused it no other gets it.

Exit code: 0 well, 1 could not run, 2 usage, 3 warnings, 4 a check failed; with --nagios 0 to 3 as its plugins.`

var examples = map[door.Protocol]string{
	door.SMTP: `  mbxperm check smtp mail.contoso.com
  mbxperm check smtp --mx contoso.com --relay-test somebody@fabrikam.com
  mbxperm check smtp mail.contoso.com:587 -u auditor@contoso.com --format json
  mbxperm check smtp --from-directory contoso.mbxperm.ldif.zst --release 2019 --summary`,
	door.POP3:  `  mbxperm check pop3 mail.contoso.com mail.contoso.com:995 -u auditor@contoso.com`,
	door.IMAP4: `  mbxperm check imap4 mail.contoso.com mail.contoso.com:993 -u auditor@contoso.com`,
}

// Cobra makes the command with one below it for each protocol.
func (c *Command) Cobra() *cobra.Command {
	names := make([]string, len(door.Protocols))
	for i, p := range door.Protocols {
		names[i] = string(p)
	}
	cmd := &cobra.Command{
		Use: "check " + strings.Join(names, "|") + " HOST[:PORT]…", Short: "Ask a mail server step by step whether it answers", Long: help,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage.Errorf("unknown protocol %q: there are %s", args[0], strings.Join(names, ", "))
			}
			return usage.Errorf("which protocol? there are %s (see mbxperm check --help)", strings.Join(names, ", "))
		},
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	c.flags.define(cmd.PersistentFlags())
	for _, p := range door.Protocols {
		one := &cobra.Command{
			Use: string(p) + " HOST[:PORT]…", Short: "Check " + strings.ToUpper(string(p)), Long: help, Example: examples[p],
			Args: cobra.ArbitraryArgs,
			RunE: func(cmd *cobra.Command, args []string) error {
				code, err := c.run(cmd.Context(), p, args)
				*c.Code = code
				return err
			},
			ValidArgsFunction: cobra.NoFileCompletions,
		}
		c.Engine.Define(one.Flags(), p)
		for _, name := range ofDirectories {
			one.Flags().VarPF(&refused{}, name, "", "").NoOptDefVal = "true"
			_ = one.Flags().MarkHidden(name) // it is there
		}
		if p == door.SMTP {
			one.Flags().StringVar(&c.flags.mx, "mx", "", "check the mail exchangers of this domain")
		}
		cmd.AddCommand(one)
	}
	return cmd
}

func (f *flags) define(s *pflag.FlagSet) {
	s.StringVar(&f.format, "format", string(report.Table), report.FormatNames())
	s.StringVarP(&f.out, "output", "o", "", "write to this file, readable by you alone")
	s.BoolVar(&f.force, "force", false, "replace files that exist")
	s.BoolVar(&f.bom, "bom", false, "begin CSV with a byte order mark, for Excel")
	s.BoolVarP(&f.quiet, "quiet", "q", false, "nothing on standard error but errors")
	s.BoolVarP(&f.verbose, "verbose", "v", false, "show the dialogue on standard error, secrets masked")
	s.BoolVar(&f.summary, "summary", false, "one line for each address: server, site, scenario, result, latency_ms, error")
	s.BoolVar(&f.nagios, "nagios", false, "one line, with performance data, and the exit code of a Nagios plugin")
	s.StringVar(&f.directory, "from-directory", "", "check what this source names: every port of receive connectors and of POP3 and IMAP4; a server takes the same -u and --ca")
	s.StringVar(&f.release, "release", "", "with --from-directory only servers of this release: 2016, 2019, SE")
	s.StringVar(&f.server, "server", "", "with --from-directory only this server")
	f.alerts.define(s)
	s.StringVar(&f.certificate, "save-certificate", "", "write the certificates as the servers sent them to this file (PEM)")
}

// ofDirectories are flags of the whole program that say how a directory is read.
// To take and forget them would promise what is not done: --show-queries sends
// nothing, --socks5 goes through a proxy.
var ofDirectories = []string{"cert", "key", "connections", "dc", "gc", "idle", "one-domain", "retry-pause", "socks5", "show-queries", "log"}

// refused is the value of such a flag.
type refused struct{}

func (*refused) String() string { return "" }
func (*refused) Type() string   { return "" }
func (*refused) Set(string) error {
	return errors.New("check reads no directory, and this flag is for those who do")
}
