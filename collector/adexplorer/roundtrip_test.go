package adexplorer_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"mbxperm/collector/adexplorer/snaptest"
	"mbxperm/collector/demo"
)

const schema = "CN=Schema,CN=Configuration,DC=contoso,DC=com"

var taken = time.Date(2024, time.March, 4, 6, 0, 0, 0, time.UTC)

// written writes a snapshot of the demo, with the rootDSE if root.
func written(tb testing.TB, source string, root bool, options snaptest.Options) *snaptest.Snapshot {
	tb.Helper()
	src, err := demo.New(source)
	if err != nil {
		tb.Fatal(err)
	}
	defer src.Close()
	entries, err := snaptest.Of(src)
	if err != nil {
		tb.Fatal(err)
	}
	if root {
		e, err := snaptest.Root(src)
		if err != nil {
			tb.Fatal(err)
		}
		entries = append(entries, e)
	}
	if options.Schema = schema; options.Taken.IsZero() {
		options.Taken, options.Server = taken, "dc1.contoso.com"
	}
	return snaptest.Write(entries, options)
}

// file puts bytes into a file.
func file(tb testing.TB, b []byte) string {
	tb.Helper()
	name := filepath.Join(tb.TempDir(), "contoso.dat")
	if err := os.WriteFile(name, b, 0o600); err != nil {
		tb.Fatal(err)
	}
	return name
}
