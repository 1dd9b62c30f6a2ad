package adlab_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"mbxperm/collector/adlab"
	"mbxperm/ui/cli/program"
)

// BenchmarkLdapsearch reads the lab of 5,000 mailboxes with ldapsearch and with
// this program, in turn, so that whatever else the machine does meets both:
//
//	MBXPERM_LAB_LONG=1 go test -run - -bench Ldapsearch -benchtime 3x ./collector/adlab
//
// ldapsearch sends what --show-queries prints, one search after the other; what
// its connections and binds take is not counted. The figures are wall time as a
// part of that of ldapsearch with one connection and with four, CPU time of the
// whole program for each mailbox, and its largest resident set.
func BenchmarkLdapsearch(b *testing.B) {
	if _, err := exec.LookPath("ldapsearch"); err != nil {
		b.Skip("no ldapsearch: install the package ldap-utils")
	}
	lab := adlab.StartLong(b)
	l := newOtherProgram(b, lab)
	mailboxes := float64(len(lab.Oracle.Mailboxes()))
	kinds := []struct {
		name, connections string
		args              []string
		wall, cpu         time.Duration
		peak              int64 // KB
	}{
		{name: "report-1", connections: "1", args: []string{"report", "totals"}},
		{name: "report-4", connections: "4", args: []string{"report", "totals"}},
		{name: "record-1", connections: "1", args: []string{"record"}},
		{name: "record-4", connections: "4", args: []string{"record"}},
	}
	var wall time.Duration
	for b.Loop() {
		wall += l.all(b)
		for i := range kinds {
			k := &kinds[i]
			args := append(append([]string{}, k.args...), l.source...)
			if k.args[0] == "record" {
				args = append(args, filepath.Join(b.TempDir(), "recording.ldif.zst"))
			}
			took, peak, state := measured(b, program.Command(b, append(args, "--connections", k.connections, "--force")...))
			k.wall += took
			k.cpu += state.UserTime() + state.SystemTime()
			k.peak = max(k.peak, peak)
		}
	}
	for _, k := range kinds {
		b.ReportMetric(float64(k.wall)/float64(wall), k.name+"/ldapsearch")
		b.ReportMetric(float64(k.cpu.Microseconds())/float64(b.N)/mailboxes, k.name+"-cpu-µs/mailbox")
		b.ReportMetric(float64(k.peak)/1024, k.name+"-peak-MB")
	}
}

// measured runs a command and returns what it took and its largest resident set
// in KB. It may end with exit code 3: the lab has gaps on purpose. (What the kernel
// says of a child that has ended counts in the parent it was forked from.)
func measured(b *testing.B, cmd *exec.Cmd) (took time.Duration, peak int64, state *os.ProcessState) {
	b.Helper()
	var errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &errs
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	ended, watched := make(chan bool), make(chan bool)
	go func() {
		defer close(watched)
		for {
			text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
			if _, rest, ok := strings.Cut(string(text), "VmHWM:"); ok {
				kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
				peak = max(peak, kb)
			}
			select {
			case <-ended:
				return
			case <-time.After(10 * time.Millisecond):
			}
		}
	}()
	err := cmd.Wait()
	took = time.Since(start)
	close(ended)
	<-watched
	if exit := (*exec.ExitError)(nil); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == program.Gaps) {
		b.Fatalf("%s: %v\n%s", cmd, err, errs.String())
	}
	return took, peak, cmd.ProcessState
}

// otherProgram is ldapsearch, with what it needs to reach the lab.
type otherProgram struct {
	source   []string   // how mbxperm reaches it
	access   []string   // how ldapsearch does
	env      []string   //
	searches [][]string // its arguments for each search
}

func newOtherProgram(b *testing.B, lab *adlab.Lab) *otherProgram {
	b.Helper()
	// ldapsearch takes the whole file for the password, a line end and all.
	file := filepath.Join(b.TempDir(), "password")
	if err := os.WriteFile(file, []byte(lab.AdministratorPassword), 0o600); err != nil {
		b.Fatal(err)
	}
	l := &otherProgram{
		source: []string{"ldaps://" + lab.Host, "-u", lab.Administrator, "--password-file", file, "--auth", "simple",
			"--ca", lab.CAFile, "--dc", lab.Host + "=" + lab.Address},
		// The name in the certificate does not resolve; the authority is checked.
		env:    append(os.Environ(), "LDAPTLS_CACERT="+lab.CAFile, "LDAPTLS_REQCERT=allow"),
		access: []string{"-LLL", "-o", "ldif-wrap=no", "-x", "-H", "ldaps://" + lab.Address, "-D", lab.Administrator, "-y", file},
	}
	shown, errs, code := program.Run(b, append([]string{"--show-queries"}, l.source...)...)
	if code != program.Done {
		b.Fatalf("--show-queries: %s", errs)
	}
	var search []string
	for line := range strings.Lines(shown) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 {
			continue
		}
		switch fields[1] {
		case "base":
			search = []string{"-b", strings.Trim(fields[2], `"`)}
		case "scope":
			search = append(search, "-s", fields[2])
		case "filter":
			search = append(search, fields[2])
		case "attrs":
			search = append(search, strings.Fields(fields[2])...)
			// What has a placeholder is sent in larger directories only, and so are keys.
			if text := strings.Join(search, " "); !strings.Contains(text, "<") && !strings.HasSuffix(text, ") objectGUID") {
				l.searches = append(l.searches, search)
			}
		case "controls":
			last := len(l.searches) - 1
			if last < 0 || &l.searches[last][0] != &search[0] {
				continue
			}
			if strings.Contains(fields[2], "SD_FLAGS") {
				l.searches[last] = append([]string{"-E", "!1.2.840.113556.1.4.801=::MAMCAQc="}, l.searches[last]...)
			}
			if strings.Contains(fields[2], "paging") {
				l.searches[last] = append([]string{"-E", "pr=1000/noprompt"}, l.searches[last]...)
			}
		}
	}
	return l
}

// all sends every search and returns what they took without connecting.
func (l *otherProgram) all(b *testing.B) time.Duration {
	b.Helper()
	var sum time.Duration
	for _, s := range l.searches {
		sum += l.run(b, s) - l.run(b, []string{"-b", "", "-s", "base", "(objectClass=*)", "dnsHostName"})
	}
	return sum
}

func (l *otherProgram) run(b *testing.B, search []string) time.Duration {
	b.Helper()
	cmd := exec.Command("ldapsearch", append(append([]string{}, l.access...), search...)...)
	cmd.Env = l.env
	var errs bytes.Buffer
	cmd.Stderr = &errs
	start := time.Now()
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 32) { // no such object
		b.Fatalf("%s: %v\n%s", cmd, err, errs.String())
	}
	return time.Since(start)
}
