package check

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/probe"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/door"
	"mbxperm/model/usage"
)

// counting is an engine that dials nobody: every target is well.
type counting struct {
	probe.Engine
	targets []door.Target
}

func (e *counting) Run(_ context.Context, _ door.Protocol, targets []door.Target, _ func(*door.Check, byte, string), _ func(*door.Check)) (checks []door.Check, err error) {
	e.targets = targets
	for _, t := range targets {
		checks = append(checks, door.Check{Protocol: t.Protocol, Host: t.Host, Port: t.Port, Server: t.Server, Site: t.Site, Steps: []door.Step{{Name: "connect", Result: door.OK}}})
	}
	return checks, nil
}

// TestFromDirectory: what the directory names is checked, with the names of server
// and site, by protocol, release and server; and what was not read is said.
func TestFromDirectory(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for _, c := range []struct {
		args string
		want string // host:port of the targets; of an error a part
		code int
	}{
		{"smtp --from-directory demo:5 --release 2019", "ex19-01.contoso.com:25 ex19-01.contoso.com:587 ex19-01.contoso.com:26", Warnings},
		{"pop3 --from-directory demo:5 --server ex19-01", "ex19-01.contoso.com:110 ex19-01.contoso.com:995", Warnings},
		{"imap4 other.contoso.com ex19-01.contoso.com:143 --from-directory demo:5 --server EX19-01", "other.contoso.com:143 ex19-01.contoso.com:143 ex19-01.contoso.com:993", Warnings},
		{"imap4 --from-directory demo:5 --server nobody", "names no port of imap4", 0},
		{"imap4 h --server nobody", "--from-directory", 0},
	} {
		var out, errs bytes.Buffer
		code := 0
		e := &counting{}
		command := Command{Engine: e, Stdout: &out, Stderr: &errs, Code: &code, Directory: func(ctx context.Context, source, user, _ string) (*model.Snapshot, error) {
			if user != "auditor" {
				return nil, fmt.Errorf("the directory is read as %q", user)
			}
			src, err := demo.New(source)
			if err != nil {
				return nil, err
			}
			s := session.Start(ctx, src, model.NewPool(), nil)
			<-s.Done()
			s.Snapshot().State.Incomplete = append(s.Snapshot().State.Incomplete, model.Gap{Search: "servers", Reason: "cut"})
			return s.Snapshot(), nil
		}}
		cmd := command.Cobra()
		cmd.SilenceErrors, cmd.SilenceUsage = true, true
		cmd.SetArgs(append(strings.Fields(c.args), "-u", "auditor", "--summary", "--format", "csv"))
		err := cmd.ExecuteContext(t.Context())
		if c.code == 0 {
			if err == nil || !strings.Contains(err.Error(), c.want) || usage.Is(err) != strings.Contains(c.want, "--") {
				t.Errorf("%s: %v", c.args, err)
			}
			continue
		}
		var names []string
		for _, target := range e.targets {
			names = append(names, target.Name())
		}
		if got := strings.Join(names, " "); got != c.want || err != nil || code != c.code {
			t.Errorf("%s: %s, exit code %d, %v", c.args, got, code, err)
		}
		if !strings.Contains(out.String(), "EX19-01,Munich,") || !strings.Contains(errs.String(), "not read to its end") {
			t.Errorf("%s: %s%s", c.args, &out, &errs)
		}
	}
}
