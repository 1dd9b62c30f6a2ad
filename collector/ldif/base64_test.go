package ldif

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"testing"
)

// TestDecode64: it is the decoder of the standard library, for good input and bad.
func TestDecode64(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50_000 {
		b := make([]byte, r.IntN(60))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		text := base64.StdEncoding.AppendEncode(nil, b)
		if got := appendEncode64([]byte("x"), b); string(got) != "x"+string(text) {
			t.Fatalf("%x is %q, want %q", b, got, text)
		}
		switch r.IntN(4) {
		case 0:
			if len(text) > 0 {
				text[r.IntN(len(text))] = byte(r.Uint32())
			}
		case 1:
			text = text[:r.IntN(len(text)+1)]
		case 2:
			at := r.IntN(len(text) + 1)
			text = append(text[:at:at], append([]byte("\r"), text[at:]...)...)
		}
		same64(t, text)
	}
}

func FuzzDecode64(f *testing.F) {
	f.Add([]byte("QUJDREVGR0hJ"))
	f.Add([]byte("QUJDREVGR0hJSg=="))
	f.Add([]byte("QUJD\rEVGR0hJSg="))
	f.Fuzz(same64)
}

func same64(t *testing.T, text []byte) {
	size := base64.StdEncoding.DecodedLen(len(text))
	want, got := make([]byte, size), make([]byte, size)
	n, wantErr := base64.StdEncoding.Decode(want, text)
	m, err := decode64(got, text)
	if n != m || !bytes.Equal(want[:n], got[:m]) || (err == nil) != (wantErr == nil) {
		t.Fatalf("%q gives %x, %v; want %x, %v", text, got[:m], err, want[:n], wantErr)
	}
}

func BenchmarkEncode64(b *testing.B) {
	raw := bytes.Repeat([]byte("descriptor\x00\xff\x80"), 170)
	out := make([]byte, 0, 2*len(raw))
	for name, encode := range map[string]func(dst, src []byte) []byte{"standard": base64.StdEncoding.AppendEncode, "here": appendEncode64} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				out = encode(out[:0], raw)
			}
		})
	}
}

func BenchmarkDecode64(b *testing.B) {
	text := base64.StdEncoding.AppendEncode(nil, bytes.Repeat([]byte("descriptor\x00\xff\x80"), 170))
	dst := make([]byte, len(text))
	for name, decode := range map[string]func(dst, src []byte) (int, error){"standard": base64.StdEncoding.Decode, "here": decode64} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				if _, err := decode(dst, text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
