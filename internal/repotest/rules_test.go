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

// banned are functions that nobody calls, with the reason.
var banned = map[string]string{
	"templ.Raw":              "it writes HTML that nothing has escaped",
	"templ.Unsafe":           "it writes HTML that nothing has escaped",
	"templ.JSUnsafeFuncCall": "it writes script that nothing has escaped",
	"templ.FromGoHTML":       "it writes HTML that templ has not escaped",
	"http.Get":               "it waits for ever and follows redirects",
	"http.Post":              "it waits for ever and follows redirects",
	"gob.NewDecoder":         "it decodes more than it should from elsewhere",
}

// statement matches the beginning of SQL that reads or writes rows.
var statement = regexp.MustCompile(`(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\s`)

// TestNobodyCalls checks the list of banned functions, in every package.
func TestNobodyCalls(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := selector.X.(*ast.Ident); ok {
				if why, ok := banned[pkg.Name+"."+selector.Sel.Name]; ok {
					t.Errorf("%s: %s.%s: %s", s.set.Position(n.Pos()), pkg.Name, selector.Sel.Name, why)
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
	for _, s := range sources(t) {
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if ok && slices.Contains(formatting, f.Sel.Name) && slices.ContainsFunc(call.Args, isStatement) {
				t.Errorf("%s: SQL is put together from text", s.set.Position(n.Pos()))
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

// doors are the files of internal/users that may use what writes to the database.
var doors = map[string][]string{
	"Transact": {"change.go", "note.go", "erasure_events.go"}, // the parts of events that an event of an erasure is about
	"Note":     {"note.go"},
	"Fill":     {"load.go"},   // users with a history, into an empty directory
	"changeTx": {"change.go"}, // where one is made
}

// TestWritesGoThroughThreeDoors checks that the directory is written to by
// Service.change, which wants an event, by the bookkeeping of note.go, and by
// Service.Load, which makes every record out of its events, alone.
func TestWritesGoThroughThreeDoors(t *testing.T) {
	t.Parallel()
	found := 0
	for _, s := range sources(t) {
		if s.dir != "internal/users" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			door := ""
			switch n := n.(type) {
			case *ast.SelectorExpr:
				door = n.Sel.Name
			case *ast.CompositeLit:
				if made, ok := n.Type.(*ast.Ident); ok {
					door = made.Name
				}
			}
			files, ok := doors[door]
			if ok && !slices.Contains(files, s.name) {
				t.Errorf("%s: %s is for %v alone", s.set.Position(n.Pos()), door, files)
			}
			if ok {
				found++
			}
			return true
		})
	}
	if found == 0 {
		t.Error("found no door at all")
	}
}

// TestNoNotesToSelf checks that nothing in the code waits to be done.
func TestNoNotesToSelf(t *testing.T) {
	t.Parallel()
	marks := []string{"TO" + "DO", "FIX" + "ME", "XX" + "X"}
	for _, s := range sources(t) {
		for _, group := range s.file.Comments {
			for _, mark := range marks {
				if strings.Contains(group.Text(), mark) {
					t.Errorf("%s: %s", s.set.Position(group.Pos()), mark)
				}
			}
		}
	}
}

// TestPackagesSayWhatTheyPromise checks that every package has one comment, in
// the form that go doc expects.
func TestPackagesSayWhatTheyPromise(t *testing.T) {
	t.Parallel()
	comments := make(map[string]int)
	for _, s := range sources(t) {
		want := "Package " + s.file.Name.Name
		if s.file.Name.Name == "main" {
			want = "Command " + path.Base(s.dir)
		}
		n := comments[s.dir]
		if strings.HasPrefix(s.file.Doc.Text(), want) {
			n++
		}
		comments[s.dir] = n
	}
	for dir, n := range comments {
		if n != 1 {
			t.Errorf("%s has %d package comments, want 1", dir, n)
		}
	}
}
