// Package duckdb asks a real DuckDB about exported tables, for tests alone: the
// engine is what the tables are for, and a second opinion about what they say.
//
// It is that of the npm package @duckdb/node-api, which .ci/run installs below .ci.
// One process answers all questions of a test binary, and ends with it.
package duckdb

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

//go:embed engine.js
var script string

// engine is the process.
var engine struct {
	once    sync.Once
	mu      sync.Mutex
	in      io.Writer
	out     *bufio.Reader
	skipped string // why there is none
	err     error
}

// Row is a row of an answer, every value as text, as the reports' own JSON has it;
// null is empty.
type Row map[string]string

// DB is a folder of tables with its views.
type DB struct {
	tb  testing.TB
	dir string
}

// Open makes the views of a folder of tables. Where there is no DuckDB the test is
// skipped, and fails where MBXPERM_LAB is "required".
func Open(tb testing.TB, dir string) *DB {
	tb.Helper()
	engine.once.Do(start)
	switch {
	case engine.err != nil:
		tb.Fatal(engine.err)
	case engine.skipped != "" && os.Getenv("MBXPERM_LAB") == "required":
		tb.Fatal("no DuckDB: " + engine.skipped)
	case engine.skipped != "":
		tb.Skip("no DuckDB: " + engine.skipped)
	}
	db := &DB{tb, dir}
	if _, err := db.ask("open", dir); err != nil {
		tb.Fatalf("schema.sql of %s: %v", dir, err)
	}
	return db
}

// start starts the process.
func start() {
	lib := find()
	node, err := exec.LookPath("node")
	switch {
	case lib == "":
		engine.skipped = "npm's @duckdb/node-api is not below .ci (.ci/run installs it)"
		return
	case err != nil:
		engine.skipped = "node is not there"
		return
	}
	cmd := exec.Command(node, "-e", script, lib)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe() // its end, with that of this process, is the engine's
	if err == nil {
		engine.in = in
		var out io.Reader
		if out, err = cmd.StdoutPipe(); err == nil {
			engine.out = bufio.NewReader(out)
			err = cmd.Start()
		}
	}
	engine.err = err
}

// find is where the library is.
func find() string {
	return upwards(filepath.Join(".ci", "node_modules", "@duckdb", "node-api"))
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

// Set sets a variable.
func (db *DB) Set(name, value string) {
	db.tb.Helper()
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
	engine.mu.Lock()
	defer engine.mu.Unlock()
	b, err := json.Marshal(map[string]string{"kind": kind, "text": text})
	if err != nil {
		return nil, err
	}
	if _, err := engine.in.Write(append(b, '\n')); err != nil {
		return nil, err
	}
	line, err := engine.out.ReadBytes('\n')
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
