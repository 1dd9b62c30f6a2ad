package report

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mbxperm/model"
	"mbxperm/model/opengraph"
)

// graphOf writes the graph of a snapshot.
func graphOf(tb testing.TB, s *model.Snapshot, opt opengraph.Options, hide *Redactor) []byte {
	tb.Helper()
	g, err := opengraph.New(tb.Context(), s, opt)
	if err != nil {
		tb.Fatal(err)
	}
	var out bytes.Buffer
	if err := writeGraph(tb.Context(), &out, g, hide); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// The two schemas of bloodhound-docs (assets/opengraph/opengraph-node.json and
// opengraph-edge.json), as far as they ask for something, and what its pages say
// beside them.

type payload struct {
	Metadata map[string]string `json:"metadata"`
	Graph    struct {
		Nodes []struct {
			ID         string         `json:"id"`
			Kinds      []string       `json:"kinds"`
			Properties map[string]any `json:"properties"`
		} `json:"nodes"`
		Edges []struct {
			Kind       string            `json:"kind"`
			S          map[string]string `json:"start"`
			E          map[string]string `json:"end"`
			Properties map[string]any    `json:"properties"`
		} `json:"edges"`
	} `json:"graph"`
}

func payloadsOf(t *testing.T, b []byte) map[string]payload {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]payload{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.DisallowUnknownFields()
		var p payload
		if err := d.Decode(&p); err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		out[f.Name] = p
	}
	return out
}

// checkGraph holds an archive against the rules, and returns its payloads.
func checkGraph(t *testing.T, b []byte) (nodes, links payload) {
	t.Helper()
	all := payloadsOf(t, b)
	if len(all) != 2 {
		t.Fatalf("%d files in the archive", len(all))
	}
	nodes, links = all[nodesPayload], all[edgesPayload]
	if nodes.Metadata["source_kind"] != "MBX" || len(nodes.Metadata) != 1 || links.Metadata != nil || len(nodes.Graph.Edges) > 0 {
		t.Errorf("metadata %v and %v, %d edges among the nodes", nodes.Metadata, links.Metadata, len(nodes.Graph.Edges))
	}
	declared := map[string]bool{}
	schema := opengraph.Schema()
	for _, k := range schema.NodeKinds {
		declared[k.Name] = true
	}
	edgeDeclared := map[string]bool{}
	for _, k := range schema.EdgeKinds {
		edgeDeclared[k.Name] = true
	}
	id := regexp.MustCompile(`^[^:a-z]+$`)
	ours := map[string]bool{}
	for _, n := range slices.Concat(nodes.Graph.Nodes, links.Graph.Nodes) {
		if !id.MatchString(n.ID) || len(n.Kinds) > 3 || ours[n.ID] {
			t.Fatalf("node %q of %v, known %v", n.ID, n.Kinds, ours[n.ID])
		}
		ours[n.ID] = true
		for _, k := range n.Kinds {
			if !declared[k] {
				t.Fatalf("kind %q is not declared", k)
			}
		}
		checkProperties(t, n.Properties)
	}
	kind := regexp.MustCompile(`^[A-Za-z0-9_]+$`)
	account := regexp.MustCompile(`^S-1-5-21-[0-9-]+$`)
	known := regexp.MustCompile(`^[A-Z0-9.-]+\.[A-Z0-9]+-S-1-[0-9-]+$`)
	own := regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`)
	for _, e := range links.Graph.Edges {
		if !kind.MatchString(e.Kind) || !edgeDeclared[e.Kind] {
			t.Fatalf("kind %q of an edge", e.Kind)
		}
		for _, end := range []map[string]string{e.S, e.E} {
			v := end["value"]
			if end["match_by"] != "id" || len(end) != 2 || !ours[v] && !account.MatchString(v) && !known.MatchString(v) && !own.MatchString(v) {
				t.Fatalf("end %v of %s hangs in the air", end, e.Kind)
			}
		}
		checkProperties(t, e.Properties)
	}
	return nodes, links
}

// checkProperties: flat, of simple values, with names in lower case, and none that
// is reserved.
func checkProperties(t *testing.T, p map[string]any) {
	t.Helper()
	for name, v := range p {
		switch v.(type) {
		case string, float64, bool:
		default:
			t.Fatalf("property %s is %T", name, v)
		}
		if name != strings.ToLower(name) || name == "objectid" || name == "lastseen" || name == "reconcile" || strings.ContainsAny(name, " -.") {
			t.Fatalf("property %q", name)
		}
	}
}

// TestOpenGraph holds the graph of demos against the schemas of BloodHound, hostile
// names among them, with all that can be in it and without.
func TestOpenGraph(t *testing.T) {
	for _, spec := range []string{"demo:1", "demo:60", "demo:300"} {
		s := readDemo(t, spec)
		for _, opt := range []opengraph.Options{{}, {All: true}, {WithGroups: true}, {All: true, WithGroups: true}} {
			b := graphOf(t, s, opt, nil)
			nodes, links := checkGraph(t, b)
			if !bytes.Equal(b, graphOf(t, s, opt, nil)) {
				t.Errorf("%s: the same graph has other bytes", spec)
			}
			boxes := 0
			for _, n := range nodes.Graph.Nodes {
				if n.Kinds[0] == opengraph.Mailbox {
					boxes++
				}
			}
			seen := map[string]int{}
			for _, e := range links.Graph.Edges {
				seen[e.Kind]++
				if inherited, _ := e.Properties["inherited"].(bool); inherited && !opt.All && e.Kind != opengraph.OpensAll && e.Kind != opengraph.Denied && e.Kind != opengraph.Overruled {
					t.Fatalf("%s: an inherited %s", spec, e.Kind)
				}
			}
			if g, err := opengraph.New(t.Context(), s, opt); err != nil || seen[opengraph.FullAccess] != g.Count[opengraph.FullAccess] || seen[opengraph.Denied] != g.Count[opengraph.Denied] {
				t.Errorf("%s: other edges were counted: %v, %v", spec, seen, g.Count)
			}
			if (seen[opengraph.MemberOf] > 0) != opt.WithGroups || seen[opengraph.Hosts] != boxes {
				t.Errorf("%s: %d members, %d hosted of %d", spec, seen[opengraph.MemberOf], seen[opengraph.Hosts], boxes)
			}
			if spec == "demo:300" {
				for _, k := range opengraph.Schema().EdgeKinds {
					if seen[k.Name] == 0 && k.Name != opengraph.MemberOf {
						t.Errorf("no edge of kind %s", k.Name)
					}
				}
			}
		}
		// No name is in what is redacted.
		r := NewRedactor()
		hidden := graphOf(t, s, opengraph.Options{WithGroups: true}, r)
		nodes, _ := checkGraph(t, hidden)
		for _, n := range nodes.Graph.Nodes {
			text, err := json.Marshal(n)
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"alex.brandt", "ALEX.BRANDT", "Brandt", "contoso", "CONTOSO", "EX16", "Lisboa"} {
				if bytes.Contains(text, []byte(name)) {
					t.Fatalf("%s: %s holds %q", spec, text, name)
				}
			}
		}
	}
}

// TestOpenGraphElsewhere has the archive read by a program that is not ours.
func TestOpenGraphElsewhere(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	file := filepath.Join(t.TempDir(), "graph.zip")
	if err := os.WriteFile(file, graphOf(t, readDemo(t, "demo:300"), opengraph.Options{All: true}, nil), 0o600); err != nil {
		t.Fatal(err)
	}
	const script = `import json, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
for name in z.namelist():
    g = json.loads(z.read(name).decode("utf-8"))["graph"]
    print(name, len(g["nodes"]) > 0, len(g["edges"]) > 0)
`
	out, err := exec.CommandContext(t.Context(), python, "-c", script, file).CombinedOutput()
	if err != nil || string(out) != "nodes.json True False\nedges.json True True\n" {
		t.Errorf("%v: %s", err, out)
	}
}

// TestOpenGraphSchema: names are of the namespace and differ; nothing is used that is
// not declared (checkGraph), and path finding follows what opens, alone.
func TestOpenGraphSchema(t *testing.T) {
	d := opengraph.Schema()
	seen := map[string]bool{}
	traversable := []string{}
	for _, k := range d.NodeKinds {
		if seen[k.Name] || !strings.HasPrefix(k.Name, d.Schema.Namespace+"_") || len(k.Name) <= len(d.Schema.Namespace)+1 || k.DisplayName == "" || !regexp.MustCompile(`^#[0-9a-f]{6}$`).MatchString(k.Color) {
			t.Errorf("node kind %+v", k)
		}
		seen[k.Name] = true
	}
	for _, k := range d.EdgeKinds {
		if seen[k.Name] || !strings.HasPrefix(k.Name, d.Schema.Namespace+"_") || k.Description == "" || strings.ContainsAny(k.Description, "<>") {
			t.Errorf("edge kind %+v", k)
		}
		if seen[k.Name] = true; k.IsTraversable {
			traversable = append(traversable, strings.TrimPrefix(k.Name, "MBX_"))
		}
	}
	want := "Owns FullAccess Controls OpensAll Hosts Contains Impersonates MemberOf"
	if strings.Join(traversable, " ") != want || d.Schema.Namespace != "MBX" || !regexp.MustCompile(`^v\d+\.\d+\.\d+$`).MatchString(d.Schema.Version) {
		t.Errorf("traversable: %v; schema %+v", traversable, d.Schema)
	}
}

// BenchmarkOpenGraph: 100,000 mailboxes in no more than 5 s.
func BenchmarkOpenGraph(b *testing.B) {
	s := readDemo(b, "demo:100000")
	b.ReportAllocs()
	for b.Loop() {
		g, err := opengraph.New(b.Context(), s.Fresh(), opengraph.Options{})
		if err != nil {
			b.Fatal(err)
		}
		var n counter
		if err := writeGraph(context.Background(), &n, g, nil); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(n), "bytes")
	}
}
