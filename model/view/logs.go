package view

import (
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/model/door"
)

// Log is a line of report logs.
type Log = door.Log

// Logs are the logs that a filter lets pass, of servers of a release.
func Logs(s *model.Snapshot, filter, release string) (out []Log) {
	words := Words(filter)
	for _, l := range door.Logs(s) {
		if door.OfRelease(s, l.Server, release) && MatchTexts(words, l.Server, l.Stream(), l.Logging, strings.Join(l.Reasons, "; ")) {
			out = append(out, l)
		}
	}
	return out
}

// LogFields are the columns of report logs.
var LogFields = []model.Field[*door.Log]{
	{Name: "server", First: true, Is: model.ContentName, Order: true, Value: func(l *door.Log) any { return l.Server }},
	{Name: "stream", First: true, Is: model.ContentWord, Value: func(l *door.Log) any { return l.Stream() }},
	{Name: "files", Value: func(l *door.Log) any { return l.Files }},
	{Name: "bytes", Value: func(l *door.Log) any { return int(l.Bytes) }},
	{Name: "lines", Value: func(l *door.Log) any { return l.Lines }},
	{Name: "damaged", Value: func(l *door.Log) any { return l.Damaged }},
	{Name: "unreadable", Value: func(l *door.Log) any { return l.Unreadable }},
	{Name: "from", First: true, Is: model.ContentWord, Value: func(l *door.Log) any { return stamp(l.From) }},
	{Name: "to", First: true, Is: model.ContentWord, Value: func(l *door.Log) any { return stamp(l.To) }},
	{Name: "logging", First: true, Is: model.ContentWord, Value: func(l *door.Log) any { return l.Logging }},
	{Name: "folder", Is: model.ContentName, Value: func(l *door.Log) any { return l.Folder }},
	{Name: "reason", Is: model.ContentSentence, Value: func(l *door.Log) any { return strings.Join(l.Reasons, "; ") }},
}

// stamp spells a time of a log, which is UTC; empty where there is none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
