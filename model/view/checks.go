package view

import (
	"strconv"
	"strings"
	"time"

	"mbxperm/model"
	"mbxperm/model/door"
)

// CheckRow is a step of a check.
type CheckRow struct {
	*door.Check
	Step *door.Step
}

// CheckRows are all steps of some checks, in order.
func CheckRows(checks []door.Check) (rows []CheckRow) {
	for i := range checks {
		for j := range checks[i].Steps {
			rows = append(rows, CheckRow{&checks[i], &checks[i].Steps[j]})
		}
	}
	return rows
}

// CheckFields are the columns of report check.
var CheckFields = []model.Field[*CheckRow]{
	{Name: "time", Is: model.ContentWord, Value: func(r *CheckRow) any { return r.Time.UTC().Format(time.RFC3339) }},
	{Name: "protocol", Is: model.ContentWord, Value: func(r *CheckRow) any { return string(r.Protocol) }},
	{Name: "host", Is: model.ContentName, Value: func(r *CheckRow) any { return r.Host }},
	{Name: "address", Is: model.ContentName, Value: func(r *CheckRow) any { return r.Address }},
	{Name: "port", Value: func(r *CheckRow) any { return int(r.Port) }},
	{Name: "step", Is: model.ContentWord, Value: func(r *CheckRow) any { return r.Step.Name }},
	{Name: "result", Is: model.ContentStatus, Value: func(r *CheckRow) any { return r.Step.Result.String() }},
	{Name: "code", Is: model.ContentWord, Value: func(r *CheckRow) any { return r.Step.Code }},
	{Name: "enhanced", Is: model.ContentWord, Value: func(r *CheckRow) any { return r.Step.Enhanced }},
	{Name: "text", Is: model.ContentSentence, Value: func(r *CheckRow) any { return r.Step.Text }},
	{Name: "ms", Value: func(r *CheckRow) any { return Milliseconds(r.Step.Took) }},
	{Name: "detail", Is: model.ContentSentence, Value: func(r *CheckRow) any { return r.Step.Detail }},
}

// Milliseconds rounds a time.
func Milliseconds(d time.Duration) int { return int(d.Round(time.Millisecond) / time.Millisecond) }

// SummaryFields are the columns of report check-summary: one line for each
// address, as the connectivity cmdlets of Exchange have them.
var SummaryFields = []model.Field[*door.Check]{
	{Name: "server", Is: model.ContentName, Value: func(c *door.Check) any { return serverOrHost(c) }},
	{Name: "site", Is: model.ContentName, Value: func(c *door.Check) any { return c.Site }},
	{Name: "scenario", Is: model.ContentSentence, Value: func(c *door.Check) any { return Scenario(c) }},
	{Name: "result", Is: model.ContentStatus, Value: func(c *door.Check) any { return SummaryResult(c) }},
	{Name: "latency_ms", Value: func(c *door.Check) any { return Milliseconds(c.Took()) }},
	{Name: "error", Is: model.ContentSentence, Value: func(c *door.Check) any { return CheckError(c) }},
}

func serverOrHost(c *door.Check) string {
	if c.Server != "" {
		return c.Server
	}
	return c.Host
}

// Scenario says in a few words what was checked: "SMTP 192.0.2.1 port 25,
// STARTTLS, logon NTLM".
func Scenario(c *door.Check) string {
	text := strings.ToUpper(string(c.Protocol))
	if c.Address != "" {
		text += " " + c.Address
	}
	text += " port " + strconv.Itoa(int(c.Port))
	if s := c.Step("starttls"); s != nil && s.Result != door.Skipped {
		text += ", STARTTLS"
	} else if c.TLS != nil {
		text += ", TLS"
	}
	if s := c.Step("auth"); s != nil && s.Result != door.Skipped {
		text += ", logon " + s.Detail
	}
	return text
}

// SummaryResult is Success, Failure, or Skipped where no step was taken. A
// warning is a success.
func SummaryResult(c *door.Check) string {
	switch c.Result() {
	case door.Failed:
		return "Failure"
	case door.Skipped:
		return "Skipped"
	}
	return "Success"
}

// CheckError says what the first step that failed has to say, empty where none
// did.
func CheckError(c *door.Check) string {
	if c.Result() != door.Failed {
		return ""
	}
	s := c.Worst()
	return s.Name + ": " + s.Cause()
}
