package repotest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// root is the folder of the repository.
const root = "../.."

// notYet are the folders and files that the rules below are not applied to yet.
var notYet = []string{
	"ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "README.md", "SECURITY.md", "docs",
	"internal/browsertest", "internal/certificate", "internal/directory", "internal/history", "internal/database", "internal/repotest", "internal/spelling",
	"internal/torture", "internal/users", "static", "views", "web",
}

// swept reports whether the rules are applied to a file.
func swept(name string) bool {
	return !slices.ContainsFunc(notYet, func(at string) bool { return name == at || strings.HasPrefix(name, at+"/") })
}

// riddles are names that say nothing to a reader who does not know the package, with the
// term to use instead. They are banned as names of types, functions, methods and fields.
var riddles = map[string]string{
	"threes": "trigramStats", "sure": "exact", "dense": "facetScanRatio", "tell": "notify",
	"mind": "the effect, such as noteOwnerLoss", "comer": "claims", "past": "loadedUser", "lot": "batch", "sheet": "rows",
	"deed": "action", "hasty": "unsynced", "teller": "notifier", "tidier": "the work that it does",
	"insider": "what is measured", "surprises": "warnings", "notebook": "recorder", "foresee": "predict",
}

// vagueTypes are names that are good for a field or a method, but not for a type or a function
// of a package.
var vagueTypes = map[string]string{"in": "wrap", "source": "candidateQuery"}

// termsHere are riddles that are the term of art in a file.
var termsHere = map[string]string{
	"web/export_xlsx.go": "sheet",
}

// paraphrases are words in comments and documents that stand for a term or a subject.
var paraphrases = regexp.MustCompile(`(?i)\b(nobody|somebody|anybody|everybody|whoever|whomever|whosoever)\b|\b(is|are|was|were|be|been) told\b|\b(list|lists) of parts\b|\bthe operator's book\b`)

// quotation is text in quotes, which the rules for prose do not concern.
var quotation = regexp.MustCompile("`[^`]*`|\"[^\"]*\"|“[^”]*”")

// pageTexts are texts of former pages, with the ones instead.
var pageTexts = map[string]string{
	`You may not do that`:             "You don't have permission to do this",
	`["> ]Facts["<]`:                  "Overview",
	`Answers for\b`:                   "Responsible for",
	`\bCame by\b`:                     "Source",
	`Last came with`:                  "Last e-mail from provider",
	`Tell them by`:                    "Notify by",
	`Tell them when`:                  "Notify about",
	`bound their account at the`:      "signed in for the first time (provider account linked)",
	`ended a session of their own \(`: "Session ended automatically: session limit reached",
	`With a few words`:                "Search",
	`What was asked for`:              "Filters",
	`\bQuiet\b`:                       "Not seen for 90 days",
	`\bNew user\b`:                    "Add person",
	`\bAdd a person\b`:                "Add person",
	`cannot be undone`:                "can't be undone",
	`\bthing needs your attention`:    "the message beside the field alone",
}

// A goFile is a parsed Go file of the module, of the program or of its tests.
type goFile struct {
	path string // from the root, with slashes
	file *ast.File
	set  *token.FileSet
}

// goFiles returns all Go files of the module but generated ones.
func goFiles(t *testing.T) []goFile {
	t.Helper()
	var all []goFile
	for _, name := range filesBelow(t, ".go") {
		if strings.HasSuffix(name, "_templ.go") {
			continue
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, goFile{name, file, set})
	}
	return all
}

// filesBelow returns the files of the repository whose names end so, from the root, with slashes.
func filesBelow(t *testing.T, suffix string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && name != root && (strings.HasPrefix(entry.Name(), ".") || slices.Contains([]string{"testdata", "bin", "dist", "data"}, entry.Name())) {
			return filepath.SkipDir
		}
		if strings.HasSuffix(name, suffix) {
			rel, err := filepath.Rel(root, name)
			names = append(names, filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	if err != nil || len(names) == 0 {
		t.Fatalf("found %d files that end in %s: %v", len(names), suffix, err)
	}
	return names
}

// TestIdentifiersAreTermsOfArt checks the names of types, functions, methods and fields.
func TestIdentifiersAreTermsOfArt(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t) {
		if !swept(f.path) {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				checkName(t, f, n.Name, n.Recv == nil)
			case *ast.TypeSpec:
				checkName(t, f, n.Name, true)
			case *ast.StructType:
				for _, field := range n.Fields.List {
					for _, id := range field.Names {
						checkName(t, f, id, false)
					}
				}
			}
			return true
		})
	}
}

// checkName fails the test if a name is a riddle.
func checkName(t *testing.T, f goFile, id *ast.Ident, ofPackage bool) {
	t.Helper()
	better, ok := riddles[id.Name]
	if ofPackage && !ok {
		better, ok = vagueTypes[id.Name]
	}
	if ok && termsHere[f.path] != id.Name {
		t.Errorf("%s: the name %s says nothing: say %s", f.set.Position(id.Pos()), id.Name, better)
	}
}

// TestCommentsAndDocumentsAreDirect checks comments in the code and the documents.
func TestCommentsAndDocumentsAreDirect(t *testing.T) {
	t.Parallel()
	for _, f := range goFiles(t) {
		if !swept(f.path) {
			continue
		}
		for _, group := range f.file.Comments {
			checkProse(t, f.set.Position(group.Pos()).String(), group.Text())
		}
	}
	for _, name := range filesBelow(t, ".md") {
		if name != "THIRD_PARTY.md" && swept(name) {
			checkProse(t, name, read(t, filepath.Join(root, name)))
		}
	}
}

// checkProse fails the test for each paraphrase in text; where says where that is.
func checkProse(t *testing.T, where, text string) {
	t.Helper()
	for _, found := range paraphrases.FindAllString(quotation.ReplaceAllString(text, ""), -1) {
		t.Errorf("%s: “%s”: name the subject or the term", where, strings.Join(strings.Fields(found), " "))
	}
}

// TestPageTexts checks the texts of pages: in templ files, and in the strings of web.
func TestPageTexts(t *testing.T) {
	t.Parallel()
	checkText := func(where, text string) {
		for banned, better := range pageTexts {
			if regexp.MustCompile(banned).MatchString(text) {
				t.Errorf("%s: %q: say %q", where, text, better)
			}
		}
	}
	for _, name := range filesBelow(t, ".templ") {
		if !swept(name) {
			continue
		}
		for i, line := range strings.Split(read(t, filepath.Join(root, name)), "\n") {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "//") {
				checkText(name+":"+strconv.Itoa(i+1), line)
			}
		}
	}
	for _, f := range goFiles(t) {
		if !strings.HasPrefix(f.path, "web/") && !strings.HasPrefix(f.path, "views/") || strings.HasSuffix(f.path, "_test.go") || !swept(f.path) {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				checkText(f.set.Position(literal.Pos()).String(), literal.Value)
			}
			return true
		})
	}
}
