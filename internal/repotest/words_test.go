package repotest

import (
	"go/ast"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

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

// writtenFiles returns the Go files, generated ones left out.
func writtenFiles(t *testing.T) []goFile {
	t.Helper()
	return goFiles(t, func(f goFile) bool { return !f.generated() })
}

// eachText calls check for each file whose name has a suffix.
func eachText(t *testing.T, suffix string, check func(name, text string)) {
	t.Helper()
	names, err := filesNamed(suffix)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		check(name, read(t, filepath.Join(root, name)))
	}
}

// TestIdentifiersAreTermsOfArt checks the names of types, functions, methods and fields.
func TestIdentifiersAreTermsOfArt(t *testing.T) {
	t.Parallel()
	for _, f := range writtenFiles(t) {
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
		t.Errorf("%s: the name %s says nothing: say %s", f.at(id.Pos()), id.Name, better)
	}
}

// TestCommentsAndDocumentsAreDirect checks comments in the code and the documents.
func TestCommentsAndDocumentsAreDirect(t *testing.T) {
	t.Parallel()
	for _, f := range writtenFiles(t) {
		for _, group := range f.file.Comments {
			checkProse(t, f.at(group.Pos()), group.Text())
		}
	}
	eachText(t, ".md", func(name, text string) {
		if name != "THIRD_PARTY.md" {
			checkProse(t, name, text)
		}
	})
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
	eachText(t, ".templ", func(name, text string) {
		for i, line := range strings.Split(text, "\n") {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "//") {
				checkText(name+":"+strconv.Itoa(i+1), line)
			}
		}
	})
	for _, f := range writtenFiles(t) {
		if f.isTest() || !strings.HasPrefix(f.path, "web/") && !strings.HasPrefix(f.path, "views/") {
			continue
		}
		ast.Inspect(f.file, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok && literal.Kind == token.STRING {
				checkText(f.at(literal.Pos()), literal.Value)
			}
			return true
		})
	}
}
