package script

import (
	"encoding/binary"
	"fmt"
)

func PlainGUID(b []byte) string {
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	return fmt.Sprintf("%08x-%04x-%04x-%x-%x", u32(b), u16(b[4:]), u16(b[6:]), b[8:10], b[10:16])
}

func PlainSID(b []byte) string {
	s := fmt.Sprintf("S-%d-%d", b[0], binary.BigEndian.Uint64(append([]byte{0, 0}, b[2:8]...)))
	for i := range int(b[1]) {
		s += fmt.Sprintf("-%d", binary.LittleEndian.Uint32(b[8+4*i:]))
	}
	return s
}
