package repotest

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// deployDir holds examples for operators.
const deployDir = "../../deploy"

var variableName = regexp.MustCompile(`\bCONSOLE_[A-Z_]+\b`)

// notSettings are variables of deploy/ itself.
var notSettings = []string{"CONSOLE_IMAGE", "CONSOLE_HOST"}

// TestDeployUsesRealSettings checks every variable that deploy/ and the documents mention: the
// program ignores a variable that is no setting.
func TestDeployUsesRealSettings(t *testing.T) {
	t.Parallel()
	known, found := variables(t), 0
	files, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, filesIn(t, deployDir)...) {
		for _, name := range variableName.FindAllString(read(t, file), -1) {
			found++
			if !slices.Contains(known, name) && !slices.Contains(notSettings, name) {
				t.Errorf("%s: the program has no setting %s", file, name)
			}
		}
	}
	if found == 0 {
		t.Error("found no variable at all")
	}
}

// A node is part of a YAML document.
type node map[string]any

// documents returns the YAML documents in text. A duplicate key fails the test.
func documents(t *testing.T, text string) []node {
	t.Helper()
	var all []node
	for decoder := yaml.NewDecoder(bytes.NewBufferString(text)); ; {
		var n node
		if err := decoder.Decode(&n); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, n)
	}
}

// at returns the value at a path like "spec.containers.0.image", nil if there is none.
func (n node) at(path string) any {
	var here any = n
	for step := range strings.SplitSeq(path, ".") {
		switch inner := here.(type) {
		case node:
			here = inner[step]
		case []any:
			if i := int(step[0] - '0'); i < len(inner) {
				here = inner[i]
			} else {
				here = nil
			}
		default:
			return nil
		}
	}
	return here
}

// child returns the part at path, empty if there is none.
func (n node) child(path string) node {
	part, _ := n.at(path).(node)
	return part
}

// text returns the text at path, empty if there is none.
func (n node) text(path string) string {
	s, _ := n.at(path).(string)
	return s
}

// texts returns the texts in the list at path.
func (n node) texts(path string) []string {
	list, _ := n.at(path).([]any)
	var all []string
	for _, item := range list {
		if s, ok := item.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// has fails the test unless the part has the given values, as fmt shows them.
func (n node) has(t *testing.T, who string, want map[string]any) {
	t.Helper()
	for path, value := range want {
		if got := n.at(path); got != value {
			t.Errorf("%s: %s is %v, want %v", who, path, got, value)
		}
	}
}
