package pool

import (
	"testing"
	"unsafe"
)

// TestSizes: the comments say what a record takes, since a directory has a
// million of them.
func TestSizes(t *testing.T) {
	for _, r := range []struct {
		name      string
		got, want uintptr
	}{
		{"SIDRecord", unsafe.Sizeof(SIDRecord{}), 12},
		{"ACERecord", unsafe.Sizeof(ACERecord{}), 28},
		{"DescRecord", unsafe.Sizeof(DescRecord{}), 32},
		{"RowCounts", unsafe.Sizeof(RowCounts{}), 36},
		{"Sums", unsafe.Sizeof(Sums{}), 72},
	} {
		if r.got != r.want {
			t.Errorf("a %s takes %d bytes, want %d", r.name, r.got, r.want)
		}
	}
}
