package ui

import (
	"mbxperm/model/hiding"
	"mbxperm/ui/keys"
)

// binding is what keys do on the screen, and why they do nothing there.
type binding = keys.Binding[*app]

// bindings is the table of keys: [bindingTable], set when the program starts,
// because the deeds themselves look into it.
var bindings []binding

func init() { bindings = bindingTable }

// bindingTable is the one table of keys. Footer, help page and README are made
// from it, in its order. A row says what the keys do, and why they do nothing
// where they do nothing; nil in the place of a deed leaves them to the widget
// that has the keyboard.
//
// Not to be used, because tview's tables move by them: g G h j k l, Ctrl-F and
// Ctrl-B.
var bindingTable = []binding{
	bind("? F1", keys.ScopeEverywhere, "help", 1, "Show this page.", (*app).openHelp, nil),
	bind("/", keys.ScopeGrid, "filter", 11, "Show only the lines that contain what you type.", (*app).startFilter, nil),
	ofLine(bind("x", keys.ScopeGrid, "card", 3, "Show all that is known of this name, or of the names of a row.", (*app).openCard, (*app).whyNoCard)),
	ofLine(bind("p", keys.ScopeGrid, "who", 4, "Show who gets into this mailbox, or who is in this group, as a tree.", (*app).openPeople, (*app).whyNoPeople)),
	ofLine(bind("v", keys.ScopeGrid, "raw", 5, "Show the ACE and its descriptor as they are stored.", (*app).openRaw, (*app).whyNoRaw)),
	ofLine(bind("H", keys.ScopeGrid, "moves with", 28, "Show which mailboxes should move to Exchange Online together.", (*app).openMoves, (*app).whyNoMoves)),
	bind("Y", keys.ScopeGrid, "history", 28, "Show what the recordings of this folder tell, night after night.", (*app).openHistory, (*app).whyNoHistory),
	ofGrid(bind("C", keys.ScopeGrid, "copy", 23, "Copy a cell, the row or the grid, also through SSH and tmux.", (*app).startCopy, (*app).whyNoCopy)),
	ofGrid(bind("K", keys.ScopeGrid, "cmd", 6, "Show as commands: this view; what would show or revoke this ACE.", (*app).showCommands, (*app).whyNoCommands)),
	bind(":", keys.ScopeGrid, "go to", 11, "Type a command or a name to go to; Enter takes the marked one.", (*app).startCommand, nil),
	ofGrid(bind("E", keys.ScopeGrid, "export", 7, "Write this grid to a file: .csv, .json, .jsonl, .html or .xlsx.", (*app).startExport, (*app).whyNoExport)),
	ofLine(bind("Space", keys.ScopeGrid, "mark", 35, "Mark this line, or take its mark away: E and C take the marked.", (*app).markHere, (*app).whyNoMark)),
	ofLine(bind("m", keys.ScopeGrid, "bookmark", 26, "Keep a bookmark of this line, or drop it.", (*app).toggleBookmark, (*app).whyNoBookmark)),
	bind("'", keys.ScopeGrid, "bookmarks", 27, "List the bookmarks of this directory; Delete drops one.", (*app).openBookmarks, (*app).whyNoBookmarks),
	bind("L", keys.ScopeGrid, "columns", 22, "Hide, show, widen and order the columns of this grid.", (*app).startColumns, (*app).whyNoColumns),
	ofGrid(bind("n", keys.ScopeGrid, "", 0, "Go to the next line that the last filter matches.", (*app).findForward, nil)),
	ofGrid(bind("N", keys.ScopeGrid, "", 0, "Go to the match before.", (*app).findBackward, nil)),
	ofLine(bind("Enter", keys.ScopeTotals, "ACEs", 10, "Show the ACEs of this line.", (*app).drill, (*app).whyNoDrill)),
	ofLine(bind("Enter", keys.ScopeDetail, "pivot", 10, "Go to what this trustee can reach, or who can reach this target.", (*app).pivotHere, (*app).whyNoPivot)),
	bind("Backspace", keys.ScopeGrid, "back", 15, "Go back to where you came from.", (*app).back, (*app).whyNoBack),
	bind("r", keys.ScopeGrid, "reverse", 12, "Switch between who can reach it and what it can reach.", (*app).flip, (*app).whyNoFlip),
	bind("e", keys.ScopeGrid, "via groups", 18, "In reverse, add what is held through groups; forward, who is in them.", (*app).toggleEffective, (*app).whyNoEffective),
	bind("1", keys.ScopeGrid, "split", 17, "Have a row for each right of an entry, or one for all of them.", (*app).toggleSplit, (*app).whyNoSplit),
	bind("*", keys.ScopeGrid, "each", 17, "Of verdicts, show each person, or draw many together again.", (*app).toggleExpand, (*app).whyNoExpand),
	bind("o", keys.ScopeEverywhere, "object type", 13, "Choose mailboxes, recipients, stores, containers or admins.", (*app).openTypes, nil),
	bind("a", keys.ScopeEverywhere, "ACE type", 14, "Choose which rights the right grid shows.", (*app).openACETypes, nil),
	bind("Tab", keys.ScopeEverywhere, "next pane", 16, "Go to the next pane.", (*app).nextPane, (*app).whyNoPane),
	bind("Shift-Tab", keys.ScopeEverywhere, "", 0, "Go to the pane before.", (*app).previousPane, (*app).whyNoPane),
	bind("i", keys.ScopeGrid, "inherited", 30, "Show or hide inherited rights.", toggle(hiding.Inherited), noToggle(hiding.Inherited)),
	bind("s", keys.ScopeGrid, "self", 31, "Show or hide rights of SELF and SYSTEM.", toggle(hiding.Self), noToggle(hiding.Self)),
	bind("d", keys.ScopeGrid, "defaults", 32, "Show or hide what Exchange setup grants.", toggle(hiding.Default), noToggle(hiding.Default)),
	bind("I", keys.ScopeGrid, "implied", 33, "Show or hide rights that follow from other rights.", toggle(hiding.Implied), noToggle(hiding.Implied)),
	bind("c", keys.ScopeGrid, "copies", 34, "Show or hide stale copies of inherited rights.", toggle(hiding.Stale), noToggle(hiding.Stale)),
	bind("A", keys.ScopeGrid, "show all", 20, "Show all of these, or hide them again.", toggle(hiding.All), noToggle(hiding.All)),
	bind("y", keys.ScopeGrid, "system", 28, "Show or hide system mailboxes.", (*app).toggleSystem, (*app).whyNoSystem),
	bind("b", keys.ScopeGrid, "deny only", 25, "Show only rows that deny, or all again.", (*app).toggleDeny, (*app).whyNoDeny),
	bind("u", keys.ScopeGrid, "orphans only", 25, "Show only rows for orphans and deleted accounts, or all again.", (*app).toggleOrphans, nil),
	bind("t", keys.ScopeGrid, "which lines", 25, "Show only mailboxes, holders of rights, remote; what deviates.", (*app).nextLines, (*app).whyNoLines),
	bind("<", keys.ScopeGrid, "", 0, "Sort by the column to the left.", (*app).sortLeft, nil),
	bind(">", keys.ScopeGrid, "sort", 19, "Sort by the column to the right.", (*app).sortRight, nil),
	bind("S", keys.ScopeGrid, "", 0, "Sort the other way round.", (*app).sortTurn, nil),
	bind("+", keys.ScopeGrid, "enlarge", 24, "Give this grid the room of both, or divide it again.", (*app).toggleEnlarged, (*app).whyNoEnlarged),
	bind("P", keys.ScopeGrid, "preview", 28, "Show or hide the entry in words, where the screen is high.", (*app).togglePreview, (*app).whyNoPreview),
	bind("Left", keys.ScopeGrid, "", 0, "Go back to the columns on the left.", (*app).columnsLeft, (*app).whyNoColumnsLeft),
	bind("Right", keys.ScopeGrid, "", 0, "Go on to the columns for which there is no room: > at the edge.", (*app).columnsRight, (*app).whyNoColumnsRight),
	bind("↑ ↓ j k", keys.ScopeGrid, "", 0, "Move by a line.", nil, nil),
	bind("PgUp PgDn", keys.ScopeGrid, "", 0, "Move by a page.", nil, nil),
	bind("Home End g G", keys.ScopeGrid, "", 0, "Move to the first or the last line.", nil, nil),
	bind("Esc", keys.ScopeGrid, "", 0, "Clear the filter; where there is none, the marks.", (*app).clear, nil),
	bind("Esc q ? !", keys.ScopePage, "close", 2, "Close the page.", (*app).closePage, nil),
	bind("↑ ↓", keys.ScopePage, "scroll", 3, "Scroll; PgUp and PgDn scroll by a page.", nil, nil),
	bind("/", keys.ScopePage, "find", 4, "Find a text on the page.", (*app).findOnPage, nil),
	bind("C", keys.ScopePage, "copy", 6, "Copy a line of the page, or all of it.", (*app).copyPage, nil),
	bind("n", keys.ScopePage, "", 0, "Go to the next place where it stands.", (*app).pageForward, nil),
	bind("N", keys.ScopePage, "", 0, "Go to the place before.", (*app).pageBackward, nil),
	bind("Tab", keys.ScopeSheets, "next sheet", 5, "Turn to the next sheet: trustee, target, ACE, descriptor.", (*app).nextSheet, nil),
	bind("Shift-Tab", keys.ScopeSheets, "", 0, "Turn to the sheet before.", (*app).previousSheet, nil),
	bind("Ctrl-C", keys.ScopePage, "", 0, "Leave the program, whatever is going on.", (*app).quit, nil),
	bind("Enter", keys.ScopeInput, "keep", 3, "Keep the filter and go back to the grid.", (*app).enterLine, nil),
	bind("Esc", keys.ScopeInput, "clear", 2, "Clear the filter and go back to the grid.", (*app).leaveLine, nil),
	bind("!", keys.ScopeEverywhere, "errors", 21, "List what went wrong, with time, object and reason.", (*app).openProblems, nil),
	bind("Enter", keys.ScopeCommand, "do it", 3, "Do what the line says.", (*app).enterLine, nil),
	bind("Esc", keys.ScopeCommand, "leave", 2, "Leave the line and do nothing.", (*app).leaveLine, nil),
	bind("Tab", keys.ScopeCommand, "complete", 4, "Complete a command, a name or the name of a file.", nil, (*app).whyNoCompletion),
	bind("↑ ↓", keys.ScopeCommand, "", 0, "After : mark another command or name.", nil, nil),
	bind("Ctrl-C", keys.ScopeCommand, "", 0, "Leave the program, whatever is going on.", (*app).quit, nil),
	bind("R", keys.ScopeEverywhere, "record", 29, "Read everything again and record it to a file.", (*app).startRecord, (*app).whyNoRecord),
	bind("w", keys.ScopeEverywhere, "connect", 29, "Open another directory, file or the demo.", (*app).connectElsewhere, nil),
	ofLine(bind("W", keys.ScopeGrid, "", 0, "Ask what leaving out or adding a member or an entry would do.", (*app).startWhatIf, (*app).whyNoWhatIf)),
	bind("D", keys.ScopeGrid, "changes", 9, "Show what changed since the reading before, or since --since.", (*app).openChanges, (*app).whyNoChanges),
	ofLine(bind("Enter", keys.ScopeChanges, "pivot", 4, "Go to the target as it is now; by trustee, to all it can reach.", (*app).pivotChange, nil)),
	bind("W", keys.ScopeChanges, "what if", 5, "Ask a what-if; in the answer to one, change what it asks.", (*app).startWhatIf, (*app).whyNoWhatIf),
	bind("Backspace", keys.ScopeChanges, "close", 2, "Go back to the grids.", (*app).closeChanges, nil),
	bind("D q", keys.ScopeChanges, "", 0, "Go back to the grids.", (*app).closeChanges, nil),
	labelled((*app).otherOrder, bind("r", keys.ScopeChanges, "by trustee", 5, "Order by trustee instead of weight, or back.", (*app).turnChanges, nil)),
	bind("M", keys.ScopeEverywhere, "checks", 29, "Show the last runs of mbxperm check: what mail servers answered.", (*app).openChecks, (*app).whyNoChecks),
	bind("Enter", keys.ScopeChecks, "all of it", 3, "Show every step and the certificate; of a step, every host.", (*app).openCheck, nil),
	labelled((*app).otherChecks, bind("r", keys.ScopeChecks, "by step", 4, "Switch between hosts and their steps, and steps and their hosts.", (*app).turnChecks, nil)),
	bind("/", keys.ScopeChecks, "filter", 5, "Show only the lines that contain what you type.", (*app).startFilter, nil),
	bind("F5", keys.ScopeChecks, "look again", 6, "Look whether there are newer runs.", (*app).rereadChecks, nil),
	bind("Backspace", keys.ScopeChecks, "close", 2, "Go back to the grids.", (*app).closeChecks, nil),
	bind("M q", keys.ScopeChecks, "", 0, "Go back to the grids.", (*app).closeChecks, nil),
	bind("Esc", keys.ScopeChecks, "", 0, "Clear the filter, or go back to the grids.", (*app).clearChecks, nil),
	bind("F", keys.ScopeGrid, "findings", 8, "Show what is wrong, most dangerous first.", (*app).openFindings, (*app).whyNoFindings),
	bind("Enter", keys.ScopeFindings, "open", 3, "Open or close a rule; of a finding, go to the rows behind it.", (*app).chooseFinding, nil),
	bind("x", keys.ScopeFindings, "explain", 4, "Say what the rule means, how it decides, what to do.", (*app).explainFinding, nil),
	bind("A", keys.ScopeFindings, "accept", 5, "Accept this finding: write it to the file of --accept.", (*app).startAccept, nil),
	bind("/", keys.ScopeFindings, "filter", 6, "Show only the findings that contain what you type.", (*app).startFilter, nil),
	bind("Backspace", keys.ScopeFindings, "close", 2, "Go back to the grids.", (*app).closeFindings, nil),
	bind("F q", keys.ScopeFindings, "", 0, "Go back to the grids.", (*app).closeFindings, nil),
	bind("Esc", keys.ScopeFindings, "", 0, "Clear the filter, or go back to the grids.", (*app).clearFindings, nil),
	bind("Enter", keys.ScopePeople, "unfold", 3, "Unfold or fold what is below; of a person, go to all he reaches.", (*app).choosePeople, nil),
	bind("Right", keys.ScopePeople, "", 0, "Unfold what is below.", (*app).unfoldPeople, nil),
	bind("Left", keys.ScopePeople, "", 0, "Fold it, or go to the line that this one is below.", (*app).foldPeople, nil),
	bind("*", keys.ScopePeople, "all", 7, "Unfold or fold everything below.", (*app).unfoldAllPeople, nil),
	bind("/", keys.ScopePeople, "find", 5, "Find a name or a text, in folded lines too.", (*app).findPeople, nil),
	bind("n", keys.ScopePeople, "", 0, "Go to the next line that holds it.", (*app).nextPeopleFound, nil),
	bind("N", keys.ScopePeople, "", 0, "Go to the line before that holds it.", (*app).lastPeopleFound, nil),
	bind("E", keys.ScopePeople, "export", 6, "Write every person of the tree with the way to a file.", (*app).startExport, nil),
	bind("x Tab", keys.ScopePeople, "why", 4, "Say why, on a page of its own: who it is, by what, and the reason.", (*app).openWhyPeople, (*app).whyNoWhyPeople),
	bind("Esc", keys.ScopePeople, "close", 2, "Go back to the grids.", (*app).closePeople, nil),
	bind("Backspace p q", keys.ScopePeople, "", 0, "Go back to the grids.", (*app).closePeople, nil),
	bind("T", keys.ScopeEverywhere, "", 0, "Change the colours: for any background, dark, light, or none.", (*app).nextTheme, nil),
	bind("Space", keys.ScopeColumns, "show or hide", 3, "Show or hide this column; [~] is shown where there is room.", nil, nil),
	bind("?", keys.ScopeColumns, "what is it", 7, "Say what this column holds or counts.", (*app).explainColumn, nil),
	bind("Left Right", keys.ScopeColumns, "width", 4, "Make it narrower or wider.", nil, nil),
	bind("< >", keys.ScopeColumns, "move", 5, "Move it to the left or to the right.", nil, nil),
	bind("0", keys.ScopeColumns, "reset", 6, "Have all columns as they were at first.", nil, nil),
	bind("Esc Enter", keys.ScopeColumns, "close", 2, "Close the list; what was chosen is remembered.", nil, nil),
	bind("Ctrl-C", keys.ScopeColumns, "", 0, "Leave the program, whatever is going on.", (*app).quit, nil),
	bind("X", keys.ScopeEverywhere, "", 0, "Stop reading; what has come stays.", (*app).cancel, (*app).whyNoCancel),
	bind("F5", keys.ScopeEverywhere, "", 0, "Read everything again; then D shows what changed.", (*app).reread, (*app).whyNoReread),
	bind("Ctrl-L", keys.ScopeEverywhere, "", 0, "Draw the screen anew.", (*app).redraw, nil),
	bind("q", keys.ScopeEverywhere, "quit", 2, "Leave the program.", (*app).quit, nil),
	bind("Ctrl-C", keys.ScopeEverywhere, "", 0, "Leave the program, whatever is going on.", (*app).quit, nil),
	bind("Ctrl-C", keys.ScopeInput, "", 0, "Leave the program, whatever is going on.", (*app).quit, nil),
	bind("Enter", keys.ScopeForm, "go on", 3, "Connect, or press the button.", (*app).enterField, nil),
	bind("Tab", keys.ScopeForm, "next", 4, "Complete the name of a file, or go to the next field.", (*app).completeField, nil),
	bind("↓", keys.ScopeForm, "", 0, "Go to the next field.", (*app).nextField, nil),
	bind("Shift-Tab ↑", keys.ScopeForm, "", 0, "Go to the field before.", (*app).previousField, nil),
	bind("Esc", keys.ScopeForm, "leave", 2, "Stop connecting, or leave the form.", (*app).leaveForm, nil),
	bind("Ctrl-C", keys.ScopeForm, "", 0, "Leave the program, whatever is going on.", (*app).quit, nil),
	bind("Enter", keys.ScopeList, "choose", 3, "Choose this entry.", nil, nil),
	bind("Esc", keys.ScopeList, "close", 2, "Close the list and choose nothing.", nil, nil),
	bind("Delete", keys.ScopeList, "drop", 5, "Drop this bookmark.", nil, (*app).whyNoDrop),
	bind("q", keys.ScopeList, "quit", 4, "Leave the program.", (*app).quit, nil),
	bind("Ctrl-C", keys.ScopeList, "", 0, "Leave the program, whatever is going on.", (*app).quit, nil),
}

// bind makes a row of the table; the names of keys are apart by blanks.
func bind(names string, s keys.Scope, label string, rank int, sentence string, do func(*app), why func(*app) string) binding {
	return binding{Keys: keys.Parse(names), Scope: s, Label: label, Rank: rank, Sentence: sentence, Do: do, WhyNot: why}
}

// labelled gives a row a label that changes.
func labelled(now func(*app) string, b binding) binding {
	b.Now = now
	return b
}

// ofLine marks a row whose keys act on the line of the cursor.
func ofLine(b binding) binding {
	b.About = keys.OfLine
	return b
}

// ofGrid marks a row whose keys act on all lines, or on their order.
func ofGrid(b binding) binding {
	b.About = keys.OfGrid
	return b
}
