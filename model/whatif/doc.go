// Package whatif reads what somebody wants to have left out or added, a membership
// or an entry, and lists what that would do to verdicts: who loses, who gains, and
// which way in remains. Nothing is written to any directory.
//
// A change is named by what reports print: GROUP=PERSON, and for an entry
// TARGET=TRUSTEE:RIGHT, the columns target, trustee and right of report aces. An
// entry that has no such name is given as SDDL, TARGET=(A;CI;CC;;;SID).
package whatif
