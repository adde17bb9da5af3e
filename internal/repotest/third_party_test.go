package repotest

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the files that tests compare with")

const thirdParty = "../../THIRD_PARTY.md"

// kinds identify a licence by words that are in no other, the most specific first.
var kinds = []struct{ name, words string }{
	{"Apache-2.0", "Apache License"},
	{"MPL-2.0", "Mozilla Public License"},
	{"OFL-1.1", "SIL OPEN FONT LICENSE"},
	{"BSD-3-Clause", "Neither the name"},
	{"BSD-3-Clause", "names of its contributors"},
	{"BSD-2-Clause", "Redistributions of source code"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"Unlicense", "This is free and unencumbered software"},
	{"0BSD", "Zero-Clause BSD"},
}

// TestThirdParty checks that THIRD_PARTY.md has the licences of all components of the program, and
// no others. Run it with -update to write the file.
func TestThirdParty(t *testing.T) {
	t.Parallel()
	var table, texts strings.Builder
	for _, c := range append(linkedModules(t), vendoredFiles(t)...) {
		kind := c.kind(t)
		fmt.Fprintf(&table, "| %s | %s | %s |\n", c.name, c.version, kind)
		fmt.Fprintf(&texts, "\n## %s\n\n```\n%s\n```\n", c.name, strings.TrimSpace(c.text))
	}
	want := "# Third-party licences\n\nWhat is in the program beside our own code, and under which terms. Written by\n" +
		"`go test ./internal/repotest -run TestThirdParty -update`.\n\n| component | version | licence |\n|---|---|---|\n" +
		table.String() + texts.String()
	if *update {
		if err := os.WriteFile(thirdParty, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(thirdParty)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Errorf("THIRD_PARTY.md is not what the program is made of; write it with -update")
	}
}

// A component is a third-party part of the program.
type component struct{ name, version, text string }

// kind returns the SPDX identifier of the licence. An unknown licence fails the test, so that it
// is read before it is added to kinds.
func (c component) kind(t *testing.T) string {
	t.Helper()
	for _, k := range kinds {
		if strings.Contains(c.text, k.words) {
			return k.name
		}
	}
	t.Errorf("%s: unknown licence", c.name)
	return "unknown"
}

// linkedModules returns the modules that are linked into the program, and Go.
func linkedModules(t *testing.T) []component {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}} {{.Dir}}{{end}}{{end}}", "../../cmd/console")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=0") // the same list on every machine
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	slices.Sort(lines)
	var all []component
	for _, line := range slices.Compact(lines) {
		if f := strings.Fields(line); len(f) == 3 {
			all = append(all, component{f[0], f[1], licenceIn(t, f[2])})
		}
	}
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return append(all, component{"Go", "its standard library", licenceIn(t, strings.TrimSpace(string(root)))})
}

var licenceName = regexp.MustCompile(`(?i)^(licen[cs]e|copying)(\.(md|txt))?$`)

// licenceIn returns the text of the licence in a module's root.
func licenceIn(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if licenceName.MatchString(e.Name()) {
			text, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			return string(bytes.ReplaceAll(text, []byte("\r"), nil))
		}
	}
	t.Errorf("%s: no licence", dir)
	return ""
}

// vendoredFiles returns the components in static/vendor.json whose files are served.
func vendoredFiles(t *testing.T) []component {
	t.Helper()
	text, err := os.ReadFile("../../static/vendor.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []struct {
		Name, Version string
		Files         []struct{ To string }
	}
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	var all []component
	for _, v := range list {
		for _, f := range v.Files {
			if base := filepath.Base(f.To); strings.HasPrefix(f.To, "static/") && (licenceName.MatchString(base) || strings.HasPrefix(base, "OFL")) {
				licence, err := os.ReadFile(filepath.Join("../..", f.To))
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, component{v.Name, v.Version, string(licence)})
			}
		}
	}
	return all
}
