package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/ui/cli/program"
)

func TestRecordingGivesTheSameReports(t *testing.T) {
	t.Parallel()
	for source, reports := range map[string][][]string{"demo": program.EveryReport(), "demo:700:3:40": program.FewReports()} {
		program.SameReports(t, reports, []string{source}, []string{program.Record(t, program.Gaps, source)})
	}
}

// TestInterruptedRecording: what was read until then is kept, and says that it is not all.
func TestInterruptedRecording(t *testing.T) {
	file := filepath.Join(t.TempDir(), "r.partial")
	if _, errs, code := interrupted(t, os.Interrupt, "record", "SOURCE", strings.TrimSuffix(file, ".partial")); code != program.Failed || !strings.Contains(errs, "interrupted: "+file+" holds what was read until then") {
		t.Errorf("exit code %d, stderr %q", code, errs)
	}
	report, said, code := program.Run(t, "report", "coverage", file, "--format", "csv")
	if code != program.Gaps || !strings.Contains(report, "cancelled") {
		t.Errorf("exit code %d, stderr %q, coverage\n%s", code, said, report)
	}
}
