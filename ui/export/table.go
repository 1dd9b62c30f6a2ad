package export

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	codec "github.com/parquet-go/parquet-go/compress/zstd"

	"mbxperm/model"
)

// SchemaVersion is the version of the tables. It grows when a column is taken
// away or comes to mean something else; new columns are none.
const SchemaVersion = 1

// Bounds on what stands in memory at a time, whatever the number of rows.
const (
	groupRows  = 1_000_000
	groupBytes = 128 << 20
	batchRows  = 500 // so that a group ends with one
	// groupTexts bounds the different sentences of a group, which stand in a
	// dictionary until the group is written.
	groupTexts = 16 << 20
	// pieceRows are the rows that the library is given at a time. In a longer piece
	// it takes nulls for values (v0.32, writeRowsFuncOfOptional): where as many
	// values follow the nulls before them as there are rows before these in a word of
	// 64, all behind them in that word are written as empty texts or zeros.
	pieceRows = 2
)

// filterBits is the number of bits of a Bloom filter for each distinct value: about
// one in a hundred values that are not there passes.
const filterBits = 10

// table is a table: its columns, and what makes its rows.
type table struct {
	name, about string
	sorted      []string // the columns by which its rows are in order, nulls first
	filters     []string // those with a Bloom filter
	columns     []column
	since       bool // it is there only where there is something to compare with
	write       func(context.Context, *run, io.Writer) (rows int64, err error)
}

// column is a column as its tags say.
type column struct {
	name, about string
	sql         sqlType
	null        bool // it may be null
	is          model.Content
	field       int
}

// sqlType is the type of a column in the words of DuckDB.
type sqlType string

// The types.
const (
	typeText  sqlType = "varchar"
	typeBool  sqlType = "boolean"
	typeInt   sqlType = "integer"
	typeLong  sqlType = "bigint"
	typeTime  sqlType = "timestamp with time zone"
	typeTexts sqlType = "varchar[]"
)

// contents are what a column holds, as the tag "is" has it. A text without the tag
// is replaced as a whole where names are to be hidden.
var contents = map[string]model.Content{
	"": model.ContentUnknown, "word": model.ContentWord, "status": model.ContentStatus, "target": model.ContentTarget, "trustee": model.ContentTrustee,
	"name": model.ContentName, "dn": model.ContentDN, "sid": model.ContentSID, "guid": model.ContentGUID, "right": model.ContentRight,
	"sentence": model.ContentSentence, "host": model.ContentHost, "account": model.ContentAccount,
}

// define makes a table of the rows that fill yields, which may use one row again
// and again.
func define[T any](t table, fill func(ctx context.Context, r *run, yield func(*T) error) error) *table {
	row := reflect.TypeFor[T]()
	for i := range row.NumField() {
		t.columns = append(t.columns, columnOf(row.Field(i), i))
	}
	t.write = func(ctx context.Context, r *run, out io.Writer) (int64, error) {
		w := &writer[T]{GenericWriter: parquet.NewGenericWriter[T](out, t.options(r)...), run: r, redact: t.redaction(r), batch: make([]T, 0, batchRows)}
		r.texts = 0
		err := fill(ctx, r, func(row *T) error {
			if len(w.batch) == batchRows-1 {
				if err := ctx.Err(); err != nil {
					return err
				}
			}
			return w.add(row)
		})
		if err != nil {
			return w.rows, err
		}
		return w.rows, w.end(r)
	}
	return &t
}

func columnOf(f reflect.StructField, n int) column {
	name, options, _ := strings.Cut(f.Tag.Get("parquet"), ",")
	is, known := contents[f.Tag.Get("is")]
	if !known {
		panic(fmt.Sprintf("column %s holds %q, which is nothing", name, f.Tag.Get("is")))
	}
	c := column{name: name, about: f.Tag.Get("about"), null: strings.Contains(options, "optional"), is: is, field: n}
	switch f.Type.String() {
	case "string":
		c.sql = typeText
	case "bool":
		c.sql = typeBool
	case "int32", "*int32":
		c.sql = typeInt
	case "int64", "*int64":
		c.sql = typeLong
		if strings.Contains(options, "timestamp") {
			c.sql = typeTime
		}
	case "[]string":
		c.sql = typeTexts
	default:
		panic(fmt.Sprintf("column %s has the type %s, for which there is no word", name, f.Type))
	}
	return c
}

// packer packs pages. It looks back a megabyte and no more: a page is shorter, and an
// encoder that may look back further takes 16 MB for it.
type packer struct {
	codec.Codec
	encoder *zstd.Encoder
}

func newPacker() *packer {
	encoder, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedDefault), zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	if err != nil {
		panic(err) // these options go together
	}
	return &packer{encoder: encoder}
}

// Encode packs a page into dst, which it may grow.
func (p *packer) Encode(dst, src []byte) ([]byte, error) {
	return p.encoder.EncodeAll(src, dst[:0]), nil
}

// options are how files of the table are written. Dictionaries have no bound: where
// one is given up half way, this library puts what comes after into no Bloom filter
// (v0.32, flushFilterPages), and a reader would take it for absent. A group of a
// million rows bounds them.
func (t *table) options(r *run) []parquet.WriterOption {
	var filters []parquet.BloomFilterColumn
	for _, name := range t.filters {
		filters = append(filters, parquet.SplitBlockFilter(filterBits, name))
	}
	var sorting []parquet.SortingColumn
	for _, name := range t.sorted {
		sorting = append(sorting, parquet.NullsFirst(parquet.Ascending(name)))
	}
	options := []parquet.WriterOption{
		parquet.Compression(newPacker()),
		parquet.MaxRowsPerRowGroup(groupRows),
		parquet.DataPageVersion(1), // the second is still unknown to some readers
		parquet.DataPageStatistics(true),
		parquet.BloomFilters(filters...),
		parquet.SortingWriterConfig(parquet.SortingColumns(sorting...)),
		parquet.CreatedBy("mbxperm", r.version, ""),
		parquet.KeyValueMetadata(versionKey, fmt.Sprint(SchemaVersion)),
		parquet.KeyValueMetadata("mbxperm.version", r.version),
		parquet.KeyValueMetadata("mbxperm.run_id", r.id),
	}
	if r.pages != nil {
		options = append(options, parquet.ColumnPageBuffers(r.pages))
	}
	return options
}

// redaction replaces the texts of a row; nil where names are shown.
func (t *table) redaction(r *run) func(row reflect.Value) {
	if r.hide == nil {
		return nil
	}
	return func(row reflect.Value) {
		for i := range t.columns {
			c := &t.columns[i]
			switch f := row.Field(c.field); c.sql {
			case typeText:
				f.SetString(r.hide.Text(c.is, f.String()))
			case typeTexts:
				texts := make([]string, f.Len())
				for j := range texts {
					texts[j] = r.hide.Text(c.is, f.Index(j).String())
				}
				f.Set(reflect.ValueOf(texts))
			}
		}
	}
}

// writer writes the rows of one file, of which no more than a group stands in
// memory, packed.
type writer[T any] struct {
	*parquet.GenericWriter[T]
	run                  *run
	redact               func(reflect.Value)
	batch                []T
	rows, inGroup, begun int64 // rows in all and in the group, and where the group began
}

func (w *writer[T]) add(row *T) error {
	w.batch = append(w.batch, *row)
	if w.redact != nil {
		w.redact(reflect.ValueOf(&w.batch[len(w.batch)-1]).Elem())
	}
	if len(w.batch) < batchRows {
		return nil
	}
	return w.flush()
}

// flush hands the batch on, and ends a group that is full.
func (w *writer[T]) flush() error {
	for piece := range slices.Chunk(w.batch, pieceRows) {
		if _, err := w.Write(piece); err != nil {
			return err
		}
	}
	n := int64(len(w.batch))
	clear(w.batch) // what the texts of these rows lie in may go
	w.batch, w.rows, w.inGroup = w.batch[:0], w.rows+n, w.inGroup+n
	if w.inGroup < groupRows && w.Size()-w.begun < groupBytes && w.run.texts < groupTexts {
		return nil
	}
	if err := w.Flush(); err != nil {
		return err
	}
	w.inGroup, w.begun, w.run.texts = 0, w.Size(), 0
	return nil
}

// end writes what is left, and the evidence, which says how many rows there are.
func (w *writer[T]) end(r *run) error {
	if err := w.flush(); err != nil {
		return err
	}
	evidence, err := r.evidence(w.rows)
	if err != nil {
		return err
	}
	w.SetKeyValueMetadata("mbxperm.evidence", evidence)
	return w.Close()
}
