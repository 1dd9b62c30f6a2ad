package ldif_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"mbxperm/collector/ldif"
)

func zstdFrame(tb testing.TB, text string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z, err := zstd.NewWriter(&b)
	if err != nil {
		tb.Fatal(err)
	}
	if _, err := z.Write([]byte(text)); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func gzipMember(tb testing.TB, text string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(text)); err != nil {
		tb.Fatal(err)
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// skippable is a frame that decoders pass over (RFC 8878 3.1.2).
func skippable(magic uint32, content string) []byte {
	b := binary.LittleEndian.AppendUint32(nil, magic)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(content)))
	return append(b, content...)
}

// TestPacked: whatever parts a compressed file is of, all of it is read.
func TestPacked(t *testing.T) {
	const first, second = "dn: CN=a\ncn: ", "a\n\ndn: CN=b\ncn: b\n"
	want := []string{"entry 0 \"CN=a\"\n \"cn\" false false \"a\"", "entry 0 \"CN=b\"\n \"cn\" false false \"b\"", "read well", "lookup well"}
	for _, c := range []struct {
		name string
		file [][]byte
	}{
		{"one frame", [][]byte{zstdFrame(t, first+second)}},
		{"skippable first", [][]byte{skippable(0x184D2A50, "\x10\x00\x00\x00"), zstdFrame(t, first+second)}},
		{"skippable of the last kind, long", [][]byte{skippable(0x184D2A5F, strings.Repeat("x", 1<<20)), zstdFrame(t, first+second)}},
		{"skippable everywhere", [][]byte{skippable(0x184D2A51, ""), zstdFrame(t, first), skippable(0x184D2A52, "x"), skippable(0x184D2A53, "dn: CN=x\n"),
			zstdFrame(t, second), skippable(0x184D2A54, "y")}},
		{"two frames", [][]byte{zstdFrame(t, first), zstdFrame(t, second)}},
		{"an empty frame first", [][]byte{zstdFrame(t, ""), zstdFrame(t, first+second)}},
		{"two members", [][]byte{gzipMember(t, first), gzipMember(t, second)}},
		{"an empty member first", [][]byte{gzipMember(t, ""), gzipMember(t, first+second)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantEvents(t, readText(t, string(bytes.Join(c.file, nil))), want)
		})
	}
}

// TestNotUnpacked: what cannot be unpacked here is said to be that, with a remedy.
func TestNotUnpacked(t *testing.T) {
	// A frame with a window of 256 MiB (RFC 8878 3.1.1.1.2) and one raw block.
	large := append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 9<<3 | 1, 0, 0}, "dn: CN=a\n"...)
	// A frame that names a dictionary (RFC 8878 3.1.1.1.3).
	dictionary := append([]byte{0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x00, 7, 9<<3 | 1, 0, 0}, "dn: CN=a\n"...)
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"window", large, "zstd -d --long=31"},
		{"window of the second frame", append(zstdFrame(t, "dn: CN=a\n"), large...), "zstd -d --long=31"},
		{"dictionary", dictionary, "zstd -d -D DICTIONARY"},
		{"only skippable", skippable(0x184D2A50, "x"), "it is empty"},
		{"cut skippable", skippable(0x184D2A50, "xxxxxx")[:9], "cut"},
		{"not zstd after all", append(skippable(0x184D2A50, "x"), "dn: CN=a\n"...), "its zstd data is damaged"},
		{"xz", []byte("\xfd7zXZ\x00\x00\x04"), "compressed with xz: unpack it first (xz -d)"},
		{"bzip2", []byte("BZh91AY&SY"), "bzip2 -d"},
		{"zip", []byte("PK\x03\x04\x14\x00"), "unzip"},
		{"7-Zip", []byte("7z\xbc\xaf\x27\x1c\x00\x04"), "7z x"},
	} {
		src, err := ldif.Read("test", bytes.NewReader(c.file))
		if err == nil {
			err = src.Read(t.Context(), nothing{})
			src.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(c.want, "--long") && strings.Contains(err.Error(), "damaged") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
