package repotest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// developerDocs are the documents for those who change the code.
var developerDocs = []string{"../../ARCHITECTURE.md", "../../CONTRIBUTING.md"}

var (
	namedTest   = regexp.MustCompile(`\b(?:Test|Benchmark|Fuzz)[A-Z]\w*…?`)
	namedPath   = regexp.MustCompile("`((?:cmd|web|views|static|internal|deploy|docs)(?:/[\\w.*-]+)+)`")
	placeholder = regexp.MustCompile(`NAME|NNNNN_name`)
	testFunc    = regexp.MustCompile(`(?m)^func ((?:Test|Benchmark|Fuzz)\w+)\(`)
)

// TestDeveloperDocs checks that each test and each path named in the developers' documents
// exists. A name that ends with an ellipsis is a prefix.
func TestDeveloperDocs(t *testing.T) {
	t.Parallel()
	tests := testNames(t)
	for _, doc := range developerDocs {
		text := read(t, doc)
		for _, name := range namedTest.FindAllString(text, -1) {
			prefix, open := strings.CutSuffix(name, "…")
			if !slices.ContainsFunc(tests, func(test string) bool { return test == prefix || open && strings.HasPrefix(test, prefix) }) {
				t.Errorf("%s names the test %s, which does not exist", doc, name)
			}
		}
		for _, path := range namedPath.FindAllStringSubmatch(text, -1) {
			if found, err := filepath.Glob(filepath.Join("../..", placeholder.ReplaceAllString(path[1], "*"))); err != nil || len(found) == 0 {
				t.Errorf("%s names the path %s, which does not exist (%v)", doc, path[1], err)
			}
		}
	}
}

// testNames returns the names of all tests, whatever their build tags.
func testNames(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir("../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		for _, name := range testFunc.FindAllSubmatch(text, -1) {
			names = append(names, string(name[1]))
		}
		return err
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("found %d tests, %v", len(names), err)
	}
	return names
}

var (
	layers = regexp.MustCompile("(?s)```\n(program .*?)```")
	layer  = regexp.MustCompile(`(?m)^\w+ +(\S.*)$`)
)

// TestArchitectureLayers compares the map in ARCHITECTURE.md with mayImport: every package of
// the program is on it, and imports only packages that follow it.
func TestArchitectureLayers(t *testing.T) {
	t.Parallel()
	block := layers.FindStringSubmatch(read(t, developerDocs[0]))
	if block == nil {
		t.Fatal("there is no map")
	}
	var order []string
	for _, line := range layer.FindAllStringSubmatch(block[1], -1) {
		order = append(order, strings.Fields(line[1])...)
	}
	for _, pkg := range programPackages() {
		at := slices.Index(order, pkg)
		if at < 0 {
			t.Errorf("%s is not on the map", pkg)
		}
		for _, imported := range mayImport[pkg] {
			if slices.Index(order, imported) <= at {
				t.Errorf("%s may import %s, which does not follow it on the map", pkg, imported)
			}
		}
	}
	if extra := len(order) - len(programPackages()); extra != 0 {
		t.Errorf("the map has %d more packages than the program", extra)
	}
}

// programPackages returns the packages that cmd/console may import, directly or not, and itself.
func programPackages() []string {
	all := []string{"cmd/console"}
	for i := 0; i < len(all); i++ {
		for _, pkg := range mayImport[all[i]] {
			if !slices.Contains(all, pkg) {
				all = append(all, pkg)
			}
		}
	}
	return all
}
