package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mbxperm/model/view"
	"mbxperm/ui/report"
)

// TestExport: what is shown gets into the file, with its evidence, readable by
// its owner alone, and no file is replaced unasked.
func TestExport(t *testing.T) {
	dir := t.TempDir()
	d, a := driveDemo(t, 200, 50)
	d.find("zoe")
	d.WantScreen("filter zoe")
	d.idle(a)
	proposed := "export to demo-60-1-mailbox-totals-"
	export := func(name string) {
		t.Helper()
		d.Press("E")
		d.WantScreen(proposed)
		d.On(func() { a.foot.input.SetText(filepath.Join(dir, name)) })
		d.Press("Enter")
	}
	export("lines.json")
	d.WantScreen("2 records written to ", "lines.json and lines.json.evidence.json")
	var res *view.Result
	d.On(func() { res = a.left.result })
	sameJSON(t, filepath.Join(dir, "lines.json"), report.ResultData(res))
	evidence, err := os.ReadFile(filepath.Join(dir, "lines.json.evidence.json"))
	if err != nil || !strings.Contains(string(evidence), "only what holds zoe") {
		t.Errorf("the evidence does not name the filter (%v):\n%s", err, evidence)
	}
	export("lines.json")
	d.WantScreen("it exists; replace it? y or n:")
	d.TypeText("n")
	d.Press("Enter")
	d.WantScreen("nothing is exported: ")
	export("lines.json")
	d.TypeText("y")
	d.Press("Enter")
	d.WantScreen("2 records written to ")
	export("lines.doc")
	d.WantScreen("the ending says how to write it")
	export("")
	d.WantScreen("is a folder")
	export("no/such/folder.csv")
	d.WantScreen("cannot write ")
	d.Press("Esc")
	d.find("front.desk")
	d.Press("Enter")
	d.WantScreen("front.desk · ", "82 entries")
	d.idle(a)
	proposed = "export to front.desk-forward-" // whose rows, and which way
	for _, name := range []string{"rows.csv", "rows.html", "rows.xlsx", "rows.jsonl"} {
		export(name)
		d.WantScreen("records written to ")
		d.idle(a)
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() == 0 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

func sameJSON(t *testing.T, path string, d report.Data) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var got, plain bytes.Buffer
	if err := json.Compact(&got, b); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&plain, want); err != nil {
		t.Fatal(err)
	}
	if got.String() != plain.String() {
		t.Errorf("%s holds %d bytes, want the %d of the view", path, got.Len(), plain.Len())
	}
}

// TestLeftWhileWriting: whoever leaves waits for what is being written, and is
// told what was broken off; what was whole by then is nothing to tell.
func TestLeftWhileWriting(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	var w writing
	w.running.Add(2)
	leave()
	go w.ended(ctx, "cut.csv", ctx.Err())
	go w.ended(ctx, "whole.csv", nil)
	if err := w.wait(); err == nil || err.Error() != "nothing was written to cut.csv: the program was left before it was whole" {
		t.Errorf("got %v", err)
	}
}
