package repotest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/roboto-ai/console/"

// mayImport is the map of the code: which of this module's packages each package
// may import. ARCHITECTURE.md says why.
var mayImport = map[string][]string{
	"cmd/console": {
		"internal/auth", "internal/auth/demoidp", "internal/certificate", "internal/database", "internal/database/backup", "internal/database/copying", "internal/directory", "internal/doctor", "internal/metrics",
		"internal/history", "internal/numbers", "internal/server", "internal/tracing", "internal/users", "internal/users/demodata", "static", "web",
	},
	"web":                                  {"internal/accept", "internal/auth", "internal/bidi", "internal/claims", "internal/directory", "internal/history", "internal/numbers", "internal/spelling", "internal/users", "static", "views", "web/api", "web/httperror", "web/words"},
	"web/api":                              {"internal/directory", "internal/history", "internal/users", "web/httperror"},
	"web/api/openapitest":                  {"web/api"},
	"web/httperror":                        {"internal/auth", "internal/users", "web/words"},
	"web/words":                            {"internal/auth", "internal/bidi", "internal/directory", "internal/numbers", "internal/users"},
	"views":                                {"internal/bidi", "internal/numbers", "static"},
	"internal/accept":                      {},
	"static":                               {"internal/accept"},
	"static/vendoring":                     {},
	"internal/auth":                        {},
	"internal/auth/demoidp":                {},
	"internal/auth/authtest":               {},
	"internal/audit":                       {},
	"internal/users":                       {"internal/audit", "internal/database", "internal/spelling"},
	"internal/directory":                   {"internal/database", "internal/numbers", "internal/spelling", "internal/users"},
	"internal/spelling":                    {},
	"internal/users/demodata":              {"internal/database", "internal/directory", "internal/history", "internal/users"},
	"internal/users/userstest":             {"internal/database", "internal/database/databasetest", "internal/directory", "internal/history", "internal/users"},
	"internal/history":                     {"internal/audit", "internal/database", "internal/spelling", "internal/users"},
	"internal/bidi":                        {},
	"internal/certificate":                 {},
	"internal/claims":                      {"internal/auth", "internal/users"},
	"internal/certificate/certificatetest": {"internal/certificate"},
	"internal/metrics":                     {"internal/database", "internal/users"},
	"internal/tracing":                     {},
	"internal/server":                      {},
	"internal/bench":                       {"internal/auth", "internal/auth/demoidp", "internal/database", "internal/database/copying", "internal/database/postgrestest", "internal/numbers", "internal/users", "internal/users/demodata"},
	"internal/database":                    {"internal/database/migrations", "internal/numbers"},
	"internal/database/backup":             {"internal/database"},
	"internal/database/copying":            {"internal/database"},
	"internal/database/filetest":           {},
	"internal/database/migrations":         {"internal/audit"},
	"internal/numbers":                     {},
	"internal/database/databasetest":       {"internal/database", "internal/database/postgrestest"},
	"internal/database/postgrestest":       {},
	"internal/torture":                     {},
	"internal/doctor":                      {"internal/auth", "internal/claims", "internal/database", "internal/users", "web/words"},
	"internal/release":                     {},
	"internal/docstest":                    {},
	"internal/docstest/inside":             {},
	"internal/browsertest":                 {},
	"internal/repotest":                    {},
}

// What watches the program: those whom it watches tell it by plain functions.
const (
	prometheus = "github.com/prometheus"
	telemetry  = "go.opentelemetry.io"
)

// mayNotImport is what packages do without, whatever is below it included.
var mayNotImport = map[string][]string{
	"internal/history":   {"net/http", "html", "github.com/labstack/echo", "github.com/a-h/templ", prometheus, telemetry},
	"internal/directory": {"net/http", "html", "github.com/labstack/echo", "github.com/a-h/templ", prometheus, telemetry},
	"internal/users":     {"net/http", "html", "github.com/labstack/echo", "github.com/a-h/templ", prometheus, telemetry},
	"internal/auth":      {"database/sql", "github.com/labstack/echo", "github.com/a-h/templ", prometheus, telemetry},
	"internal/database":  {"net/http", "github.com/labstack/echo", "github.com/a-h/templ", prometheus, telemetry},
	"internal/metrics":   {"database/sql", "github.com/labstack/echo", "github.com/a-h/templ", telemetry},
	"internal/tracing":   {"database/sql", "github.com/labstack/echo", "github.com/a-h/templ", prometheus},
	"views":              {"database/sql", "net/http", "github.com/labstack/echo"},
	"web":                {"database/sql", prometheus, telemetry},
	"web/api":            {"github.com/labstack/echo", "github.com/a-h/templ", "github.com/getkin"}, // which tests alone use
	"web/httperror":      {"github.com/labstack/echo", "github.com/a-h/templ"},
	"web/words":          {"net/http", "github.com/labstack/echo", "github.com/a-h/templ"},
}

// A source is one parsed Go file of the module.
type source struct {
	dir  string // from the root, with slashes
	name string
	file *ast.File
	set  *token.FileSet
}

func (s source) String() string { return path.Join(s.dir, s.name) }

// sources returns the Go files of the module that are part of the program.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	set := token.NewFileSet()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != root && strings.HasPrefix(entry.Name(), ".") || entry.Name() == "testdata" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(set, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		all = append(all, source{filepath.ToSlash(dir), filepath.Base(name), file, set})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("found no Go files")
	}
	return all
}

// imports returns the paths that the file imports.
func (s source) imports(t *testing.T) []string {
	t.Helper()
	var paths []string
	for _, spec := range s.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, p)
	}
	return paths
}

// TestImports checks every import against the map. A new package has to be put on
// it first.
func TestImports(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		allowed, known := mayImport[s.dir]
		if !known {
			t.Errorf("%s: the package %s is not on the map", s, s.dir)
			continue
		}
		for _, p := range s.imports(t) {
			if ours, ok := strings.CutPrefix(p, module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s: %s may not import %s", s, s.dir, ours)
			}
			for _, banned := range mayNotImport[s.dir] {
				if p == banned || strings.HasPrefix(p, banned+"/") {
					t.Errorf("%s: %s does without %s", s, s.dir, p)
				}
			}
		}
	}
}

// TestServeCannotReachTheDemo checks that the demo's provider, who lets anyone
// in as anyone, is imported by the demo alone, and that the only way from the
// rest of the program to the demo is its command.
func TestServeCannotReachTheDemo(t *testing.T) {
	t.Parallel()
	demo := make(map[string]bool)
	all := sources(t)
	for _, s := range all {
		isDemo := s.dir == "cmd/console" && strings.HasPrefix(s.name, "demo")
		if !isDemo && slices.Contains(s.imports(t), module+"internal/auth/demoidp") {
			t.Errorf("%s imports the demo's provider", s)
		}
		if isDemo {
			for name := range declared(s.file) {
				demo[name] = true
			}
		}
	}
	delete(demo, "demoCommand")
	for _, s := range all {
		if s.dir != "cmd/console" || strings.HasPrefix(s.name, "demo") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && demo[id.Name] {
				t.Errorf("%s: %s belongs to the demo", s.set.Position(id.Pos()), id.Name)
			}
			return true
		})
	}
}

// declared returns the names of a file's functions, methods, types, constants
// and variables.
func declared(file *ast.File) map[string]bool {
	names := make(map[string]bool)
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			names[decl.Name.Name] = true
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					names[spec.Name.Name] = true
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						names[id.Name] = true
					}
				}
			}
		}
	}
	return names
}
