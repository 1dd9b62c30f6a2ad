package live

import (
	"fmt"
	"strings"

	"mbxperm/collector"
)

// A directory server is not trusted to come to an end. Whatever it can send
// without being asked, or more of than it was asked for, has a bound here, far
// above what real directories have. What is over a bound is counted, and makes
// its search incomplete with that as the reason.

// bounds are the bounds of a reading. Tests set lower ones.
type bounds struct {
	message    int // bytes of one message
	attributes int // of one entry
	values     int // of one entry in one message
	listBytes  int // of one attribute, put together from ranges
	listValues int
	listParts  int // requests for ranges of one attribute
	waiting    int // bytes of entries that wait for the end of a page
	references int // kept of one search
	fruitless  int // bytes in a row without anything new
	pages      int // in a row without anything new
	entries    int // of one search
	holders    int // of one SID
	silent     int // searches in a row that a silent server has cost
	domains    int // of a forest
	ancestors  int // bytes of the names of containers above recipients, of one domain
	depth      int // of a name, in RDNs
	stores     int // that mailboxes are read by
	parts      int // that mailboxes of one domain are read in
	missing    int // mailboxes asked for by name
}

const (
	// A domain controller gives at most 5,000 values of an attribute at once
	// (MS-ADTS 3.1.1.3.4.6, MaxValRange), and Samba ends an answer at 256 MB. A
	// group of 1,000,000 members in one message has about 90 MB.
	mostMessage = 128 << 20
	// A search asks for 24 attributes, and each may come twice: as a range and
	// empty.
	mostAttributes = 1000
	// An entry has one long attribute, or two.
	mostValues = 2_000_000

	// A group of 1,000,000 members has about 90 MB of names, in 667 ranges of
	// 1,500.
	mostListBytes  = 256 << 20
	mostListValues = 2_000_000
	mostListParts  = 10_000
	// A page of a thousand groups with 1,500 members each has 150 MB: what is
	// beyond the bound is asked for again when its turn comes.
	mostWaiting = 32 << 20

	// A domain refers to the partitions below it, if the server does not know
	// the control that keeps it from that. Of a reference a kilobyte is kept.
	mostReferences = 100
	longReference  = 1 << 10

	// Between two new entries nothing comes but a few references, and entries
	// that have moved since they came.
	mostFruitless = 128 << 20
	// A page is empty where the server ran out of time, or nothing on it may be
	// seen.
	mostEmptyPages = 1000
	// A domain holds 2,147,483,393 objects in its lifetime (MS-ADTS 3.1.1.1.5);
	// the largest that are told of have some ten million.
	mostEntries = 1 << 25
	// A SID has one holder and its tombstones, and as sIDHistory a few more.
	mostHolders = 100
	// As many as read at the same time by default.
	mostSilent = 4

	// Microsoft supports 1,200 domains in a forest.
	mostDomains = 1500
	// A million organisational units have some 100 MB of names; ten levels are
	// usual, and a mailbox store lies below some fifteen.
	mostAncestors = 256 << 20
	deepestName   = 128
	// A hundred servers with a hundred stores each. The filter for none of them
	// must stay below what a server takes (MaxReceiveBuffer: 10 MB).
	mostStores = 5000
	// Ten million mailboxes, ten thousand in each part; a store is halved seven
	// times at most, whatever its server says it holds.
	mostParts   = 1000
	mostHalving = 7
	// Mailboxes that no part has brought, though they are there: those that
	// were made or moved meanwhile, and those whose homeMDB may not be read.
	mostMissing = 1_000_000
)

// usualBounds are those of every reading but of tests.
func usualBounds() bounds {
	return bounds{message: mostMessage, attributes: mostAttributes, values: mostValues,
		listBytes: mostListBytes, listValues: mostListValues, listParts: mostListParts, waiting: mostWaiting,
		references: mostReferences, fruitless: mostFruitless, pages: mostEmptyPages, entries: mostEntries, holders: mostHolders, silent: mostSilent,
		domains: mostDomains, ancestors: mostAncestors, depth: deepestName, stores: mostStores, parts: mostParts, missing: mostMissing}
}

// excess is the error of a server that does not come to an end, or sends more
// than its bound: what it did, to be read behind its name.
type excess struct{ what string }

func (e *excess) Error() string { return e.what }

func exceeds(format string, args ...any) error { return &excess{fmt.Sprintf(format, args...)} }

// oddities are what a search brought that it should not have, counted, with the
// first of each kind.
type oddities struct {
	undecoded int // entries that cannot be decoded
	large     tally
	cut       tally // attributes with more values than are read
	outside   tally
	sameName  tally
	unkept    int // references beyond those kept
}

// tally counts, and remembers the first.
type tally struct {
	n     int
	first string
}

func (t *tally) add(what string) {
	if t.n++; t.n == 1 {
		t.first = clean(what)
	}
}

// reason says what was odd, or returns nil. kept is how many references were.
func (o *oddities) reason(server string, kept int) error {
	var parts []string
	say := func(n int, format string, args ...any) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	say(o.undecoded, "%d entries of %s cannot be decoded", o.undecoded, server)
	say(o.large.n, "%d entries of %s have more attributes or values than are read, the first is %s", o.large.n, server, o.large.first)
	say(o.cut.n, "of %d attributes the values were not read to the end: %s", o.cut.n, o.cut.first)
	say(o.outside.n, "%d entries of %s lie outside of what was asked for, the first is %s", o.outside.n, server, o.outside.first)
	say(o.sameName.n, "%d entries of %s have the name of another object and were left out, the first is %s", o.sameName.n, server, o.sameName.first)
	say(o.unkept, "%s sent %d references to other servers, of which the first %d were kept", server, kept+o.unkept, kept)
	if len(parts) == 0 {
		return nil
	}
	return &Error{Kind: ErrIncomplete, Err: errEntry, Text: strings.Join(parts, "; ")}
}

// inScope reports whether an entry can be an answer to a search, by its name
// (RFC 4511 4.5.1.2). Names of one server are spelled alike but for their case.
func inScope(dn string, q *collector.Query) bool {
	switch rest := len(dn) - len(q.Base); {
	case q.Scope == collector.ScopeBase:
		return strings.EqualFold(dn, q.Base)
	case q.Base == "" || rest == 0 && q.Scope == collector.ScopeSub:
		return q.Base == "" || strings.EqualFold(dn, q.Base)
	case rest < 2 || dn[rest-1] != ',' || !strings.EqualFold(dn[rest:], q.Base):
		return false
	default:
		return true
	}
}
