package export

import (
	"fmt"
	"io"
	"os"

	"mbxperm/model/wholefile"
)

// pageFiles keeps the packed pages of a group in files of the hidden folder until the
// group ends, a file for each column: a group of a million rows comes to 60 MB, which
// would stand in memory beside the state.
type pageFiles struct {
	in   *wholefile.Folder
	made int
}

// GetBuffer makes a file, for its owner's eyes only. It is a method of
// [parquet.BufferPool].
func (p *pageFiles) GetBuffer() io.ReadWriteSeeker {
	p.made++
	file, err := p.in.Create(fmt.Sprintf("page-%d", p.made))
	if err != nil {
		return noFile{err}
	}
	return file
}

// PutBuffer removes a file. It is a method of [parquet.BufferPool].
func (p *pageFiles) PutBuffer(b io.ReadWriteSeeker) {
	if file, ok := b.(*os.File); ok {
		file.Close()
		os.Remove(file.Name())
	}
}

// noFile is a file that could not be made: whoever uses it learns why.
type noFile struct{ err error }

func (f noFile) Read([]byte) (int, error)       { return 0, f.err }
func (f noFile) Write([]byte) (int, error)      { return 0, f.err }
func (f noFile) Seek(int64, int) (int64, error) { return 0, f.err }
