package docstest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/docstest"
)

const root = "../.."

// notRun are the blocks that no scenario runs, by document and first line, with the reason.
var notRun = map[string]map[string]string{
	"README.md": {
		"make run     # a whole console on http://127.0.0.1:8080, with sample people": "the browser's tests run the demo; make test is what runs this test",
		"bin/console demo --users 1000000 --database sqlite:data/million.db":          "it takes minutes; make bench makes the same directory",
	},
	"docs/operations.md": {
		"docker build --build-arg VERSION=1.0.0 -t console:1.0.0 .":                        "it wants Docker; TestCompose reads the files",
		"docker compose run --rm migrate":                                                  "it wants Docker; TestCompose reads the files",
		"docker run -d --name console --restart unless-stopped --stop-timeout 60 \\":       "it wants Docker; TestDockerfile reads what it starts",
		"kubectl apply -f deploy/kubernetes/namespace.yaml":                                "it wants a cluster; the tests TestKubernetes… read the files",
		"console-as-service identities list":                                               "it wants people who are bound to an old issuer; TestIdentities runs these commands",
		"console-as-service users erase ana@example.com":                                   "it wants a user to erase; TestUsersErase runs the command",
		"install -m 0644 deploy/systemd/console.socket /etc/systemd/system/console.socket": "it wants systemd to listen; TestHandover passes a listener on",
	},
	"docs/in-front.md": {
		"nginx -t && systemctl reload nginx":                                                          "it wants a certificate and systemd; TestInFront matches every path of the API with the block",
		"caddy validate --config /etc/caddy/Caddyfile && systemctl reload caddy":                      "it wants Caddy and systemd; TestInFront matches every path of the API with the block",
		"console token create --user platform-gateway --scope tokens.introspect --name introspection": "it wants the service user; TestTokenCreate runs the command",
		"curl -H \"Authorization: Bearer $INTROSPECTION_TOKEN\" \\":                                   "it wants secrets; TestIntrospect sends the same",
		"curl https://api.example.com/.well-known/roboto.json":                                        "it wants the two names; TestDocument sends the same",
	},
	"docs/backup.md": {
		"litestream restore -o /tmp/console.db s3://backups.example.com/console": "it wants Litestream and a place to copy to",
	},
	"docs/observation.md": {
		"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318": "these are variables for the settings; TestTraces serves with them",
	},
	"docs/performance.md": {
		"make bench                                     # prints the table below": "it takes ten minutes",
	},
	"docs/copy.md": {
		"console copy sqlite:data/console.db postgres://console_owner@db.example.com/console --serve-role console": "docs/operations.md has the same with the paths of the installation, and that is run",
	},
}

// TestBlocksAreRunOrListed checks that each block of commands is run by a scenario or listed in
// notRun, and that notRun lists no other blocks.
func TestBlocksAreRunOrListed(t *testing.T) {
	t.Parallel()
	docs, err := docstest.Documents(root)
	if err != nil {
		t.Fatal(err)
	}
	scenarios := scenarioText(t)
	for _, doc := range docs {
		blocks, err := docstest.Blocks(root, doc)
		if err != nil {
			t.Fatal(err)
		}
		listed := notRun[doc]
		seen := map[string]bool{}
		for _, b := range blocks {
			if b.Language != "sh" {
				continue
			}
			first := b.First()
			run, why := strings.Contains(scenarios, `"`+first+`"`) || strings.Contains(scenarios, "`"+first+"`"), listed[first]
			switch {
			case seen[first]:
				t.Errorf("%s: two blocks begin with %q, so the plan cannot tell them apart", doc, first)
			case run && why != "":
				t.Errorf("%s: %q is run, and listed as not run", doc, first)
			case !run && why == "":
				t.Errorf("%s: no scenario runs the block that begins with %q, and it is not listed", doc, first)
			}
			seen[first] = true
		}
		for first := range listed {
			if !seen[first] {
				t.Errorf("%s has no block that begins with %q", doc, first)
			}
		}
	}
}

// scenarioText returns the source of the scenarios.
func scenarioText(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	for _, file := range []string{"scenarios_linux_test.go", "postgres_linux_test.go", "two_linux_test.go"} {
		text, err := os.ReadFile("inside/" + file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return strings.ReplaceAll(all.String(), `\\`, `\`)
}

// TestBlocks parses blocks of Markdown.
func TestBlocks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := "Text\n\n```sh\none\ntwo\n```\n\n1. item\n\n   ```sh\n   three\n     four\n   ```\n\n```\nfive\n```\n"
	if err := os.WriteFile(dir+"/x.md", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	blocks, err := docstest.Blocks(dir, "x.md")
	if err != nil {
		t.Fatal(err)
	}
	want := []docstest.Block{{"x.md", "sh", "one\ntwo\n"}, {"x.md", "sh", "three\n  four\n"}, {"x.md", "", "five\n"}}
	if len(blocks) != len(want) {
		t.Fatalf("got %q, want %q", blocks, want)
	}
	for i := range want {
		if blocks[i] != want[i] {
			t.Errorf("block %d: got %q, want %q", i, blocks[i], want[i])
		}
	}
	if _, err := docstest.Find(dir, "x.md", "six"); err == nil {
		t.Error("a block that is not there: got no error")
	}
}
