package directory_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	godiff "github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/spelling"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// randomOrg returns random fields by which an organisation sorts its users. Service users have
// neither title nor manager.
func randomOrg(r *rand.Rand, managers []string) (f users.OrgFields) {
	if r.IntN(3) > 0 {
		f.Department = new([]string{"Field", "Field Support", "FIELD", "Développement", "R & D"}[r.IntN(5)])
	}
	if r.IntN(3) > 0 {
		f.Labels = new([]string{"contractor", "night-shift", "café", "contractor,café", "night-shift,on call"}[r.IntN(5)])
	}
	if len(managers) > 0 && r.IntN(2) > 0 {
		f.Manager = new(managers[r.IntN(min(len(managers), 4))])
	}
	return f
}

// askOrg adds random filters by department, label and manager to q, some of them typed.
func (q *question) askOrg(r *rand.Rand) {
	maybe := func(values ...string) directory.Values {
		if r.IntN(4) > 0 {
			return ""
		}
		return directory.Values(values[r.IntN(len(values))])
	}
	q.Department = maybe("field", "Field Support", "developpement", "field,R & D", "fie", "nowhere")
	q.Label = maybe("contractor", "CAFE", "night-shift,cafe", "contr", "on call", "none")
	q.Manager = maybe("P1.garcia@example.com", "ana muller", "José García,ana garcia", "owner@example.com", "nobody", "p1")
	if r.IntN(6) > 0 || strings.ContainsAny(q.word, ":,;") {
		return
	}
	q.typed = [][2]string{{"department", "fie"}, {"department", "field"}, {"label", "contr"}, {"label", "café"}, {"manager", "p"}, {"manager", "p1.garcia@example.com"}}[r.IntN(6)]
	q.Text = strings.TrimSpace(q.word + " " + q.typed[0] + ":" + q.typed[1])
}

// holdsOrg reports whether the filters by department, label and manager select u.
func (q question) holdsOrg(u users.User) bool {
	one := func(values directory.Values, has ...string) bool {
		return values == "" || slices.ContainsFunc(strings.Split(string(values), ","), func(value string) bool {
			return slices.ContainsFunc(has, func(h string) bool { return h != "" && spelling.Fold(h) == spelling.Fold(value) })
		})
	}
	labels := users.SplitLabels(u.Labels)
	if !one(q.Department, u.Department) || !one(q.Label, labels...) || !one(q.Manager, string(u.Manager.ID), u.Manager.Label()) {
		return false
	}
	switch begins := spelling.Fold(q.typed[1]); q.typed {
	case [2]string{"department", "fie"}:
		return strings.HasPrefix(spelling.Fold(u.Department), begins)
	case [2]string{"department", "field"}: // a whole name
		return spelling.Fold(u.Department) == begins
	case [2]string{"label", "contr"}, [2]string{"label", "café"}:
		return slices.ContainsFunc(labels, func(l string) bool { return strings.HasPrefix(spelling.Fold(l), begins) })
	case [2]string{"manager", "p"}, [2]string{"manager", "p1.garcia@example.com"}:
		return strings.HasPrefix(string(u.Manager.ID), begins)
	}
	return true
}

// checkKeys checks that the keys of all users of q are those of want, each with the version of its
// record, and that they are refused where they are too many. Who comes first in a list because of
// their name has no place of their own among keys.
func checkKeys(t *testing.T, d *userstest.Directory, q question, all []users.User, want []users.ID) {
	t.Helper()
	frozen := make([]users.Frozen, len(want))
	for i, id := range want {
		u := all[slices.IndexFunc(all, func(u users.User) bool { return u.ID == id })]
		frozen[i] = users.Frozen{Key: u.Key, Version: u.Version}
	}
	got, err := d.Directory.Keys(t.Context(), d.Owner, q.Query, len(want))
	byKey := func(a, b users.Frozen) int { return strings.Compare(string(a.Key), string(b.Key)) }
	slices.SortFunc(frozen, byKey)
	slices.SortFunc(got, byKey)
	if diff := godiff.Diff(fmt.Sprint(frozen), fmt.Sprint(got)); err != nil || diff != "" {
		t.Fatalf("keys of %+v: %v (-want +got):\n%s", q, err, diff)
	}
	if len(want) > 0 {
		if _, err := d.Directory.Keys(t.Context(), d.Owner, q.Query, len(want)-1); err == nil {
			t.Errorf("%+v: got more keys than allowed", q)
		}
	}
}
