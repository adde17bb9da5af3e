// Package docstest runs the commands in the documents. [Blocks] parses them from the Markdown;
// the plan in plan_test.go lists the blocks that are not run, with reasons, and is compared
// with the documents by `make test`. `make docs-test` builds a minimal Debian and runs the
// other blocks in a chroot: see package inside.
package docstest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Documents returns the documents whose commands are run, as paths from the root.
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

// A Block is a fenced code block.
type Block struct {
	Doc      string // path from the root
	Language string // info string: sh, sql or none
	Text     string
}

// First returns the block's first line, which identifies it in the plan.
func (b Block) First() string {
	first, _, _ := strings.Cut(b.Text, "\n")
	return first
}

var fence = regexp.MustCompile("(?ms)^( *)```([a-z]*)\n(.*?)^ *```$")

// Blocks returns the fenced blocks of a document, in order.
func Blocks(root, doc string) ([]Block, error) {
	text, err := os.ReadFile(filepath.Join(root, doc))
	if err != nil {
		return nil, err
	}
	var blocks []Block
	for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
		text := strings.ReplaceAll("\n"+m[3], "\n"+m[1], "\n")[1:] // remove the fence's indentation
		blocks = append(blocks, Block{doc, m[2], text})
	}
	return blocks, nil
}

// Find returns the block of a document with that first line.
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
