// Package engines asks real engines about exported tables, for tests alone: they are
// what the tables are for, and a second opinion about what they say.
//
// DuckDB is that of the npm package @duckdb/node-api, which .ci/run installs below
// .ci. ClickHouse is that of chdb, of 600 MB, which nobody installs but who asks it:
//
//	npm install --prefix .ci --no-save --no-package-lock chdb@3.4.0
//
// One process of each answers all questions of a test binary, and ends with it.
package engines

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

//go:embed duckdb.js
var duckScript string

//go:embed clickhouse.js
var clickScript string

// engine is an engine, and its process.
type engine struct {
	name, script string
	library      []string // where it lies below .ci/node_modules
	installed    string   // by whom
	wanted       bool     // where MBXPERM_LAB is "required"

	once    sync.Once
	mu      sync.Mutex
	in      io.Writer
	out     *bufio.Reader
	skipped string // why there is none
	err     error
}

var (
	duck  = engine{name: "DuckDB", script: duckScript, library: []string{"@duckdb", "node-api"}, installed: ".ci/run installs it", wanted: true}
	click = engine{name: "ClickHouse", script: clickScript, library: []string{"chdb"}, installed: "npm install --prefix .ci --no-save --no-package-lock chdb@3.4.0 does it"}
)

// Row is a row of an answer, every value as text, as the reports' own JSON has it;
// null is empty.
type Row map[string]string

// DB is a folder of tables in an engine.
type DB struct {
	tb  testing.TB
	e   *engine
	dir string
	set map[string]string // of ClickHouse
}

// DuckDB makes the views of a folder of tables there. Where it is not installed the
// test is skipped, and fails where MBXPERM_LAB is "required".
func DuckDB(tb testing.TB, dir string) *DB {
	tb.Helper()
	return duck.open(tb, dir)
}

// ClickHouse makes the tables of a folder there by the texts of its README. Where it
// is not installed the test is skipped.
func ClickHouse(tb testing.TB, dir string) *DB {
	tb.Helper()
	return click.open(tb, dir)
}

func (e *engine) open(tb testing.TB, dir string) *DB {
	tb.Helper()
	e.once.Do(e.start)
	switch {
	case e.err != nil:
		tb.Fatal(e.err)
	case e.skipped != "" && e.wanted && os.Getenv("MBXPERM_LAB") == "required":
		tb.Fatalf("no %s: %s", e.name, e.skipped)
	case e.skipped != "":
		tb.Skipf("no %s: %s", e.name, e.skipped)
	}
	db := &DB{tb: tb, e: e, dir: dir, set: map[string]string{}}
	if _, err := db.ask("open", dir); err != nil {
		tb.Fatalf("%s and %s: %v", e.name, dir, err)
	}
	return db
}

// start starts the process.
func (e *engine) start() {
	lib := upwards(filepath.Join(append([]string{".ci", "node_modules"}, e.library...)...))
	node, err := exec.LookPath("node")
	switch {
	case lib == "":
		e.skipped = fmt.Sprintf("npm's %s is not below .ci (%s)", path.Join(e.library...), e.installed)
		return
	case err != nil:
		e.skipped = "node is not there"
		return
	}
	cmd := exec.Command(node, "-e", e.script, lib)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // its end, with that of this process, is the engine's
	if err == nil {
		e.in = in
		var out io.Reader
		if out, err = cmd.StdoutPipe(); err == nil {
			e.out = bufio.NewReader(out)
			err = cmd.Start()
		}
	}
	e.err = err
}

// upwards finds what lies at path below the folder of the test or a folder above
// it; none: "".
func upwards(path string) string {
	dir, err := os.Getwd()
	for err == nil {
		there := filepath.Join(dir, path)
		if _, err := os.Stat(there); err == nil {
			return there
		}
		above := filepath.Dir(dir)
		if above == dir {
			break
		}
		dir = above
	}
	return ""
}

// Set sets a variable of the ten queries.
func (db *DB) Set(name, value string) {
	db.tb.Helper()
	if db.e == &click { // the function that its README offers
		db.set[name] = value
		var names, values []string
		for _, n := range slices.Sorted(maps.Keys(db.set)) {
			names, values = append(names, "'"+n+"'"), append(values, "'"+db.set[n]+"'")
		}
		db.Query(fmt.Sprintf("create or replace function getvariable as name -> transform(name, [%s], [%s], '')", strings.Join(names, ", "), strings.Join(values, ", ")))
		return
	}
	if _, err := strconv.Atoi(value); err != nil {
		value = "'" + value + "'"
	}
	db.Query("set variable " + name + " = " + value)
}

// Query asks, and fails the test where the engine does.
func (db *DB) Query(sql string) []Row {
	db.tb.Helper()
	rows, err := db.ask("sql", sql)
	if err != nil {
		db.tb.Fatalf("%v\n%s", err, sql)
	}
	return rows
}

func (db *DB) ask(kind, text string) ([]Row, error) {
	db.e.mu.Lock()
	defer db.e.mu.Unlock()
	b, err := json.Marshal(map[string]string{"kind": kind, "text": text})
	if err != nil {
		return nil, err
	}
	if _, err := db.e.in.Write(append(b, '\n')); err != nil {
		return nil, err
	}
	line, err := db.e.out.ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("the engine is gone: %w", err)
	}
	var answer struct {
		Error string
		Rows  []Row
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return nil, err
	}
	if answer.Error != "" {
		return nil, fmt.Errorf("%s", answer.Error)
	}
	return answer.Rows, nil
}
