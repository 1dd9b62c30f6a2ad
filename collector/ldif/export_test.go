package ldif

import "bytes"

// memory is a file that is nowhere.
type memory struct{ bytes.Buffer }

func (*memory) Keep() error                                { return nil }
func (*memory) KeepAs(func(string) string) (string, error) { return "", nil }
func (*memory) Discard()                                   {}

// CreateInMemory is Create without a disk.
func CreateInMemory() (*Recorder, *bytes.Buffer, error) {
	m := &memory{}
	r, err := newRecorder(m, Head{}, Options{})
	return r, &m.Buffer, err
}
