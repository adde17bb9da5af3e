package repotest

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// banned are functions that the program may not call, with the reason.
var banned = map[string]string{
	"templ.Raw":              "it writes unescaped HTML",
	"templ.Unsafe":           "it writes unescaped HTML",
	"templ.JSUnsafeFuncCall": "it writes unescaped script",
	"templ.FromGoHTML":       "it writes HTML that templ has not escaped",
	"http.Get":               "it has no timeout and follows redirects",
	"http.Post":              "it has no timeout and follows redirects",
	"gob.NewDecoder":         "it decodes untrusted data into any type",
}

// statement matches the beginning of SQL that reads or writes rows.
var statement = regexp.MustCompile(`(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s`)

// TestBannedFunctions checks that the program calls no banned function.
func TestBannedFunctions(t *testing.T) {
	t.Parallel()
	for _, f := range programFiles(t) {
		ast.Inspect(f.file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := selector.X.(*ast.Ident); ok {
				if why, ok := banned[pkg.Name+"."+selector.Sel.Name]; ok {
					t.Errorf("%s: %s.%s: %s", f.at(n.Pos()), pkg.Name, selector.Sel.Name, why)
				}
			}
			return true
		})
	}
}

// TestNoSQLIsFormatted checks that values reach SQL as parameters only.
func TestNoSQLIsFormatted(t *testing.T) {
	t.Parallel()
	formatting := []string{"Sprintf", "Appendf", "Fprintf", "Replace", "ReplaceAll"}
	for _, f := range programFiles(t) {
		ast.Inspect(f.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			called, ok := call.Fun.(*ast.SelectorExpr)
			if ok && slices.Contains(formatting, called.Sel.Name) && slices.ContainsFunc(call.Args, isStatement) {
				t.Errorf("%s: SQL is formatted from text", f.at(n.Pos()))
			}
			return true
		})
	}
}

// isStatement reports whether e is SQL written out in the code.
func isStatement(e ast.Expr) bool {
	if sum, ok := e.(*ast.BinaryExpr); ok {
		return isStatement(sum.X)
	}
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return false
	}
	text, err := strconv.Unquote(literal.Value)
	return err == nil && statement.MatchString(text)
}

// writePaths are the files of internal/users that may use a function or type that writes to the
// database.
var writePaths = map[string][]string{
	"Transact": {"change.go", "note.go", "erasure_events.go"}, // the parts of events that an event of an erasure is about
	"Note":     {"note.go"},
	"Fill":     {"load.go"},   // users with a history, into an empty directory
	"changeTx": {"change.go"}, // where one is made
}

// TestWritePaths checks that the directory is written by Service.change, which requires an event,
// by the bookkeeping of note.go, and by Service.Load, which derives records from their events, and
// by nothing else.
func TestWritePaths(t *testing.T) {
	t.Parallel()
	found := 0
	for _, f := range programFiles(t) {
		if f.dir() != "internal/users" {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			used := ""
			switch n := n.(type) {
			case *ast.SelectorExpr:
				of, field := n.X.(*ast.Ident) // u.Note and f.Note are fields of a user; s.db.Note writes
				if field = field && of.Name != "db"; n.Sel.Name != "Note" || !field {
					used = n.Sel.Name
				}
			case *ast.CompositeLit:
				if made, ok := n.Type.(*ast.Ident); ok {
					used = made.Name
				}
			}
			files, ok := writePaths[used]
			if ok && !slices.Contains(files, f.name()) {
				t.Errorf("%s: %s is for %v alone", f.at(n.Pos()), used, files)
			}
			if ok {
				found++
			}
			return true
		})
	}
	if found == 0 {
		t.Error("found no write")
	}
}

// TestNoTodos checks that no comment marks work that is left to do.
func TestNoTodos(t *testing.T) {
	t.Parallel()
	marks := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X"}
	for _, f := range programFiles(t) {
		for _, group := range f.file.Comments {
			for _, mark := range marks {
				if strings.Contains(group.Text(), mark) {
					t.Errorf("%s: %s", f.at(group.Pos()), mark)
				}
			}
		}
	}
}

// TestPackageComments checks that every package has one package comment, in the form that go doc
// expects.
func TestPackageComments(t *testing.T) {
	t.Parallel()
	comments := make(map[string]int)
	for _, f := range programFiles(t) {
		want := "Package " + f.file.Name.Name
		if f.file.Name.Name == "main" {
			want = "Command " + path.Base(f.dir())
		}
		n := comments[f.dir()]
		if strings.HasPrefix(f.file.Doc.Text(), want) {
			n++
		}
		comments[f.dir()] = n
	}
	for dir, n := range comments {
		if n != 1 {
			t.Errorf("%s has %d package comments, want 1", dir, n)
		}
	}
}
