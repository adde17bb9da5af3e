package repotest

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// mayImport is the map of the code: which of this module's packages each package
// may import. ARCHITECTURE.md says why.
var mayImport = map[string][]string{
	"cmd/console": {
		"internal/auth", "internal/auth/demoidp", "internal/certificate", "internal/database", "internal/database/backup", "internal/database/copying", "internal/directory", "internal/doctor", "internal/metrics",
		"internal/history", "internal/numbers", "internal/server", "internal/tracing", "internal/users", "internal/users/demodata", "static", "web",
	},
	"web":                                  {"internal/accept", "internal/auth", "internal/bidi", "internal/claims", "internal/directory", "internal/history", "internal/numbers", "internal/spelling", "internal/tabular", "internal/users", "static", "views", "web/api", "web/httperror", "web/words"},
	"web/api":                              {"internal/directory", "internal/history", "internal/users", "web/httperror"},
	"web/api/openapitest":                  {"web/api"},
	"web/httperror":                        {"internal/auth", "internal/users", "web/words"},
	"web/words":                            {"internal/auth", "internal/bidi", "internal/directory", "internal/numbers", "internal/tabular", "internal/users"},
	"views":                                {"internal/bidi", "internal/numbers", "static"},
	"internal/accept":                      {},
	"internal/tabular":                     {},
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
	"internal/bench":                       {"internal/auth", "internal/database", "internal/database/copying", "internal/database/postgrestest", "internal/numbers", "internal/users", "internal/users/demodata"},
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

// Metrics and traces. Other packages call them through functions in their configuration.
const (
	prometheus = "github.com/prometheus"
	telemetry  = "go.opentelemetry.io"
)

// mayNotImport lists packages from elsewhere that a package may not import, nor those below them.
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
	"web/api":            {"github.com/labstack/echo", "github.com/a-h/templ", "github.com/getkin"}, // for tests alone
	"web/httperror":      {"github.com/labstack/echo", "github.com/a-h/templ"},
	"web/words":          {"net/http", "github.com/labstack/echo", "github.com/a-h/templ"},
}

// TestImports checks every import against the map. A new package has to be added to it.
func TestImports(t *testing.T) {
	t.Parallel()
	for _, f := range programFiles(t) {
		allowed, known := mayImport[f.dir()]
		if !known {
			t.Errorf("%s: the package is not on the map", f.path)
			continue
		}
		for _, p := range f.imports(t) {
			if ours, ok := strings.CutPrefix(p, module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s: the package may not import %s", f.path, ours)
			}
			for _, banned := range mayNotImport[f.dir()] {
				if p == banned || strings.HasPrefix(p, banned+"/") {
					t.Errorf("%s: the package may not import %s", f.path, p)
				}
			}
		}
	}
}

// TestServeCannotReachTheDemo checks that the demo alone imports its provider, which signs in
// without passwords, and that the rest of the program refers to the demo by its command alone.
func TestServeCannotReachTheDemo(t *testing.T) {
	t.Parallel()
	demo := make(map[string]bool)
	isDemo := func(f goFile) bool { return f.dir() == "cmd/console" && strings.HasPrefix(f.name(), "demo") }
	for _, f := range programFiles(t) {
		if !isDemo(f) && slices.Contains(f.imports(t), module+"internal/auth/demoidp") {
			t.Errorf("%s imports the demo's provider", f.path)
		}
		if isDemo(f) {
			for name := range declared(f.file) {
				demo[name] = true
			}
		}
	}
	delete(demo, "demoCommand")
	for _, f := range programFiles(t) {
		if f.dir() != "cmd/console" || isDemo(f) {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && demo[id.Name] {
				t.Errorf("%s: %s belongs to the demo", f.at(id.Pos()), id.Name)
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
