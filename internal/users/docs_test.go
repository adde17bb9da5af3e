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
	b.WriteString("# Permissions\n\n" + written +
		"Pages and commands check this table, and every write checks it again in its transaction, with the actor's current role. The role of a token is the lower of its user's roles at its issue and now, limited by its scopes. The OpenID provider and the console itself have no permissions.\n\n" +
		"|| permission |")
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
In addition:

- All users may see, edit and delete themselves, end their own sessions, and have tokens, unless --personal-tokens is off. System users may edit their own record and end their own tokens, but not delete themselves.
- The person responsible for a service user may see it, mark it as reviewed, and see, issue and end its tokens, with any role.
- A token's role is never above the role of the actor who issues, rotates or enables it. People issue their own tokens; the command line issues all tokens, and only it those of system users.
- With a token, each permission needs its scope, and only the tokens of the token's own user are accessible. ` + "`api.everything_else`" + ` is ` + "`users.read`, `users.write`, `tokens.self` and, by role, `audit.read`" + `. ` + "`datasets.create`, `files.import` and `files.upload`" + ` have no effect here.
- No one may change their own role or status, except that an owner may step down while there is another active owner.
- There is always an active owner: a change that would remove the last one is refused, also at the command line. Only the command line can reset the last owner's sign-in, to regain access after a change of the provider.
- System users are changed only by themselves.
- A view that is not shared is listed only for its owner. Its events are in the audit log.
- A service user is ` + "`user`, `auditor` or `admin`, never `owner`" + `.
`)
	return b.String()
}

func fieldsPage() string {
	var b strings.Builder
	b.WriteString("# Fields\n\n" + written + "|| field | rule |\n|---|---|\n")
	for _, f := range users.FieldRules() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", f.Field, strings.ReplaceAll(f.Rule, "|", `\|`))
	}
	b.WriteString("\nAll errors in a form are reported together. Values stored under earlier rules stay until they are changed.\n")
	return b.String()
}
