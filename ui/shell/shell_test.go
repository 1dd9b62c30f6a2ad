package shell_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

func TestMain(m *testing.M) { os.Exit(program.Main(m)) }

// completed are the completions of a command line; the last word is what was
// typed so far.
func completed(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := program.Command(t, append([]string{"__complete"}, args...)...)
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir())
	out, errs, code := program.Finish(t, cmd)
	if code != 0 {
		t.Fatalf("%q: exit code %d, stderr %q", args, code, errs)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	for i := range lines {
		lines[i], _, _ = strings.Cut(lines[i], "\t")
	}
	return lines[:len(lines)-1] // the last is for the shell
}

// TestCompletion: values of flags, names of reports, sources.
func TestCompletion(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"report", "aces", "demo", "--format", ""}, "table csv json jsonl html xlsx"},
		{[]string{"report", "aces", "demo", "--format=js"}, "json jsonl"},
		{[]string{"report", "totals", "demo", "--object", "st"}, "store"},
		{[]string{"report", "aces", "demo", "--direction", "r"}, "reverse"},
		{[]string{"report", "aces", "demo", "--only", "deny,"}, "deny,orphans"},
		{[]string{"report", "aces", "demo", "--fail-on", "orphan,everyo"}, "orphan,everyone"},
		{[]string{"report", "aces", "demo", "--ace-type", "reverse-m"}, "Reverse-Mailbox-Rights"},
		{[]string{"report", "totals", "demo", "--object", "store", "--sort", "ser"}, "ServerName"},
		{[]string{"report", "totals", "demo", "--object", "store", "--sort=-ser"}, "-ServerName"},
		{[]string{"compare", "demo", "demo", "--format", "x"}, "xlsx"},
		{[]string{"--theme", "mon"}, "mono"},
		{[]string{"report", "coverage", "demo", "--auth", "ker"}, "kerberos"},
		{[]string{"report", "cov"}, "coverage"},
		{[]string{"report", "aces", "de"}, "demo"},
		{[]string{"report", "aces", "demo", "--since", "ldaps"}, "ldaps://"},
		{[]string{"record", "ldap"}, "ldaps:// ldap://"},
		{[]string{"compare", "d"}, "demo"},
		{[]string{"vers"}, "version"},
		{[]string{"report", "aces", "demo", "--rows", ""}, "entry right"},
		{[]string{"report", "aces", "demo", "--columns", "target,right"}, "target,right target,rights target,rights_count"},
		{[]string{"compare", "demo", "demo", "--columns", "chan"}, "change"},
		{[]string{"man", "report", "ac"}, "access aces"},
		{[]string{"man", "ver"}, "version"},
		{[]string{"report", "hybrid", "demo", "--list", "no"}, "not-aclable"},
		{[]string{"export", "demo", "tables", "--tables", "entry,ta"}, "entry,target"},
	} {
		if got := strings.Join(completed(t, c.args...), " "); got != c.want {
			t.Errorf("%q completes to %q, want %q", c.args, got, c.want)
		}
	}
	if got := completed(t, "re"); !slices.Contains(got, "report") || !slices.Contains(got, "record") {
		t.Errorf("re completes to %q", got)
	}
}

// TestRecentSources: directories that were opened before are offered.
func TestRecentSources(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "mbxperm"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "mbxperm", "settings.json"), []byte(`{"recent":[{"source":"ldaps://dc1.contoso.com"},{"source":"fabrikam.com"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program.Command(t, "__complete", "report", "aces", "")
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+dir)
	out, _, _ := program.Finish(t, cmd)
	if !strings.HasPrefix(out, "ldaps://dc1.contoso.com\nfabrikam.com\ndemo\n") {
		t.Errorf("completes to %q", out)
	}
}

// TestBash: what the script of the completion does, in a real shell.
func TestBash(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash here")
	}
	script, _, _ := program.Run(t, "completion", "bash")
	file := filepath.Join(t.TempDir(), "mbxperm.bash")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(bash, "-n", file).CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// TestDidYouMean: a name that is nearly that of a command.
func TestDidYouMean(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"reprot aces demo", "did you mean report?"},
		{"reprot", `"reprot" is no command and no file: did you mean report?`},
		{"recrod demo x", "did you mean record?"},
		{"report acess demo", "did you mean access or aces?"},
		{"report coverge demo", "did you mean coverage?"},
		{"comapre", "did you mean compare?"},
	} {
		out, errs, code := program.Run(t, strings.Fields(c.args)...)
		if code != program.Usage || out != "" || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit code %d, stdout %q, stderr %q, want %q", c.args, code, out, errs, c.want)
		}
	}
	// What can be a source is one.
	file := filepath.Join(t.TempDir(), "x")
	for _, source := range []string{file, "recor.contoso.example", "demo:x"} {
		if _, errs, _ := program.Run(t, "report", "coverage", source, "--idle", "1s"); strings.Contains(errs, "did you mean") {
			t.Errorf("%s: %q", source, errs)
		}
	}
}

// TestVersion: the version, and how it was built.
func TestVersion(t *testing.T) {
	out, _, code := program.Run(t, "version")
	short, _, _ := program.Run(t, "--version")
	if code != 0 || !strings.HasPrefix(out, "mbxperm ") || !strings.Contains(out, "\ngo1.") || !strings.Contains(short, strings.Fields(out)[1]) {
		t.Errorf("exit code %d, version %q, --version %q", code, out, short)
	}
}

// TestManual: every command has a page, groff finds nothing wrong with it, and
// every flag is in it.
func TestManual(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man")
	if _, errs, code := program.Run(t, "man", "--dir", dir); code != 0 {
		t.Fatalf("exit code %d, stderr %q", code, errs)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.1"))
	if err != nil || len(files) < 15 {
		t.Fatalf("%d pages, %v", len(files), err)
	}
	for _, name := range []string{"mbxperm", "mbxperm-report", "mbxperm-report-aces", "mbxperm-compare", "mbxperm-record", "mbxperm-check", "mbxperm-man"} {
		if !slices.Contains(files, filepath.Join(dir, name+".1")) {
			t.Errorf("there is no page of %s", name)
		}
	}
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("there is no groff here to read the pages")
	}
	for _, file := range files {
		var warnings bytes.Buffer
		cmd := exec.Command(groff, "-man", "-Tutf8", "-Kutf8", "-ww", "-P-cbou", file)
		cmd.Stderr = &warnings
		text, err := cmd.Output()
		if err != nil || warnings.Len() > 0 {
			t.Errorf("%s: %v: %.300s", filepath.Base(file), err, &warnings)
		}
		path := strings.Split(strings.TrimSuffix(filepath.Base(file), ".1"), "-")[1:]
		if len(path) == 2 && path[1] != "aces" && path[1] != "smtp" {
			continue // one report and one check stand for all: it takes a run of the program each
		}
		help, _, _ := program.Run(t, append(path, "--help")...)
		for _, word := range strings.Fields(help) {
			if flag := strings.TrimRight(word, ",;:.)"); strings.HasPrefix(flag, "--") && len(flag) > 4 && !strings.ContainsAny(flag, "=[") && flag != "--help" &&
				strings.Contains(help, "      "+flag+" ") && !bytes.Contains(text, []byte(flag)) {
				t.Errorf("%s does not have %s", filepath.Base(file), flag)
			}
		}
	}
	narrow, err := exec.Command(groff, "-man", "-Tutf8", "-Kutf8", "-rLL=60n", "-P-cbou", filepath.Join(dir, "mbxperm-export.1")).Output()
	description, _, _ := strings.Cut(string(narrow), "OPTIONS")
	for _, l := range strings.Split(description, "\n") {
		if err != nil || len([]rune(l)) > 60 {
			t.Errorf("on a narrow terminal the description has the line %q: %v", l, err)
		}
	}
	if out, errs, code := program.Run(t, "man", "nonsense"); code != program.Usage || out != "" || !strings.Contains(errs, "nonsense") {
		t.Errorf("exit code %d, stdout %q, stderr %q", code, out, errs)
	}
}
