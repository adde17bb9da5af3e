package users_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
)

var update = flag.Bool("update", false, "write docs/permissions.md and docs/fields.md")

// TestDocs checks that the pages of the documentation that come from this
// package say what it does.
func TestDocs(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"permissions.md": permissionsPage(), "fields.md": fieldsPage()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("..", "..", "docs", name)
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			got, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, string(got)); diff != "" {
				t.Errorf("docs/%s is not current; run go test ./internal/users -run TestDocs -update (-want +got):\n%s", name, diff)
			}
		})
	}
}

const written = "<!-- Written by go test ./internal/users -run TestDocs -update; edit the table in the code instead. -->\n\n"

func permissionsPage() string {
	var b strings.Builder
	b.WriteString("# Who may do what\n\n" + written +
		"Every page and command asks this table, and every write asks it again in its transaction, with the role that the actor has then. People and service users act by their role. System users, the OpenID provider and the console itself have no permission.\n\n" +
		"| may |")
	for _, role := range users.Roles {
		fmt.Fprintf(&b, " %s |", role)
	}
	b.WriteString(" command line |\n|---|" + strings.Repeat("---|", len(users.Roles)+1) + "\n")
	for _, p := range users.Permissions {
		fmt.Fprintf(&b, "| %s |", p.Words)
		for _, role := range users.Roles {
			fmt.Fprintf(&b, " %s |", p.Rules[role])
		}
		fmt.Fprintf(&b, " %s |\n", p.Operator)
	}
	b.WriteString(`
Beside the table:

- Everyone may see, edit and delete themselves and end their own sessions.
- Whoever answers for a service user may see it and mark it reviewed, whatever their role.
- Nobody changes their own role or status, save that an owner steps down while there is another active owner.
- There is always an active owner: what would take away the last one is refused, on the pages and at the command line alike. Only the command line can reset the sign-in of the last one: it is the way back in after a change of provider.
- System users are seen, and never changed.
- A view that is not shared is listed for its owner alone. The audit log tells of it to whoever reads the log.
- A service user is ` + "`user`, `auditor` or `admin`, never `owner`" + `.
`)
	return b.String()
}

func fieldsPage() string {
	var b strings.Builder
	b.WriteString("# The fields and their rules\n\n" + written + "| field | what it may be |\n|---|---|\n")
	for _, f := range users.FieldRules {
		fmt.Fprintf(&b, "| `%s` | %s |\n", f.Field, strings.ReplaceAll(f.Rule, "|", `\|`))
	}
	b.WriteString("\nAll mistakes in a form are told at once. What was stored by earlier rules stays until it is touched.\n")
	return b.String()
}
