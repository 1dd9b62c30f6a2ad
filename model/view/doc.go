// Package view answers the questions of screen and reports: lines of an object
// type with their totals, rows of a line, filtered and in order, and the cards
// and names of what stands in them.
//
// [Of] is the only code that filters, totals and sorts. The screen and the
// reports both ask it, so they cannot disagree. A total is always the number of
// rows that the detail shows for it under the same toggles.
//
// An [ObjectType] is one value: its lines, columns, report fields and kinds of
// rows stand in one file. What does not depend on the toggles is worked out once
// for a snapshot (model.Derive); a toggle then compares sets of kinds of rows, and
// a line's totals are sums over the few entries that name it.
package view
