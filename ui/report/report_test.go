package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"mbxperm/collector/demo"
	"mbxperm/collector/session"
	"mbxperm/model"
	"mbxperm/model/hiding"
	"mbxperm/model/view"
)

// hostile are texts that somebody could put into a directory to harm whoever
// opens a report.
var hostile = []string{
	"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\tplain", "\rplain", "\nplain", "＝1+1", "＋1", "－1", "＠x", "﹦1", "﹢1", "﹣1", "﹫x",
	" =1", "\u00a0=1", "\u200b=1", "\u3000=1", "'=1", "''=1", "x;=1+1;", "x\t@y", "x\r\n-1", "a;'=1", ";", "'plain", "O'Brien", "x=1", "1-2",
	`a"b`, "a,b", "a\rb", "a\nb", "a\r\nb", " lead", "trail ", "", "=", "'",
	"</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!--", "]]>", "&lt;b&gt;", "\u2028\u2029", "javascript:alert(1)",
	"a\x1b[2Jb", "a\u202eb", "a\x00b", "a\ufffeb", "a\xffb", "_x000D_", "_x005F_x000D_", "\x85=1",
	"u_x0041_x0042_", "A_x0041_x0042_x0043_", "a_x0041_b", "_xD800_", "_xD83D_xDE00_", "a_xdfff_x0041_", "__x0041__x0042__", "_x00e9_", "_x005F_x005F_x005F_",
	"_x005F_", "_x00G1_x0041_", "_x041_", "_X0041_", "x0041_", "_x0041", "_", "\ufdd0x0041_", "=_x0041_x0042_", "Müller", "王小明",
}

// hostileData is a report whose texts are the hostile ones.
func hostileData() Data {
	return Data{Name: "aces", Fields: []string{"n", "target", "again", "yes"}, Len: len(hostile), Record: func(i int, cells []any) {
		cells[0], cells[1], cells[2], cells[3] = i-5, hostile[i], hostile[i], i%2 == 0
	}}
}

// readDemo collects a demo.
func readDemo(t testing.TB, source string) *model.Snapshot {
	t.Helper()
	src, err := demo.New(source)
	if err != nil {
		t.Fatal(err)
	}
	c := session.Start(t.Context(), src, model.NewPool(), nil)
	<-c.Done()
	return c.Snapshot()
}

// everything is the job that writes every entry of the demo.
func everything(format Format) *Job {
	q := view.Query{Type: view.Mailboxes, Rows: true, System: true, Show: hiding.All, ACEs: view.Mailboxes.ACEs[0]}
	return &Job{Question: Question{Report: "aces", Query: q}, Output: Output{Format: format}, Version: "test"}
}

// written runs a job and returns what it wrote.
func written(t testing.TB, j *Job, s *model.Snapshot) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	if _, err := j.Run(t.Context(), s, nil, &out, &errs); err != nil {
		t.Fatal(err)
	}
	return out.String(), errs.String()
}

// inFormat writes data with some evidence.
func inFormat(t testing.TB, format Format, bom bool, d Data) string {
	t.Helper()
	var out bytes.Buffer
	ev := NewEvidence(readDemo(t, "demo:5"), "test")
	ev.Incomplete = hostile
	if err := Write(t.Context(), &out, format, bom, d, ev); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestFormatNames(t *testing.T) {
	for _, f := range Formats {
		if got, err := ParseFormat(string(f)); got != f || err != nil {
			t.Errorf("ParseFormat(%q) = %q, %v", f, got, err)
		}
	}
	if _, err := ParseFormat("yaml"); err == nil || !strings.Contains(err.Error(), "jsonl, html or xlsx") {
		t.Errorf("an unknown format: %v", err)
	}
}

// BenchmarkFormats writes all entries of demo:20000, once for each format.
func BenchmarkFormats(b *testing.B) {
	s := readDemo(b, "demo:20000")
	run := func(name string, job *Job) {
		b.Run(name, func(b *testing.B) {
			ev := NewEvidence(s, "test")
			d, err := job.data(b.Context(), s, nil, nil, ev)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				var size counter
				if job.Redact != nil {
					d = job.Redact.data(d)
				}
				if err := Write(b.Context(), &size, job.Format, false, d, ev); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(size)/1e6, "MB")
			}
			b.ReportMetric(float64(d.Len)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
	for _, f := range Formats {
		run(string(f), everything(f))
	}
	redacted := everything(CSV)
	redacted.Redact = NewRedactor()
	run("csv-redacted", redacted)
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// TestJSONIsNeverDefused: every text comes back as it was; only bytes that are no
// UTF-8 cannot, since JSON has no way to say them.
func TestJSONIsNeverDefused(t *testing.T) {
	for _, format := range []Format{JSON, JSONL} {
		out := inFormat(t, format, false, hostileData())
		if format == JSONL {
			out = "[" + strings.Join(strings.Split(strings.TrimSpace(out), "\n"), ",") + "]"
		}
		var records []struct{ Target string }
		if err := json.Unmarshal([]byte(out), &records); err != nil {
			t.Fatal(err)
		}
		if len(records) != len(hostile) {
			t.Fatalf("%s: %d records, want %d", format, len(records), len(hostile))
		}
		for i, want := range hostile {
			if got := records[i].Target; got != strings.ToValidUTF8(want, "\ufffd") {
				t.Errorf("%s: %q came back as %q", format, want, got)
			}
		}
	}
}
