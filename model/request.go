package model

// Request is a source to open, and how to get in: what a screen asks of whoever
// drives the collection, which answers with the [State] of a snapshot. Fields
// that are empty were left to be found out.
type Request struct {
	Source   string // what the command line calls SOURCE
	User     string
	Password string // never shown, kept or written down by the screen
	CAFile   string
	Auth     string
}
