package repotest

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	root   = "../.." // the repository
	module = "github.com/roboto-ai/console/"
)

// read returns the text of a file.
func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// filesIn returns the files below a folder.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// filesNamed returns the files of the repository whose names have a suffix, by their paths from
// the root, with slashes. It leaves out test data and what is built.
func filesNamed(suffix string) (names []string, err error) {
	skipped := []string{"testdata", "bin", "dist", "data"}
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != root && (strings.HasPrefix(entry.Name(), ".") || slices.Contains(skipped, entry.Name())) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, suffix) {
			rel, err := filepath.Rel(root, name)
			names = append(names, filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	if err == nil && len(names) == 0 {
		err = errors.New("no file ends in " + suffix)
	}
	return names, err
}

// A goFile is a parsed Go file of the module.
type goFile struct {
	path string // from the root, with slashes
	file *ast.File
	set  *token.FileSet
}

func (f goFile) dir() string     { return path.Dir(f.path) }
func (f goFile) name() string    { return path.Base(f.path) }
func (f goFile) isTest() bool    { return strings.HasSuffix(f.path, "_test.go") }
func (f goFile) generated() bool { return strings.HasSuffix(f.path, "_templ.go") }

// at returns the place of a position for messages.
func (f goFile) at(pos token.Pos) string {
	return f.path + ":" + strconv.Itoa(f.set.Position(pos).Line)
}

// imports returns the paths that the file imports.
func (f goFile) imports(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, spec := range f.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return paths
}

// parsed are all Go files of the module, whatever their build tags.
var parsed = sync.OnceValues(func() ([]goFile, error) {
	names, err := filesNamed(".go")
	if err != nil {
		return nil, err
	}
	var all []goFile
	set := token.NewFileSet()
	for _, name := range names {
		file, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		all = append(all, goFile{name, file, set})
	}
	return all, nil
})

// goFiles returns the Go files that keep accepts.
func goFiles(t *testing.T, keep func(goFile) bool) (kept []goFile) {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if keep(f) {
			kept = append(kept, f)
		}
	}
	return kept
}

// programFiles returns the Go files that are part of the program: all but tests.
func programFiles(t *testing.T) []goFile {
	t.Helper()
	return goFiles(t, func(f goFile) bool { return !f.isTest() })
}
