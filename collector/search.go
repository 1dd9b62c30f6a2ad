package collector

// Search is a question to a directory. A source that can be asked puts it as it
// stands here, with the names of its own partitions; a file or a recording says
// what was asked when it was made. The searches there are stand in package
// decode, each beside the code that reads what it gives.
type Search struct {
	Purpose Purpose // what it is for; its text is never changed
	Stage   Stage   // when it is put, and how often
	// Base returns where to search, in a directory with these partitions.
	Base  func(Root) string
	Scope Scope // how far below that
	// Filter is empty where objects are asked for by name or by SID.
	Filter     string
	Attributes []string // in the order in which they are asked for; nobody changes them
	// Weight orders searches that run at a time by how much of it they
	// take: the one that weighs most is shown as what is being read. One
	// without weight is never shown.
	Weight int
	// About says more of the search than its purpose and filter do; or
	// nothing.
	About string
}

// Stage says when a search is put, and how often.
type Stage uint8

// The stages of a reading. A search of the last two needs nothing but what
// stands in it, and is put by every source that can be asked.
const (
	Apart    Stage = iota // a source has code of its own for it: it follows on others, is in parts, or others follow on it
	OfForest              // once, for what all domains share
	OfDomain              // in every domain of the forest
)

// Root are the names of the partitions of a directory, as its rootDSE says
// ([MS-ADTS] 3.1.1.3.2).
type Root struct {
	Domain        string // of the server that is asked; empty: all of them, from a global catalog
	Configuration string // which all domains of the forest share
	Schema        string // which they share too
}
