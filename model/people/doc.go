// Package people answers who gets into a mailbox as a tree: a question, the entry
// that decides, whom it names, and whoever is in that. Of a group it says who is in
// it and what that opens.
//
// What a person's leaf says is his verdict ([verdict.Gate]): the tree shows by which
// entries he comes to it, and judges nothing by itself. Denies stand in their place
// in the order of evaluation, with those whom they keep out; what was not read
// stands at the end.
//
// A group of very many is one line with a count until somebody unfolds it, and a
// group that was met before under the same entry is not gone through again, so
// that circles end. A tree never changes; [Node.Unfold] makes new nodes and may be
// called by any goroutine.
package people
