package words_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/web/words"
)

// TestEachCauseHasItsOwnWords checks that each cause has an entry, that no two have the same
// text, and that stored causes have texts for the history and for admins.
func TestEachCauseHasItsOwnWords(t *testing.T) {
	t.Parallel()
	stored := map[string]bool{}
	var names []string
	for _, reason := range users.Refusals() {
		names, stored[string(reason)] = append(names, string(reason)), true
	}
	for _, cause := range auth.Causes() {
		names = append(names, string(cause))
	}
	if len(words.Refusals) != len(names) {
		t.Errorf("got %d entries for %d causes", len(words.Refusals), len(names))
	}
	seen := map[string]string{}
	for _, name := range names {
		r, ok := words.Refusals[name]
		if !ok || r.Person == "" || r.Found == "" || r.Fix == "" {
			t.Errorf("%s: got %+v", name, r)
		}
		if (r.Because != "" && r.Admin != "") != stored[name] {
			t.Errorf("%s: stored is %v, words of the history %q, of an admin's page %q", name, stored[name], r.Because, r.Admin)
		}
		for _, text := range []string{r.Person, r.Found} {
			if other := seen[text]; other != "" && other != name {
				t.Errorf("%s is told as %s is: %s", name, other, text)
			}
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s: no sentence: %s", name, text)
			}
			seen[text] = name
		}
	}
}

func TestRefusalOf(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		"bad_address":            fmt.Errorf("sign in: %w", &users.RefusedError{Reason: users.RefusedBadAddress, Detail: "Before the @: x."}),
		"iat_missing":            fmt.Errorf("not asked again yet: %w", &auth.Fault{Cause: auth.CauseNoIssueTime}),
		"authentication_expired": &auth.ProviderError{Code: "temporarily_unavailable", Description: "authentication_expired"},
		"error_unknown":          &auth.ProviderError{Code: "AADB2C90118"},
	} {
		name, r, ok := words.RefusalOf(err)
		if name != want || !ok || r.Person == "" {
			t.Errorf("got %q and %+v, want %q", name, r, want)
		}
		if strings.Contains(r.Person, "Before the @") != (want == "bad_address") {
			t.Errorf("%s: the detail is told: %s", want, r.Person)
		}
	}
	if name, _, ok := words.RefusalOf(errors.New("disk full")); ok {
		t.Errorf("a fault is taken for the refusal %q", name)
	}
}
