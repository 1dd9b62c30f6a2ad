// Package finding holds the rules: what is wrong in a directory, most dangerous
// first, and the conditions that an unattended run fails on. Both are the same
// table.
//
// A [Rule] is one value: its name, which is a contract, its group, the greatest
// severity that its findings have, and the texts that explain it. The rules of a
// group stand in a file of their own with the code that finds them; [Rules] is the
// only list. Who adds a rule adds a value to the list of its group, finds it in a
// pass (passes, in run.go), and writes a test in which it fires and one in which it
// does not.
//
// [Find] runs rules over a snapshot and returns [List]: findings in order of
// danger, the same for the same snapshot. It tells what it has so far while it
// works. [Raise] asks for the conditions of --fail-on, which are names of rules and
// severities. A rule looks at every entry that was read, of every object type,
// whatever the toggles of a report hide; what Windows and Exchange's set-up write
// is no finding.
//
// An [Acceptance] says of a finding that somebody knows it, until a date. What is
// accepted is counted; past its date it rings again.
package finding
