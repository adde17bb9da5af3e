// Command vendoring fetches vendored files (htmx, icons, axe-core) from their npm packages and
// writes them to the paths in static/vendor.json. Run it from the root of the module:
//
//	go run ./static/vendoring           # refuses files that differ from the list
//	go run ./static/vendoring -accept   # writes the new hashes into the list
//
// It needs npm for `npm pack` alone: no script of a package runs.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// list is the file that lists what is vendored.
const list = "static/vendor.json"

// An item is a vendored package.
type item struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Licence string `json:"licence"`
	Package string `json:"package,omitempty"` // of npm; empty for files that are maintained by hand
	Files   []file `json:"files"`
}

// A file is one file of an item.
type file struct {
	From   string   `json:"from,omitempty"`  // its path in the package
	Image  string   `json:"image,omitempty"` // the icon that a sprite shows as an image
	Icons  []string `json:"icons,omitempty"` // or the icons that it is a sprite of
	To     string   `json:"to"`              // its path in this module
	SHA256 string   `json:"sha256"`
}

func main() {
	accept := flag.Bool("accept", false, "accept changed files and write their hashes into the list")
	flag.Parse()
	if err := run(*accept); err != nil {
		fmt.Fprintln(os.Stderr, "vendoring:", err)
		os.Exit(1)
	}
}

func run(accept bool) error {
	text, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	var items []item
	if err := json.Unmarshal(text, &items); err != nil {
		return fmt.Errorf("read %s: %w", list, err)
	}
	for i := range items {
		if err := fetch(&items[i], accept); err != nil {
			return fmt.Errorf("%s: %w", items[i].Name, err)
		}
	}
	if !accept {
		return nil
	}
	return writeList(items)
}

// fetch reads the files of an item from its package and writes them. A file with another hash
// than the listed one is an error, unless accept is true.
func fetch(it *item, accept bool) error {
	var pack map[string][]byte
	if it.Package != "" {
		var err error
		if pack, err = npmPack(it.Package); err != nil {
			return err
		}
	}
	for i := range it.Files {
		f := &it.Files[i]
		content, err := contentOf(*f, it.Version, pack)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		got := hex.EncodeToString(sum[:])
		if got != f.SHA256 && !accept {
			return fmt.Errorf("%s has SHA-256 %s, not %s as listed", f.To, got, f.SHA256)
		}
		f.SHA256 = got
		if err := write(f.To, content); err != nil {
			return err
		}
	}
	return nil
}

// contentOf returns the content of f.
func contentOf(f file, version string, pack map[string][]byte) ([]byte, error) {
	switch {
	case f.Icons != nil:
		return sprite(f, version, pack)
	case f.From == "":
		return os.ReadFile(f.To)
	}
	content, ok := pack[f.From]
	if !ok {
		return nil, fmt.Errorf("no %s in the package", f.From)
	}
	return content, nil
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

func writeList(items []item) error {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	if err := enc.Encode(items); err != nil {
		return err
	}
	return os.WriteFile(list, out.Bytes(), 0o644)
}
