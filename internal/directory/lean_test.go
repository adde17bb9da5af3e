package directory_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// TestUsers_lean compares lean lists with the others: the users are the same, without what lean lists
// lack.
func TestUsers_lean(t *testing.T) {
	t.Parallel()
	d := hundredDaysOn(t)
	for _, q := range []directory.Query{{}, {Sort: "-created"}, {Sort: "seen"}, {Text: "bob"}, {View: directory.ViewQuiet}, {Kind: directory.Values(users.KindService)}} {
		whole := page(t, d, q)
		q.Lean = true
		lean := page(t, d, q)
		if len(whole.Users) == 0 || whole.Total != lean.Total || whole.Next != lean.Next {
			t.Errorf("%+v: got %d users, %+v, want %+v", q, len(lean.Users), lean.Total, whole.Total)
		}
		for i, want := range whole.Users {
			want.Responsible, want.Manager, want.Title, want.TimeZone, want.ReviewOn, want.UpdatedAt, want.Version = users.Ref{}, users.Ref{}, "", "", "", time.Time{}, 0
			if i >= len(lean.Users) || !reflect.DeepEqual(lean.Users[i], want) {
				t.Errorf("%+v: user %d is not %+v", q, i, want)
			}
		}
	}
}
