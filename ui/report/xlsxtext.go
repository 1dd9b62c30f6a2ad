package report

import (
	"archive/zip"
	"bytes"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// In a text of a workbook _xHHHH_ stands for a character, and an underscore
// that would begin such a sequence without meaning to is written _x005F_
// (ECMA-376 part 1, 22.9.2.19, ST_Xstring). excelize 2.11 misses the second of
// two sequences that share an underscore, and drops one whose number is that of
// a surrogate. So it never sees one: literal takes the place of the underscore
// until the parts of the workbook are packed.

// literal is a noncharacter that XML allows. safe.Text leaves none in a text.
const literal = "\uFDD0"

// escapeLiteral puts literal for each underscore that begins a sequence.
func escapeLiteral(t string) string {
	if !strings.Contains(t, "_x") {
		return t
	}
	var b strings.Builder
	done := 0
	for i := range t {
		if isSequence(t[i:]) {
			b.WriteString(t[done:i])
			b.WriteString(literal)
			done = i + 1
		}
	}
	b.WriteString(t[done:])
	return b.String()
}

// isSequence reports whether a text begins with _xHHHH_.
func isSequence(t string) bool {
	const digits = "0123456789abcdefABCDEF"
	return len(t) >= 7 && t[:2] == "_x" && t[6] == '_' && strings.Trim(t[2:6], digits) == ""
}

// packer packs a workbook, and writes what literal stands for.
type packer struct{ *zip.Writer }

func newPacker(w io.Writer) excelize.ZipWriter { return packer{zip.NewWriter(w)} }

// Create begins a part.
func (p packer) Create(name string) (io.Writer, error) {
	w, err := p.Writer.Create(name)
	if err != nil {
		return nil, err
	}
	return &literalWriter{to: w}, nil
}

// literalWriter writes _x005F_ for each literal. The beginning of a literal at
// the end of a Write waits for the next one. A part is XML and ends with >, so
// that nothing waits in vain.
type literalWriter struct {
	to   io.Writer
	held int // bytes of literal that the last Write ended with
	out  bytes.Buffer
}

// Write writes a piece of a part.
func (w *literalWriter) Write(b []byte) (int, error) {
	w.out.Reset()
	w.out.WriteString(literal[:w.held])
	w.out.Write(b)
	all := w.out.Bytes()
	w.held = 0
	for n := len(literal) - 1; n > 0; n-- {
		if bytes.HasSuffix(all, []byte(literal[:n])) {
			w.held = n
			break
		}
	}
	all = bytes.ReplaceAll(all[:len(all)-w.held], []byte(literal), []byte("_x005F_"))
	if _, err := w.to.Write(all); err != nil {
		return 0, err
	}
	return len(b), nil
}
