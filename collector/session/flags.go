package session

import (
	"context"
	"io"
	"strconv"

	"github.com/spf13/pflag"

	"mbxperm/collector"
	"mbxperm/collector/protolog"
	"mbxperm/model/usage"
)

// SourceHelp explains what SOURCE can be.
const SourceHelp = `SOURCE is where to read; without one a form asks for it, filled in as far as known:
  ldaps://HOST             a domain controller over TLS
  ldap://HOST              the same with StartTLS
  demo[:N[:SEED[:DAY]]]    a made-up organisation of N mailboxes (250)
  FILE                     a recording, or LDIF as ldapsearch or ldifde writes it, also gzip or zstd,
                           or a snapshot of AD Explorer
  FOLDER                   the newest complete recording in it, of those that --record FOLDER made
  -                        the same from standard input
  DOMAIN                   a domain controller that DNS knows: contoso.com`

// RecordUsage is what --record says where a command reads one source.
const RecordUsage = "record everything that is read to this file, readable by you alone; in a folder the file is named by the time"

// RecordNewUsage is what --record says where a command reads an old and a new
// source.
const RecordNewUsage = "record NEW to this file while it is read; in a folder the file is named by the time"

// Flags are the flags of all commands that read a source.
type Flags struct {
	Opener
	// Record is the file to record to, or the folder for it; empty to record
	// nothing.
	Record string
	// Force lets a recording take the place of a file.
	Force bool
	// Program is name and version, for the head of a recording.
	Program string

	// Logs are the folders with protocol logs, as --logs has them, and Protocol how
	// they are read.
	Logs     []string
	Protocol protolog.Options

	showQueries bool
}

// Define defines how to get into a source.
func (o *Flags) Define(f *pflag.FlagSet) {
	o.Live.Define(f)
	f.BoolVar(&o.showQueries, "show-queries", false, "print every search that would be sent, and send nothing")
	f.StringVar(&o.LogFile, "log", "", "add what is done to this file; there are no secrets in it")
}

// DefineRecord defines --record.
func (o *Flags) DefineRecord(f *pflag.FlagSet, usage string) {
	f.StringVar(&o.Record, "record", "", usage)
}

// DefineReading defines --record and what belongs to logs, for commands that
// read one source.
func (o *Flags) DefineReading(f *pflag.FlagSet) {
	o.DefineRecord(f, RecordUsage)
	o.DefineLogs(f)
}

// DefineLogs defines the flags about protocol logs.
func (o *Flags) DefineLogs(f *pflag.FlagSet) {
	f.StringArrayVar(&o.Logs, "logs", nil, "read the protocol logs in this folder too, [SERVER=]DIR; may be given several times")
	f.IntVar(&o.Protocol.Days, "days", 0, "of logs, only the last so many days (default all)")
	f.StringArrayVar(&o.Protocol.Accepted, "accepted", nil, "mail for this domain is not outside, beside the accepted domains of the directory; may be given several times")
	f.BoolVar(&o.Protocol.UnknownNames, "unknown-names", false, "keep the names of failed logons that are nobody's: people type passwords there")
}

// LogFlags are the flags about logs, as they were given.
func (o *Flags) LogFlags() (args []string) {
	for _, text := range o.Logs {
		args = append(args, "--logs="+text)
	}
	if o.Protocol.Days > 0 {
		args = append(args, "--days="+strconv.Itoa(o.Protocol.Days))
	}
	for _, text := range o.Protocol.Accepted {
		args = append(args, "--accepted="+text)
	}
	if o.Protocol.UnknownNames {
		args = append(args, "--unknown-names")
	}
	return args
}

// WithLogs puts the logs behind a source; nil where there are logs alone.
func (o *Flags) WithLogs(src collector.Source) collector.Source {
	if len(o.Logs) == 0 {
		return src
	}
	options := o.Protocol
	for _, text := range o.Logs {
		options.Folders = append(options.Folders, protolog.ParseFolder(text))
	}
	return protolog.New(src, options)
}

// OpenLogs is Open, with the logs behind the source. Without a source there are
// the logs alone.
func (o *Flags) OpenLogs(ctx context.Context, text string) (collector.Source, []string, error) {
	switch {
	case text == "" && len(o.Logs) > 0:
		return o.WithLogs(nil), nil, nil
	case o.Protocol.Days < 0:
		return nil, nil, usage.Errorf("--days is a number of days, from 1")
	}
	src, warnings, err := o.Open(ctx, text)
	if err != nil {
		return nil, nil, err
	}
	return o.WithLogs(src), warnings, nil
}

// Parsed is for when the flags have been read: searches that are not to be sent
// are shown on stdout.
func (o *Flags) Parsed(stdout io.Writer) {
	if o.showQueries {
		o.ShowQueries = stdout
	}
}
