package model

import (
	"testing"
	"unsafe"
)

// TestSizes: the comments say what a record takes, since a directory has a
// million of them.
func TestSizes(t *testing.T) {
	if got := unsafe.Sizeof(Record{}); got != 80 {
		t.Errorf("a Record takes %d bytes", got)
	}
	if got := 3*unsafe.Sizeof(ObjectID(0)) + unsafe.Sizeof(sidMarks(0)); got != 13 {
		t.Errorf("a SID takes %d bytes in sidTables", got)
	}
}
