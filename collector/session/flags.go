package session

import (
	"io"

	"github.com/spf13/pflag"
)

// SourceHelp explains what SOURCE can be.
const SourceHelp = `SOURCE is where to read; without one a form asks for it, filled in as far as known:
  ldaps://HOST             a domain controller over TLS
  ldap://HOST              the same with StartTLS
  demo[:N[:SEED[:DAY]]]    a made-up organisation of N mailboxes (250)
  FILE                     a recording, or LDIF as ldapsearch or ldifde writes it, also gzip or zstd
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

// Parsed is for when the flags have been read: searches that are not to be sent
// are shown on stdout.
func (o *Flags) Parsed(stdout io.Writer) {
	if o.showQueries {
		o.ShowQueries = stdout
	}
}
