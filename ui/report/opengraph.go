package report

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mbxperm/acl"
	"mbxperm/model"
	"mbxperm/model/opengraph"
	"mbxperm/model/usage"
	"mbxperm/model/view"
	"mbxperm/model/wholefile"
	"mbxperm/ui/safe"
)

const openGraphReport = "opengraph"

// OpenGraphHelp explains report opengraph.
const OpenGraphHelp = `Writes what BloodHound (9.x, with PostgreSQL) takes as OpenGraph: FILE.zip with two payloads. nodes.json has mailboxes,
stores, containers of Exchange and SIDs that nobody holds, with the source kind MBX, by which they can be deleted again.
edges.json has the rights between these and the accounts that BloodHound knows by their SIDs, without a source kind, so that
deleting the source takes no account along.

Inherited copies, implied, set-up's and stale entries are left out, unless --all is given: they make millions of edges and
say nothing that the entry they come from does not. --with-groups adds the members of groups, where BloodHound has not
collected them itself. How many edges there are is said before anything is written.

Three steps: mbxperm opengraph-schema -o mbxperm-schema.json; install that file under Administration, OpenGraph Management,
once; upload FILE.zip under Administration, File Ingest. Without the first two the graph is searchable, but in no path.`

// OpenGraphExample shows the usual questions.
const OpenGraphExample = `  mbxperm report opengraph ldaps://dc1.contoso.com -o contoso.zip
  mbxperm report opengraph contoso.mbxperm.ldif.zst --with-groups -o contoso.zip --force`

// OpenGraph are the flags of report opengraph alone.
type OpenGraph struct {
	WithGroups bool
	All        bool // as Flags has it
}

func (o *OpenGraph) define(f *pflag.FlagSet) {
	f.BoolVar(&o.WithGroups, "with-groups", false, "edges for the members of groups too")
}

// openGraphQuery finds what does not go together. Errors are of usage.
func (r *Flags) openGraphQuery() (view.Query, error) {
	q := view.Query{Type: view.Mailboxes, System: true}
	switch {
	case r.Out == "":
		return q, usage.Errorf("report opengraph wants -o FILE.zip")
	case r.Format != string(Table):
		return q, usage.Errorf("report opengraph writes a zip archive: --format is for the other reports")
	case r.Seen.given() != "":
		return q, usage.Errorf("%s is for the other reports", r.Seen.given())
	case r.Object != "" || r.Direction != "forward" || r.Target != "" || r.Trustee != "":
		return q, usage.Errorf("report opengraph writes the whole graph: --object, --direction, --target and --trustee are for the other reports")
	case r.Inherited || r.Self || r.Defaults || r.Implied || r.Stale:
		return q, usage.Errorf("report opengraph leaves out what --all shows: --inherited, --self, --defaults, --implied and --stale are for the other reports")
	case r.FailOn != "" || r.Since != "":
		return q, usage.Errorf("--fail-on and --since are for the other reports")
	}
	return q, nil
}

func (q *Question) openGraphWords() string {
	s := "a graph for BloodHound"
	if q.OpenGraph.WithGroups {
		s += ", with the members of groups"
	}
	if q.OpenGraph.All {
		return s + "; nothing is left out"
	}
	return s + "; not in it: inherited, implied, default and stale entries"
}

// zipFormat is what report opengraph writes, whatever --format says.
const zipFormat Format = "zip"

// payloads are the files of the archive. A schema does not belong there: an upload
// with one fails.
const (
	nodesPayload = "nodes.json"
	edgesPayload = "edges.json"
)

// openGraph writes the graph and its evidence.
func (j *Job) openGraph(ctx context.Context, s *model.Snapshot, ev *Evidence, stderr io.Writer) error {
	g, err := opengraph.New(ctx, s, opengraph.Options{All: j.OpenGraph.All, WithGroups: j.OpenGraph.WithGroups})
	if err != nil {
		return err
	}
	total := 0
	var kinds []string
	for _, k := range opengraph.Schema().EdgeKinds {
		if n := g.Count[k.Name]; n > 0 {
			total += n
			kinds = append(kinds, safe.Thousands(n)+" "+k.Name)
		}
	}
	if !j.Quiet {
		text := counted(total, "edge", "edges")
		if total > 0 {
			text += ": " + strings.Join(kinds, ", ")
		}
		Note(stderr, text)
	}
	if g.Skipped > 0 {
		ev.Notes = append(ev.Notes, counted(g.Skipped, "right", "rights")+" left out: of somebody or on something without a SID, or of a policy, for which BloodHound has no node")
	}
	ev.Records, ev.Format = total, zipFormat
	if j.Redact != nil {
		j.Redact.evidence(ev)
	}
	sum := &summer{}
	write := func(w io.Writer) error {
		err := writeGraph(ctx, sum.onto(w), g, j.Redact)
		ev.Bytes, ev.SHA256 = sum.bytes, sum.text()
		return err
	}
	if wholefile.Stream(j.File) {
		f, err := wholefile.Create(ctx, j.File, j.Force)
		if err != nil {
			return err
		}
		defer f.Discard()
		if isTerminal(f) {
			return errors.New("a zip archive is nothing for a terminal: write it to a file with -o FILE.zip")
		}
		if err := write(f); err != nil {
			return err
		}
		return f.Keep()
	}
	ev.File = filepath.Base(j.File)
	return files(ctx, j.Force, draft{name: j.File, write: write}, draft{name: j.File + evidenceSuffix, write: func(w io.Writer) error {
		b, err := ev.page()
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	}})
}

// writeGraph writes the archive, a payload after the other, as the graph makes it.
func writeGraph(ctx context.Context, w io.Writer, g *opengraph.Graph, hide *Redactor) error {
	z := zip.NewWriter(w)
	// The first day that an archive can tell, so that the same graph is the same bytes: it has no zero.
	firstDay := time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC)
	// A graph of a large organisation is hundreds of megabytes of the same words.
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, p := range []struct {
		name, metadata string
		nodes          func(*graphWriter) error
		edges          func(*graphWriter) error
	}{
		{nodesPayload, `"metadata":{"source_kind":"` + opengraph.SourceKind + `"},`, func(o *graphWriter) error { return g.Nodes(ctx, o.node) }, func(*graphWriter) error { return nil }},
		{edgesPayload, "", func(o *graphWriter) error { return g.Strangers(o.node) }, func(o *graphWriter) error { return g.Edges(ctx, o.edge) }},
	} {
		f, err := z.CreateHeader(&zip.FileHeader{Name: p.name, Method: zip.Deflate, Modified: firstDay})
		if err != nil {
			return err
		}
		o := &graphWriter{w: bufio.NewWriterSize(stopper{ctx, f}, 1<<16), hide: hide}
		o.w.WriteString("{" + p.metadata + `"graph":{"nodes":[`)
		if err := p.nodes(o); err != nil {
			return err
		}
		o.w.WriteString("\n],\"edges\":[")
		o.some = false
		if err := p.edges(o); err != nil {
			return err
		}
		o.w.WriteString("\n]}}\n")
		if err := o.w.Flush(); err != nil {
			return err
		}
	}
	return z.Close()
}

// graphWriter writes nodes and edges as JSON.
type graphWriter struct {
	w    *bufio.Writer
	hide *Redactor
	some bool
	b    []byte
	sids map[acl.SID]string // as they are spelled: most stand in many edges
	err  error
}

// next writes what is in hand, with a comma between. It reports whether to go on.
func (o *graphWriter) next() bool {
	if o.some {
		o.w.WriteByte(',')
	}
	o.some = true
	o.w.WriteByte('\n')
	_, o.err = o.w.Write(o.b)
	return o.err == nil
}

func (o *graphWriter) node(n *opengraph.Node) bool {
	o.b = append(o.b[:0], `{"id":`...)
	o.id(&n.ID)
	o.b = append(append(append(o.b, `,"kinds":["`...), n.Kind...), `"],"properties":`...)
	o.properties(n.Properties)
	o.b = append(o.b, '}')
	return o.next()
}

func (o *graphWriter) edge(e *opengraph.Edge) bool {
	o.b = append(append(append(o.b[:0], `{"kind":"`...), e.Kind...), `","start":{"match_by":"id","value":`...)
	o.id(&e.Start)
	o.b = append(o.b, `},"end":{"match_by":"id","value":`...)
	o.id(&e.End)
	o.b = append(o.b, `},"properties":`...)
	o.properties(e.Properties)
	o.b = append(o.b, '}')
	return o.next()
}

// id spells an id: in capitals, since BloodHound makes them so today and will take
// them as they are.
func (o *graphWriter) id(x *opengraph.ID) {
	var text string
	switch {
	case x.Foreign && o.hide != nil:
		text = o.hide.guidText(x.GUID.String())
	case x.Foreign:
		text = x.GUID.String()
	case !x.GUID.IsZero() && o.hide != nil:
		text = "MBX-" + o.hide.guidText(x.GUID.String())
	case !x.GUID.IsZero():
		text = "MBX-" + x.GUID.String()
	case x.DN != "" && o.hide != nil:
		text = "MBX-" + opengraph.DNHash(o.hide.dn(x.DN))
	case x.DN != "":
		text = "MBX-" + opengraph.DNHash(x.DN)
	default:
		text = o.sid(x.SID)
	}
	if x.Domain != "" {
		domain := x.Domain
		if o.hide != nil {
			domain = o.hide.host(domain)
		}
		text = domain + "-" + text
	}
	o.text(strings.ReplaceAll(strings.ToUpper(text), ":", "_"))
}

func (o *graphWriter) sid(s acl.SID) string {
	text, ok := o.sids[s]
	if !ok {
		if text = s.String(); o.hide != nil {
			text = o.hide.sidText(text)
		}
		if o.sids == nil || len(o.sids) > mostSpelled {
			o.sids = map[acl.SID]string{}
		}
		o.sids[s] = text
	}
	return text
}

// mostSpelled bounds graphWriter.sids.
const mostSpelled = 1 << 18

func (o *graphWriter) properties(list []opengraph.Property) {
	o.b = append(o.b, '{')
	for i := range list {
		p := &list[i]
		if i > 0 {
			o.b = append(o.b, ',')
		}
		o.b = append(append(append(o.b, '"'), p.Name...), `":`...)
		switch v := p.Value.(type) {
		case model.Phrase:
			o.text(o.hide.phrase(v))
		case bool:
			o.b = strconv.AppendBool(o.b, v)
		case int:
			o.b = strconv.AppendInt(o.b, int64(v), 10)
		case string:
			if o.hide != nil {
				v = redactions[p.Is](o.hide, v)
			}
			o.text(v)
		}
	}
	o.b = append(o.b, '}')
}

// text writes a string. Nearly every one needs no escape.
func (o *graphWriter) text(s string) {
	if i := strings.IndexFunc(s, func(c rune) bool { return c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf }); i < 0 {
		o.b = append(append(append(o.b, '"'), s...), '"')
		return
	}
	b, _ := json.Marshal(s) // of a string it never fails
	o.b = append(o.b, b...)
}

// SchemaCommand is the command that prints the definition of the extension.
func (r *Runner) SchemaCommand() *cobra.Command {
	var out string
	var force bool
	cmd := &cobra.Command{
		Use: "opengraph-schema", Short: "Write the definition that BloodHound wants before the first graph",
		Long: "Writes the definition of the extension MBX: which kinds of nodes and edges there are, and which of these a path may follow.\n" +
			"It is installed once in BloodHound (Administration, OpenGraph Management), and is the same for every organisation.\n\n" + OpenGraphHelp,
		Example: "  mbxperm opengraph-schema -o mbxperm-schema.json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage.Errorf("opengraph-schema wants no source: %q is too much", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := json.MarshalIndent(opengraph.Schema(), "", "  ")
			if err != nil {
				return err
			}
			write := func(w io.Writer) error {
				_, err := w.Write(append(slices.Clip(b), '\n'))
				return err
			}
			if out == "" {
				if err := write(r.Stdout); err != nil {
					return fmt.Errorf("cannot write standard output: %w", wholefile.Cause(err))
				}
				return nil
			}
			return files(cmd.Context(), force, draft{name: out, write: write})
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to this file, readable by you alone")
	cmd.Flags().BoolVar(&force, "force", false, "replace the file if it exists")
	return cmd
}
