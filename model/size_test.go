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
	if got := unsafe.Sizeof(SIDInfo{}); got != 16 {
		t.Errorf("a SIDInfo takes %d bytes", got)
	}
}
