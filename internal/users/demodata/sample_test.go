package demodata_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/demodata"
	"github.com/roboto-ai/console/internal/users/userstest"
)

func testSample(t *testing.T, s *demo, _ []users.User, _ []users.Event) {
	want := map[string]users.User{
		"owner@example.com":       {Role: users.RoleOwner, Status: users.StatusActive},
		"admin@example.com":       {Role: users.RoleAdmin, Status: users.StatusActive},
		"auditor@example.com":     {Role: users.RoleAuditor, Status: users.StatusActive},
		"user@example.com":        {Role: users.RoleUser, Status: users.StatusActive},
		"deactivated@example.com": {Role: users.RoleUser, Status: users.StatusDeactivated},
		"invited@example.com":     {Role: users.RoleUser, Status: users.StatusInvited},
		"unverified@example.com":  {},
		"stranger@example.com":    {},
	}
	for _, sample := range demodata.SamplePeople {
		u, err := s.User(t.Context(), users.Command(""), users.ID(sample.UserID))
		if (err == nil) != sample.InDirectory {
			t.Errorf("%s, in the directory: %v: %v", sample.UserID, sample.InDirectory, err)
		}
		wanted, ok := want[sample.UserID]
		if !ok || u.Role != wanted.Role || u.Status != wanted.Status || sample.InDirectory && u.Name != sample.Name {
			t.Errorf("%s is %s, %s, %s", sample.UserID, u.Name, u.Role, u.Status)
		}
		if sample.EmailVerified == (sample.UserID == "unverified@example.com") || sample.Says == "" {
			t.Errorf("%s: verified %v, says %q", sample.UserID, sample.EmailVerified, sample.Says)
		}
		delete(want, sample.UserID)
	}
	if len(want) > 0 {
		t.Errorf("missing: %v", want)
	}
	d, err := s.Detail(t.Context(), users.Command(""), "user@example.com")
	if err != nil || len(d.ResponsibleFor) != 1 {
		t.Errorf("user@example.com is responsible for %v: %v", d.ResponsibleFor, err)
	}
	recent, err := s.History.Recent(t.Context(), users.Command(""), d.User)
	if err != nil || recent[0].Reason == "" {
		t.Errorf("newest event of user@example.com: got %v, %v", recent, err)
	}
}

func testCreated(t *testing.T, _ *demo, all []users.User, events []users.Event) {
	created := map[users.Key]users.Event{}
	for _, e := range events {
		if e.Action == users.ActionCreated {
			created[e.Target.Key] = e
		}
	}
	for _, u := range all {
		e, ok := created[u.Key]
		if !ok || !e.At.Equal(u.CreatedAt) || e.Actor.Key != u.CreatedBy.Key {
			t.Errorf("%s was created at %s by %q; the event: %v", u.ID, u.CreatedAt, u.CreatedBy.ID, e)
		}
	}
}

func testOrder(t *testing.T, _ *demo, _ []users.User, events []users.Event) {
	for i, e := range events {
		if e.Seq != int64(len(events)-i) {
			t.Fatalf("event %d comes at place %d", e.Seq, i)
		}
		if i > 0 && e.At.After(events[i-1].At) || e.At.After(now) {
			t.Errorf("event %d is at %s", e.Seq, e.At)
		}
		if e.RequestID == "" && e.ActorKind() != users.ActorConsole || !e.ActorErased && (e.Address != "") != (e.ActorKind() == users.ActorPerson) {
			t.Errorf("event %d, %s: request %q from %q", e.Seq, e.Via, e.RequestID, e.Address)
		}
	}
}

func testHistory(t *testing.T, _ *demo, _ []users.User, events []users.Event) {
	count, withoutReason := map[users.Action]int{}, 0
	for _, e := range events {
		count[e.Action]++
		if e.Action == users.ActionDeactivated && e.Reason == "" {
			withoutReason++
		}
	}
	for _, action := range users.Actions {
		if count[action] == 0 && action != users.ActionMoved { // the demo has one issuer
			t.Errorf("there is no %s", action)
		}
	}
	if withoutReason > 0 {
		t.Errorf("%d deactivations without a reason", withoutReason)
	}
	recent := map[users.Action]bool{}
	for _, e := range events[:100] {
		recent[e.Action] = true
	}
	if len(recent) < 7 {
		t.Errorf("the newest events are all of %v", slices.Sorted(maps.Keys(recent)))
	}
}

func testSessions(t *testing.T, s *demo, all []users.User, _ []users.Event) {
	var got []string
	for _, u := range all {
		sessions, err := s.Sessions(t.Context(), users.Command(""), u.ID)
		if err != nil {
			t.Fatal(err)
		}
		for range sessions {
			got = append(got, string(u.ID))
		}
	}
	want := []string{"admin@example.com", "auditor@example.com", "owner@example.com", "user@example.com"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
}

func testIdentities(t *testing.T, s *demo, all []users.User, _ []users.Event) {
	for _, u := range all {
		if !u.Identified() {
			continue
		}
		d, err := s.Detail(t.Context(), users.Command(""), u.ID)
		if err != nil || len(d.Identities) != 1 || d.Identities[0].Issuer != userstest.Issuer || d.Identities[0].Subject != "sub-"+string(u.ID) {
			t.Errorf("%s: %v, %v", u.ID, d.Identities, err)
		}
	}
}

// testTokens checks the tokens of the sample's service user: one is being rotated, and not every
// program has switched; one ends soon, one is unused, one is revoked and still tried.
func testTokens(t *testing.T, s *demo, _ []users.User, _ []users.Event) {
	haruto, err := s.User(t.Context(), users.Command(""), "user@example.com")
	if err != nil {
		t.Fatal(err)
	}
	actor := users.Actor{}.As(haruto)
	all, err := s.Tokens(t.Context(), actor, "warehouse-uploader")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]users.Token{}
	for _, token := range all {
		if token.Replaces == "" {
			named[token.Name] = token
		}
	}
	testRotation(t, s, actor, named["Evening upload"].ID)
	if soon := named["Label printer"]; !soon.EndsSoon(now) || soon.LastUsed.Tool != "label-printer/3.1" {
		t.Errorf("the token that ends soon: got %+v", soon)
	}
	if unused := named["Inventory report"]; !unused.LastUsed.At.IsZero() || unused.State(now) != users.TokenLive {
		t.Errorf("the unused token: got %+v", unused)
	}
	if left := named["Stock count"]; left.ShownTo.ID != "deactivated@example.com" || left.State(now) != users.TokenLive {
		t.Errorf("the token that is known to a person who left: got %+v", left)
	}
	uses, err := s.TokenUses(t.Context(), actor, named["First try"].ID)
	if err != nil || len(uses.Clients) != 2 || uses.Clients[0].Refused != 2 || uses.Clients[0].Network != "203.0.113.66" {
		t.Errorf("the revoked token: got %+v, %v", uses.Clients, err)
	}
}

// testRotation checks which programs have switched from a rotated token.
func testRotation(t *testing.T, s *demo, actor users.Actor, id users.TokenID) {
	t.Helper()
	state, err := s.RotationOf(t.Context(), actor, id)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range state.Clients {
		got[c.Label()] = string(c.State) + ", " + c.Cadence.String()
	}
	want := map[string]string{
		"grafana-agent at 10.0.4.0/24": "switched, Hourly on workdays", "roboto-sdk at 10.0.7.12": "switched, Daily", "roboto-sdk at 10.0.4.7": "not_switched, Weekly, Sundays",
		"curl at 192.0.2.44": "not_switched, 2 times", "python-httpx at 198.51.100.30": "struck_off, Once",
	}
	if diff := cmp.Diff(want, got); diff != "" || state.Verdict.Safe || state.Verdict.Settled != 3 {
		t.Errorf("programs of the old token (-want +got):\n%s%+v", diff, state.Verdict)
	}
}
