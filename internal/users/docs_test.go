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
		"Every page and command asks this table, and every write asks it again in its transaction, with the role that the actor has then. People and service users act by their role, with a token by the lower of the roles that its user had at its issue and has now, as far as its scopes allow. The OpenID provider and the console itself have no permission.\n\n" +
		"| may |")
	for _, role := range users.Roles {
		fmt.Fprintf(&b, " %s |", role)
	}
	b.WriteString(" system user | command line | scope of a token |\n|---|" + strings.Repeat("---|", len(users.Roles)+3) + "\n")
	for _, p := range users.Permissions {
		fmt.Fprintf(&b, "| %s |", p.Words)
		for _, role := range users.Roles {
			fmt.Fprintf(&b, " %s |", p.Rules[role])
		}
		fmt.Fprintf(&b, " %s | %s | `%s` |\n", p.System, p.Operator, p.Scope)
	}
	b.WriteString(`
Beside the table:

- Everyone may see, edit and delete themselves, end their own sessions, and have tokens of their own, unless the setting --personal-tokens is off. System users edit their own record, end their own tokens, and do not delete themselves.
- Whoever answers for a service user may see it and mark it reviewed, whatever their role; and see, issue and end its tokens.
- A token acts in no role above that of who issues, rotates or enables it. People issue their own tokens; the command line issues all, those of system users alone.
- An actor who comes with a token needs its scope for each act, and reaches the tokens of its own user alone. ` + "`api.everything_else`" + ` is ` + "`users.read`, `users.write`, `tokens.self` and, by role, `audit.read`" + `. ` + "`datasets.create`, `files.import` and `files.upload`" + ` allow nothing here.
- Nobody changes their own role or status, save that an owner steps down while there is another active owner.
- There is always an active owner: what would take away the last one is refused, on the pages and at the command line alike. Only the command line can reset the sign-in of the last one: it is the way back in after a change of provider.
- System users are changed by themselves alone.
- A view that is not shared is listed for its owner alone. The audit log tells of it to whoever reads the log.
- A service user is ` + "`user`, `auditor` or `admin`, never `owner`" + `.
`)
	return b.String()
}

func fieldsPage() string {
	var b strings.Builder
	b.WriteString("# The fields and their rules\n\n" + written + "| field | what it may be |\n|---|---|\n")
	for _, f := range users.FieldRules() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", f.Field, strings.ReplaceAll(f.Rule, "|", `\|`))
	}
	b.WriteString("\nAll mistakes in a form are told at once. What was stored by earlier rules stays until it is touched.\n")
	return b.String()
}
