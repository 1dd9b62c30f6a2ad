// Package decode turns directory entries into facts for a model.Writer. It is
// the only code that knows what an attribute means.
//
// A [Decoder] is the [collector.Sink] that every source ends in, also while a
// recording is made. It goes by what an entry is, its object classes, and not by
// the search that gave it: a file without searches decodes like a live directory.
//
// What must hold here: nothing is dropped in silence. A value that cannot be
// decoded is counted with its reason; a search counts as complete only when its
// End says so; an attribute is Missing only where it was asked for and did not
// come, and whether it is absent is for package coverage to prove.
package decode
