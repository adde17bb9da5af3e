package repotest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const operations = "../../docs/operations.md"

var (
	quoted  = regexp.MustCompile(`“([^”]+)”`)
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
)

// TestOperationsQuotesTheProgram checks that the messages quoted in the operator's guide are those
// of the program, so that a search for one finds it.
func TestOperationsQuotesTheProgram(t *testing.T) {
	t.Parallel()
	var code strings.Builder
	for _, dir := range []string{"../../cmd/console", "../../web", "../../internal"} {
		for _, file := range filesIn(t, dir) {
			if strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") {
				code.WriteString(read(t, file))
			}
		}
	}
	all := quoted.FindAllStringSubmatch(read(t, operations), -1)
	for _, q := range all {
		if !strings.Contains(code.String(), q[1]) {
			t.Errorf("the program has no message %q", q[1])
		}
	}
	if len(all) < 10 {
		t.Errorf("found %d quotations, want those of the table of symptoms", len(all))
	}
}

// TestLinksOfTheDocs checks the links of the documents within the repository.
func TestLinksOfTheDocs(t *testing.T) {
	t.Parallel()
	for _, file := range []string{operations, "../../README.md"} {
		for _, l := range link.FindAllStringSubmatch(read(t, file), -1) {
			target, anchor, _ := strings.Cut(l[1], "#")
			if strings.Contains(target, "://") {
				continue
			}
			path := file
			if target != "" {
				path = filepath.Join(filepath.Dir(file), target)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s links to %s: %v", file, l[1], err)
			} else if anchor != "" && !anchors(read(t, path))[anchor] {
				t.Errorf("%s links to %s, which has no such heading", file, l[1])
			}
		}
	}
}

// anchors returns the names of a document's headings as GitHub makes them.
func anchors(text string) map[string]bool {
	names := map[string]bool{}
	for _, h := range heading.FindAllStringSubmatch(text, -1) {
		name := strings.ReplaceAll(strings.ToLower(h[1]), " ", "-")
		names[regexp.MustCompile(`[^a-z0-9_-]`).ReplaceAllString(name, "")] = true
	}
	return names
}

var (
	block   = regexp.MustCompile("(?s)```sh\n(.*?)```")
	invoked = regexp.MustCompile(`(?m)(?:^|-- |/)console(?:-as-service)? ([a-z][a-z-]+)`)
)

// TestOperationsCommands checks that the commands of the console in the operator's guide exist.
func TestOperationsCommands(t *testing.T) {
	t.Parallel()
	known := subcommands(help(t))
	found := 0
	for _, b := range block.FindAllStringSubmatch(read(t, operations), -1) {
		for _, c := range invoked.FindAllStringSubmatch(b[1], -1) {
			found++
			if !slices.Contains(known, c[1]) {
				t.Errorf("the console has no such command: %q", c[0])
			}
		}
	}
	if found == 0 {
		t.Error("found no command")
	}
}
