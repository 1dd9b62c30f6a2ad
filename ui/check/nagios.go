package check

import (
	"fmt"
	"strings"
	"time"

	"mbxperm/model/door"
	"mbxperm/ui/safe"
)

// Exit codes of a plugin (Monitoring Plugins Development Guidelines, 2.3).
const (
	nagiosOK = iota
	nagiosWarning
	nagiosCritical
	nagiosUnknownCode
)

var nagiosWords = [...]string{"OK", "WARNING", "CRITICAL", "UNKNOWN"}

func nagiosCode(checks []door.Check) int {
	switch worst(checks) {
	case door.Failed:
		return nagiosCritical
	case door.Warning:
		return nagiosWarning
	case door.OK:
		return nagiosOK
	}
	return nagiosUnknownCode
}

// nagiosText makes a text fit for the line: the bar begins performance data.
func nagiosText(s string) string {
	return strings.ReplaceAll(safe.Text(strings.Join(strings.Fields(s), " ")), "|", "/")
}

func nagiosUnknown(p door.Protocol, err error) string {
	return strings.ToUpper(string(p)) + " " + nagiosWords[nagiosUnknownCode] + " - " + nagiosText(err.Error())
}

// nagiosLine is the line of a plugin: what is worst, and performance data: the
// time of all steps and of each, and the days that the certificate has left.
func nagiosLine(p door.Protocol, checks []door.Check, now time.Time) string {
	text := fmt.Sprintf("%s %s - ", strings.ToUpper(string(p)), nagiosWords[nagiosCode(checks)])
	var bad []string
	for i := range checks {
		if c := &checks[i]; c.Result() > door.OK {
			s := c.Worst()
			bad = append(bad, c.Name()+at(c)+" "+s.Name+" "+s.Cause())
		}
	}
	if len(bad) == 0 {
		for i := range checks {
			c := &checks[i]
			bad = append(bad, fmt.Sprintf("%s%s answers in %d ms", c.Name(), at(c), c.Took().Milliseconds()))
		}
	}
	text += nagiosText(strings.Join(bad, ", "))
	var data []string
	for i := range checks {
		label := ""
		if len(checks) > 1 {
			label = fmt.Sprintf("%s_%s_", checks[i].Name(), checks[i].Address)
		}
		data = append(data, performance(&checks[i], label, now)...)
	}
	return text + " | " + strings.Join(data, " ")
}

// at is the address of a host that has a name.
func at(c *door.Check) string {
	if c.Address == "" || c.Address == c.Host {
		return ""
	}
	return " (" + c.Address + ")"
}

// performance is 'label'=value with a unit; thresholds are for the days alone.
func performance(c *door.Check, label string, now time.Time) (data []string) {
	quoted := func(name string) string {
		return "'" + strings.NewReplacer("'", "''", "=", "_", "|", "_").Replace(safe.Text(label+name)) + "'"
	}
	data = append(data, fmt.Sprintf("%s=%.4fs;;;0", quoted("time"), c.Took().Seconds()))
	for i := range c.Steps {
		if s := &c.Steps[i]; s.Result != door.Skipped {
			data = append(data, fmt.Sprintf("%s=%.4fs;;;0", quoted(s.Name), s.Took.Seconds()))
		}
	}
	if c.TLS != nil {
		data = append(data, fmt.Sprintf("%s=%d;14:;0:", quoted("certificate_days"), c.TLS.Sent[0].Days(now)))
	}
	return data
}
