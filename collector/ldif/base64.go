package ldif

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
)

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" // RFC 4648 4

// sextets holds, for each place in a group of four characters of base64, the bits that a character stands for there, in the upper three
// bytes of a word; the lowest one is 1 for what is no such character.
var sextets = func() (t [4][256]uint32) {
	for place := range t {
		for c := range t[place] {
			t[place][c] = 1
		}
		for bits, c := range []byte(alphabet) {
			t[place][c] = uint32(bits) << (26 - 6*place)
		}
	}
	return t
}()

// decode64 is base64.StdEncoding.Decode at half the cost: three quarters of a
// recording are descriptors in base64. What is not plainly a group, such as the
// end of a value, is left to that.
func decode64(dst, src []byte) (int, error) {
	in, out := src, dst
	for len(in) >= 8 && len(out) >= 8 {
		a := sextets[0][in[0]] | sextets[1][in[1]] | sextets[2][in[2]] | sextets[3][in[3]]
		b := sextets[0][in[4]] | sextets[1][in[5]] | sextets[2][in[6]] | sextets[3][in[7]]
		if (a|b)&1 != 0 {
			break
		}
		binary.BigEndian.PutUint64(out, uint64(a)<<32|uint64(b)<<8)
		in, out = in[8:], out[6:]
	}
	n, err := base64.StdEncoding.Decode(out, in)
	return len(dst) - len(out) + n, err
}

// pairs holds the two characters for twelve bits, the first in the upper byte.
var pairs = func() (t [1 << 12]uint16) {
	for bits := range t {
		t[bits] = uint16(alphabet[bits>>6])<<8 | uint16(alphabet[bits&63])
	}
	return t
}()

// appendEncode64 is base64.StdEncoding.AppendEncode at half the cost.
func appendEncode64(b, src []byte) []byte {
	b = slices.Grow(b, base64.StdEncoding.EncodedLen(len(src)))
	for len(src) >= 8 {
		v := binary.BigEndian.Uint64(src) // of which six bytes
		b = binary.BigEndian.AppendUint64(b, uint64(pairs[v>>52])<<48|uint64(pairs[v>>40&0xFFF])<<32|
			uint64(pairs[v>>28&0xFFF])<<16|uint64(pairs[v>>16&0xFFF]))
		src = src[6:]
	}
	return base64.StdEncoding.AppendEncode(b, src)
}
