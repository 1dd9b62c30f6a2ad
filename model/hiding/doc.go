// Package hiding names the reasons for which rows are hidden by default, which
// are also the toggles that show them: stale copies, inherited entries, SELF and
// SYSTEM, what set-up writes, what another right implies.
//
// The order of the reasons is the order in which a hidden row is counted, once,
// and the words are those of the status line and the reports. Which entry has
// which reason is decided by packages pool and grant, not here.
package hiding
