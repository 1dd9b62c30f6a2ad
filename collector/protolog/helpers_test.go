package protolog_test

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mbxperm/collector"
	"mbxperm/collector/decode"
	"mbxperm/collector/protolog"
	"mbxperm/collector/protolog/logtest"
	"mbxperm/model"
)

var start = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

// read reads logs, alone or behind a source. Connections are in the order of what
// they are of.
func read(t testing.TB, inner collector.Source, o protolog.Options) *model.Snapshot {
	t.Helper()
	w := model.NewWriter(model.NewPool())
	if err := decode.Read(t.Context(), protolog.New(inner, o), w, new(sync.Mutex)); err != nil {
		t.Fatal(err)
	}
	w.State.Phase = model.Finished
	s := w.Snapshot()
	sortConnections(s)
	return s
}

func sortConnections(s *model.Snapshot) {
	slices.SortFunc(s.Connections, func(a, b *model.Connection) int {
		return cmp.Or(strings.Compare(a.Server, b.Server), strings.Compare(a.Protocol, b.Protocol), strings.Compare(a.Client, b.Client), strings.Compare(a.User, b.User), strings.Compare(a.Mailbox, b.Mailbox))
	})
}

// in are the options for some folders.
func in(folders ...string) protolog.Options {
	o := protolog.Options{UnknownNames: true}
	for _, f := range folders {
		o.Folders = append(o.Folders, protolog.ParseFolder(f))
	}
	return o
}

// put writes a file below a folder.
func put(t testing.TB, folder, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(folder, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func logText(t testing.TB, l logtest.Log) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func smtpText(t testing.TB, l logtest.SMTP) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
