package directory_test

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/internal/users/userstest"
)

// exportEnds are the ways to lose the permission to export while an export is under way.
var exportEnds = map[string]struct {
	end func(*testing.T, *userstest.Directory, users.Actor) error
	why users.Revocation
}{
	"deactivation": {func(t *testing.T, d *userstest.Directory, a users.Actor) error {
		return d.Deactivate(t.Context(), d.Owner, a.ID, users.Departure{})
	}, users.RevokedDeactivated},
	"deletion": {func(t *testing.T, d *userstest.Directory, a users.Actor) error {
		return d.Delete(t.Context(), d.Owner, a.ID, users.Deletion{Confirm: string(a.ID)})
	}, users.RevokedDeleted},
	"demotion": {func(t *testing.T, d *userstest.Directory, a users.Actor) error {
		_, err := d.ChangeRole(t.Context(), d.Owner, a.ID, users.RoleChange{Role: users.RoleUser})
		return err
	}, users.RevokedRole},
	"sign-out": {func(t *testing.T, d *userstest.Directory, a users.Actor) error {
		return d.EndSession(t.Context(), a, a.ID, a.Session, "")
	}, users.RevokedSession},
	"the session's end": {func(t *testing.T, d *userstest.Directory, a users.Actor) error {
		d.Clock.Advance(users.DefaultSessionLifetime)
		return nil
	}, users.RevokedSession},
}

// TestExportPermit ends an export at the next check of the permission after it is lost, and
// records that as an event of the console.
func TestExportPermit(t *testing.T) {
	t.Parallel()
	for name, test := range exportEnds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := userstest.New(t)
			crowd(t, d, 12)
			d.Directory.SetExportSlice(5)
			auditor := d.Person(t, "auditor@example.com", users.RoleAuditor)
			from := d.Last(t)
			file := new(userstest.Sink)
			sends := 0
			file.OnSend = func() error {
				if sends++; sends == 2 {
					if err := test.end(t, d, auditor); err != nil {
						t.Fatal(err)
					}
					d.Clock.Advance(251 * time.Millisecond)
				}
				return file.Permit.Check(t.Context())
			}
			err := d.Directory.Export(t.Context(), auditor, directory.Query{}, userstest.CSV, file)
			if revoked, ok := errors.AsType[*users.RevokedError](err); !ok || revoked.Why != test.why || sends != 2 {
				t.Errorf("got %v after %d slices", err, sends)
			}
			last := d.Since(t, from)
			begun, ended := last[0], last[len(last)-1]
			want := []users.Change{{Field: "export", New: strconv.FormatInt(begun.Seq, 10)}, {Field: "users", New: "5"}, {Field: "of", New: "14"}, {Field: "end", New: string(test.why)}}
			if diff := cmp.Diff(want, ended.Changes); diff != "" || begun.Action != users.ActionExported || ended.Action != users.ActionExportEnded {
				t.Errorf("%s, %s (-want +got):\n%s", begun.Action, ended.Action, diff)
			}
			if ended.Actor.Key != "" || ended.RequestID != auditor.RequestID {
				t.Errorf("the end is an act of %v in request %s", ended.Actor, ended.RequestID)
			}
		})
	}
}
