package doctor_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/doctor"
)

// TestRightSetup finds nothing to say where all is right.
func TestRightSetup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	found := w.examine(t)
	onlyThese(t, found)
	for _, f := range found {
		if f.Level == doctor.Unknown {
			t.Errorf("not found out: %s", f.Line())
		}
	}
	everyCheckIsTold(t, found, false, false)
	tellsNoSecret(t, w, found)
}

// everyCheckIsTold checks that there is one finding of each check, save of those that
// are for PostgreSQL, of that for a console that runs unless one does, and of those of a sign-in if there was none.
func everyCheckIsTold(t *testing.T, found []doctor.Finding, signIn, runs bool) {
	t.Helper()
	var want, got []string
	for _, c := range doctor.Checks {
		postgres := slices.Contains([]string{"database encryption", "database server", "database search", "database rights", "database access"}, c.Name)
		if !postgres && (signIn || !c.SignIn) && (runs || c.Name != "running console") {
			want = append(want, c.Name)
		}
	}
	for _, f := range found {
		got = append(got, f.Check)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("checks (-want +got):\n%s", diff)
	}
}

// TestWrongSetups spoils one thing at a time: that check finds it and names the fix,
// and no other blames anything.
func TestWrongSetups(t *testing.T) {
	t.Parallel()
	all := map[string]setup{}
	for _, setups := range []map[string]setup{providerSetups, machineSetups, proxySetups} {
		maps.Copy(all, setups)
	}
	for name, s := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s.spoil(t, w)
			found := w.examine(t)
			names(t, found, s)
			onlyThese(t, found, s.check)
			tellsNoSecret(t, w, found)
		})
	}
}

// names checks that the check of s came to its finding.
func names(t *testing.T, found []doctor.Finding, s setup) {
	t.Helper()
	i := slices.IndexFunc(found, func(f doctor.Finding) bool { return f.Check == s.check })
	if i < 0 {
		t.Fatalf("nothing is said of %s", s.check)
	}
	f := found[i]
	if f.Level != s.level || !strings.Contains(f.Line(), s.says) || f.Fix == "" {
		t.Errorf("got %s\nwant %s that says %q, and a fix", f.Line(), s.level, s.says)
	}
}

// onlyThese checks that no other check blames anything. What the file system of the
// tests is nobody chose.
func onlyThese(t *testing.T, found []doctor.Finding, checks ...string) {
	t.Helper()
	for _, f := range found {
		passing := f.Check == "database file system" && f.Level == doctor.Warning
		if f.Level >= doctor.Warning && !slices.Contains(checks, f.Check) && !passing {
			t.Errorf("blamed for nothing: %s", f.Line())
		}
	}
}

// tellsNoSecret looks for secrets in all that is said.
func tellsNoSecret(t *testing.T, w *world, found []doctor.Finding) {
	t.Helper()
	text := fmt.Sprintf("%+v", found)
	for _, secret := range w.op.Secrets() {
		if strings.Contains(text, secret) {
			t.Errorf("a secret is told: %s", secret)
		}
	}
}
