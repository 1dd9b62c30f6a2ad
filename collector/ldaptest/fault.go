package ldaptest

import "time"

// Result codes that faults are made of (RFC 4511 4.1.9).
const (
	ResultSuccess         = 0
	ResultOperationsError = 1
	ResultProtocolError   = 2
	ResultTimeLimit       = 3
	ResultSizeLimit       = 4
	ResultStrongAuth      = 8
	ResultAuthMethod      = 7
	ResultReferral        = 10
	ResultSaslInProgress  = 14
	ResultNoSuchObject    = 32
	ResultCredentials     = 49
	ResultBusy            = 51
	ResultUnavailable     = 52
	ResultUnwilling       = 53
)

// Fault says how the answer to one request goes wrong. The zero value is a
// healthy answer. Faults may be combined: {After: 3, Cut: true} sends three
// entries of the page and closes the connection.
type Fault struct {
	// After is the number of entries of the page that are sent before Cut,
	// Stall, Result, BadEnvelope, BadEntry, WrongID or Raw act.
	After int

	// Cut closes the connection without a word.
	Cut bool

	// Stall says nothing more until the connection is closed.
	Stall bool

	// Result, if not 0, ends the answer with this code and Diagnostic.
	Result     int
	Diagnostic string

	// Referral is sent as a continuation reference before the entries, or, with
	// Result 10, as the referral of the result.
	Referral string

	// NoPaging leaves the paging control out of the answer.
	NoPaging bool

	// BadEnvelope sends, in the place of one entry, a message that is valid BER
	// and no LDAPMessage: its message ID is no INTEGER.
	BadEnvelope bool

	// BadEntry sends, in the place of one entry, one with an attribute that has
	// a name and no set of values.
	BadEntry bool

	// WrongID sends one entry under a message ID that nobody asked with.
	WrongID bool

	// Raw is written in the place of one entry; with Cut the connection is
	// closed behind it.
	Raw []byte

	// Short ends the page after so many entries; the others come with later
	// pages, or with Lose never, as if there were none.
	Short int
	Lose  bool

	// Delay passes before each entry.
	Delay time.Duration

	// Drip sends each entry in twenty pieces with this pause between them.
	Drip time.Duration

	// Mode, if not nil, answers the search in the place of everything else.
	Mode Mode

	// RangeOffset shifts the range of values that is sent (MS-ADTS
	// 3.1.1.3.1.3.3) against the one asked for.
	RangeOffset int
}

// Request is one request as the server understood it.
type Request struct {
	Conn int    // which connection, counted from 1
	TLS  bool   // whether it came through TLS
	Op   string // "bind", "unbind", "search", "abandon", "extended", or "operation 6" for any other tag
	Name string // bind: the name; extended: the OID

	Base       string
	Scope      int
	Filter     string
	Attributes []string
	Controls   []string // OIDs
	SDFlags    int      // value of the SD_FLAGS control, 0 without
	PageSize   int      // 0 without paging control
	Page       int      // which page of its search, counted from 1; 0 without paging control
}
