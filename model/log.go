package model

import (
	"bytes"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Log is what was read of one protocol log of one server: one stream of files.
type Log struct {
	Server   string // empty where nothing says it
	Protocol string // POP3, IMAP4, SMTP
	Side     string // "front end", "back end", "hub"; empty for SMTP before 2013
	Files    int    // that were read
	Bytes    int64  // of them, on disk
	Lines    int    // records, damaged ones too
	Damaged  int
	// Unreadable are the files that could not be read, or not to their end; Stale
	// those that are older than was asked for, and Twice those that were there
	// once more.
	Unreadable, Stale, Twice int
	From, To                 time.Time // of the records; zero where there is none
	Damage                   []Damage
	Gaps                     []string // days between From and To without a record, as 2006-01-02 or from..to
}

// Stream names the stream: "IMAP4 back end".
func (l *Log) Stream() string { return strings.TrimSpace(l.Protocol + " " + l.Side) }

// Damage is one way in which lines or files were damaged.
type Damage struct {
	What  string
	N     int
	Where []string // the first of them: a file, or a file and a line
}

// UnreadableFile is the Damage of files that could not be read, or not to their
// end. All others are of lines.
const UnreadableFile = "unreadable file"

// ClockSetBack is the Damage of lines that are read, but whose time is an hour or
// more before that of the line above them.
const ClockSetBack = "a time an hour or more before that of the line above"

// Tally is how often something was there.
type Tally struct {
	Name string
	N    int
}

// Some are distinct texts, as far as they are kept.
type Some struct {
	Texts []string
	More  bool // there were others
}

// Add adds a text unless it is there, and notes that there are more beyond most.
func (s *Some) Add(b []byte, most int) {
	if !utf8.Valid(b) {
		b = bytes.ToValidUTF8(b, []byte("\uFFFD"))
	}
	for _, t := range s.Texts {
		if t == string(b) {
			return
		}
	}
	if len(s.Texts) >= most {
		s.More = true
		return
	}
	s.Texts = append(s.Texts, string(b))
}

// Connection is what one client did with one account at one server, by POP3 or
// IMAP4, as its logs tell.
type Connection struct {
	*Stream
	User                 string // as logged; empty for sessions without a logon and for names that are not kept
	Typed                string // what was typed, where that is something else
	Mailbox              string // somebody else's mailbox that was asked for
	Client               string // address
	OK, Failed           int    // logons
	Sessions             int    // without a logon
	Names                int    // so many names are not kept, of logons that failed
	TLS, StartTLS, Plain int    // of OK, where it is known
	First, Last, LastOK  Instant
	Reasons              []Tally // of Failed
}

// Stream is which half of which server wrote a log of which protocol. What many
// connections have in common lies there once.
type Stream struct{ Server, Protocol, Side string }

// StreamOf returns a Stream.
func StreamOf(server, protocol, side string) *Stream { return &Stream{server, protocol, side} }

// Instant is a time to the millisecond, in a third of the room of a time.Time:
// milliseconds since the beginning of year 1, in UTC. 0 is no time.
type Instant int64

const yearOne = -62135596800000 // in milliseconds since 1970

// InstantOf is a time as an Instant; the zero time is none.
func InstantOf(t time.Time) Instant {
	if t.IsZero() {
		return 0
	}
	return Instant(t.UnixMilli() - yearOne)
}

// Time is an Instant in UTC; the zero time for none.
func (i Instant) Time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.UnixMilli(int64(i) + yearOne).UTC()
}

// Relay is what one client did at one SMTP receive connector, as its logs tell.
type Relay struct {
	Server, Side, Connector, Client string
	Helo, Senders, Users            Some
	Sessions, TLS                   int
	MayRelay                        int // sessions that were told that they may send to anybody
	Messages, Recipients            int // that were taken
	External                        int // of Recipients, outside the accepted domains
	Unjudged                        int // of Recipients, where the accepted domains are not known
	Relayed                         int // of Messages, with a recipient outside
	First, Last                     time.Time
	Versions, Rejected              []Tally // of TLS by version; answers by code
}

// LogonNames takes apart what somebody typed to log on: DOMAIN\user\mailbox,
// user@domain\mailbox or, as IMAP4 clients write it, domain/user/mailbox opens
// somebody else's mailbox. mailbox is empty where only an account is named, or
// where both are the same.
func LogonNames(text string) (user, mailbox string) {
	parts := strings.FieldsFunc(text, func(c rune) bool { return c == '\\' || c == '/' })
	switch {
	case len(parts) == 3:
		user, mailbox = parts[0]+`\`+parts[1], parts[2]
	case len(parts) == 2 && strings.Contains(parts[0], "@"):
		user, mailbox = parts[0], parts[1]
	default:
		return text, ""
	}
	if strings.EqualFold(user, mailbox) || strings.EqualFold(parts[len(parts)-2], mailbox) {
		mailbox = ""
	}
	return user, mailbox
}

// SortTallies orders tallies, the most frequent first.
func SortTallies(list []Tally) {
	slices.SortFunc(list, func(a, b Tally) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(a.Name, b.Name)
	})
}
