// Package docstest runs the commands of the documents as written. [Blocks] reads them from
// the Markdown; the plan in plan_test.go says of each block where it runs, or why it does
// not, and a test of `make test` compares it with the documents. `make docs-test` makes a
// bare Debian, enters it and runs the blocks there: that is package inside.
package docstest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Documents are the documents whose commands are run or listed, by their paths from the
// root of the repository.
func Documents(root string) ([]string, error) {
	docs, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		return nil, err
	}
	names := []string{"README.md"}
	for _, doc := range docs {
		names = append(names, "docs/"+filepath.Base(doc))
	}
	return names, nil
}

// A Block is a fenced block of a document.
type Block struct {
	Doc      string // path from the root
	Language string // as the fence names it: sh, sql or none
	Text     string
}

// First returns the first line of the block, by which the plan names it.
func (b Block) First() string {
	first, _, _ := strings.Cut(b.Text, "\n")
	return first
}

var fence = regexp.MustCompile("(?ms)^( *)```([a-z]*)\n(.*?)^ *```$")

// Blocks returns the fenced blocks of a document, in their order.
func Blocks(root, doc string) ([]Block, error) {
	text, err := os.ReadFile(filepath.Join(root, doc))
	if err != nil {
		return nil, err
	}
	var blocks []Block
	for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
		text := strings.ReplaceAll("\n"+m[3], "\n"+m[1], "\n")[1:] // without the indentation of the fence
		blocks = append(blocks, Block{doc, m[2], text})
	}
	return blocks, nil
}

// Find returns the one block of a document whose first line is first.
func Find(root, doc, first string) (Block, error) {
	blocks, err := Blocks(root, doc)
	if err != nil {
		return Block{}, err
	}
	blocks = slices.DeleteFunc(blocks, func(b Block) bool { return b.First() != first })
	if len(blocks) != 1 {
		return Block{}, fmt.Errorf("%s has %d blocks that begin with %q, want one", doc, len(blocks), first)
	}
	return blocks[0], nil
}
