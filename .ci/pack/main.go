// Command pack makes of built programs what a release needs beside them, with
// nothing but the standard library:
//
//	pack sbom PROGRAM            its software bill of materials, CycloneDX 1.5, on standard output
//	pack zip FILE.zip DIR        a zip of the files of a folder, all of one time (SOURCE_DATE_EPOCH)
//
// The bill says what stands in the program itself (go version -m): the modules
// with their sums, the version of Go and the revision.
package main

import (
	"archive/zip"
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

func main() {
	err := fmt.Errorf("pack sbom PROGRAM, or pack zip FILE DIR")
	switch {
	case len(os.Args) == 3 && os.Args[1] == "sbom":
		err = bill(os.Stdout, os.Args[2])
	case len(os.Args) == 4 && os.Args[1] == "zip":
		err = zipFolder(os.Args[2], os.Args[3])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// component is one of CycloneDX.
type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	PURL       string     `json:"purl"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// of is the component of a module. Its sum is the SHA-256 of its files, as go.sum
// has it.
func of(kind string, m *debug.Module) component {
	if m.Replace != nil {
		m = m.Replace
	}
	purl := "pkg:golang/" + m.Path + "@" + m.Version
	c := component{Type: kind, Ref: purl, Name: m.Path, Version: m.Version, PURL: purl}
	if sum, ok := strings.CutPrefix(m.Sum, "h1:"); ok {
		if b, err := base64.StdEncoding.DecodeString(sum); err == nil {
			c.Hashes = []hash{{"SHA-256", hex.EncodeToString(b)}}
		}
	}
	return c
}

// bill writes the bill of a program.
func bill(out io.Writer, program string) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return err
	}
	main := of("application", &info.Main)
	main.Properties = append(main.Properties, property{"go:version", info.GoVersion})
	for _, s := range info.Settings {
		main.Properties = append(main.Properties, property{"go:build:" + s.Key, s.Value})
	}
	parts, refs := []component{{
		Type: "library", Ref: "pkg:golang/std@" + info.GoVersion, Name: "std", Version: info.GoVersion, PURL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go"),
	}}, []string{"pkg:golang/std@" + info.GoVersion}
	for _, m := range info.Deps {
		c := of("library", m)
		parts, refs = append(parts, c), append(refs, c.Ref)
	}
	metadata := map[string]any{"component": main}
	if t, ok := epoch(); ok {
		metadata["timestamp"] = t.Format(time.RFC3339)
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "metadata": metadata, "components": parts,
		"dependencies": []map[string]any{{"ref": main.Ref, "dependsOn": refs}},
	})
}

// epoch is the time that everything is said to be of.
func epoch() (time.Time, bool) {
	n, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	return time.Unix(n, 0).UTC(), err == nil
}

// zipFolder packs the files of a folder under its name.
func zipFolder(file, dir string) error {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	z := zip.NewWriter(out)
	when, _ := epoch()
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(filepath.Dir(dir), path)
		if err != nil {
			return err
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: filepath.ToSlash(name), Method: zip.Deflate, Modified: when})
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err == nil {
			_, err = w.Write(b)
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return out.Close()
}
