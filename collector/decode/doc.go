// Package decode knows what is asked of a directory and what the answers mean:
// it turns directory entries into facts for a model.Writer. It is the only code
// that knows what an attribute means.
//
// # A kind of entry
//
// A kind of entry is one value in one file, from the object classes that it is
// known by to the last attribute that it takes: group.go is all there is to a
// group. With it stand its searches, because what is decoded must have been
// asked for. The table of kinds (kind.go) is the only list; the live source,
// the demo, progress, --show-queries and what a file without searches is told
// to lack all run over it.
//
// A new kind is a new file with a value of type kind, and a line in the table:
//
//	// Folders asks for the folders of a domain.
//	var Folders = collector.Search{
//		Purpose: "folders", Stage: collector.OfDomain, Base: domainBase, Scope: collector.ScopeSub,
//		Filter: "(objectClass=folder)", Attributes: []string{attrObjectClass, attrCN}, Weight: 19,
//	}
//
//	var folder = kind{
//		classes:  []class{{name: "folder"}},
//		searches: []collector.Search{Folders},
//		lacks:    []*evidence{hasSecurity},
//		decode:   func(d *decoder, e *collector.Entry, set *classSet) { … },
//	}
//
// What several kinds share is called from theirs and does not call back:
// identity.go (who an object is), recipient.go (whether it is a mailbox),
// value.go (single values, and what of them cannot be decoded).
//
// # Reading
//
// [Read] reads a source to its end under a lock of its caller. The decoder
// inside is the [collector.Sink] that every source ends in, also while a
// recording is made. It goes by what an entry is and not by the search that
// gave it: a file without searches decodes like a live directory.
//
// # What must hold here
//
// Nothing is dropped in silence. A value that cannot be decoded is counted with
// its reason; a search counts as complete only when its End says so; an
// attribute is Missing only where it was asked for and did not come, and
// whether it is absent is for the coverage to prove. The text of a Purpose
// stands in recordings and is never changed; an attribute that is decoded
// stands in the search that delivers the entry.
package decode
