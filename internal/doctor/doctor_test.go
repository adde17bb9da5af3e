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

// TestCorrectSetup checks that a correct environment has no warnings.
func TestCorrectSetup(t *testing.T) {
	t.Parallel()
	w := newEnvironment(t)
	found := w.examine(t)
	mustBlameOnly(t, found)
	for _, f := range found {
		if f.Level == doctor.Unknown {
			t.Errorf("unknown: %s", f.Line())
		}
	}
	mustReportEachCheck(t, found, false, false)
	mustHideSecrets(t, w, found)
}

// mustReportEachCheck fails the test unless each check has one finding, except checks of
// PostgreSQL, of a sign-in unless signIn is set, and of a running console unless runs is set.
func mustReportEachCheck(t *testing.T, found []doctor.Finding, signIn, startConsole bool) {
	t.Helper()
	var want, got []string
	for _, c := range doctor.Checks {
		postgres := slices.Contains([]string{"database encryption", "database server", "database search", "database rights", "database access"}, c.Name)
		if !postgres && (signIn || !c.SignIn) && (startConsole || c.Name != "running console") {
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

// TestFaultySetups damages one part at a time: its check finds the fault and names a fix, and
// no other check warns.
func TestFaultySetups(t *testing.T) {
	t.Parallel()
	all := map[string]setup{}
	for _, setups := range []map[string]setup{providerSetups, machineSetups, proxySetups} {
		maps.Copy(all, setups)
	}
	for name, s := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newEnvironment(t)
			s.damage(t, w)
			found := w.examine(t)
			mustFind(t, found, s)
			mustBlameOnly(t, found, s.check)
			mustHideSecrets(t, w, found)
		})
	}
}

// mustFind fails the test unless the check of s has its finding.
func mustFind(t *testing.T, found []doctor.Finding, s setup) {
	t.Helper()
	i := slices.IndexFunc(found, func(f doctor.Finding) bool { return f.Check == s.check })
	if i < 0 {
		t.Fatalf("no finding of %s", s.check)
	}
	f := found[i]
	if f.Level != s.level || !strings.Contains(f.Line(), s.contains) || f.Fix == "" {
		t.Errorf("got %s\nwant %s that says %q, and a fix", f.Line(), s.level, s.contains)
	}
}

// mustBlameOnly fails the test if another check has a warning or worse. The file system of the
// tests may be unsuitable.
func mustBlameOnly(t *testing.T, found []doctor.Finding, checks ...string) {
	t.Helper()
	for _, f := range found {
		passing := f.Check == "database file system" && f.Level == doctor.Warning
		if f.Level >= doctor.Warning && !slices.Contains(checks, f.Check) && !passing {
			t.Errorf("unexpected: %s", f.Line())
		}
	}
}

// mustHideSecrets fails the test if a finding contains a secret.
func mustHideSecrets(t *testing.T, w *environment, found []doctor.Finding) {
	t.Helper()
	text := fmt.Sprintf("%+v", found)
	for _, secret := range w.op.Secrets() {
		if strings.Contains(text, secret) {
			t.Errorf("a finding contains the secret %s", secret)
		}
	}
}
