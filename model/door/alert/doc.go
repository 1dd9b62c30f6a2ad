// Package alert decides who is to be told what of checks, and remembers what was
// told.
//
// An [Incident] is a step of a door that fails: one for each protocol, host, port
// and step, whatever the address. It is told once in a while for as long as it
// lasts, again at once when the code changes, and once more when it is well again.
//
// The state is a JSON file. Who reads it holds its guard until it is written
// again, so that of two runs at once the second sees what the first has told. An
// alert is noted before it is sent and once more when it was accepted: a crash
// between the two makes the next run send it again under the same Message-ID,
// which mail systems take for the same message. So none is lost.
//
// The package sends nothing, and knows no network.
package alert
