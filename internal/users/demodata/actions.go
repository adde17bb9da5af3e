package demodata

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// An action does something in the directory as an actor.
type action func(context.Context, *builder, users.Actor) error

// addPerson adds a person, who can be an actor from then on.
func addPerson(n users.NewPerson) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		u, err := f.AddPerson(ctx, a, n)
		f.keys[n.ID] = u.Key
		return err
	}
}

// createService creates a service user.
func createService(n users.NewServiceUser) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		_, err := f.CreateServiceUser(ctx, a, n)
		return err
	}
}

// edit edits a user.
func edit(id string, e users.Edit) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		_, err := f.Edit(ctx, a, users.ID(id), e)
		return err
	}
}

// editProfile edits the record of the actor.
func editProfile(e users.ProfileEdit) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		_, err := f.EditProfile(ctx, a, e)
		return err
	}
}

// changeRole changes the role of a user, which ends the user's sessions.
func changeRole(id string, role users.Role, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		_, err := f.ChangeRole(ctx, a, users.ID(id), users.RoleChange{Role: role, Reason: reason})
		return err
	}
}

// deactivate deactivates a user and hands the user's service users over to the actor.
func deactivate(id, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.Deactivate(ctx, a, users.ID(id), users.Departure{Reason: reason, HandOver: handOverTo(a, id)})
	}
}

// handOverTo returns the new responsible person for the service users of a user who leaves:
// the actor; empty where the actor leaves.
func handOverTo(a users.Actor, id string) string {
	if string(a.ID) == id {
		return ""
	}
	return string(a.ID)
}

// reactivate undoes a deactivation.
func reactivate(id, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.Reactivate(ctx, a, users.ID(id), users.Reactivation{Reason: reason})
	}
}

// deleteUser deletes a user.
func deleteUser(id, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.Delete(ctx, a, users.ID(id), users.Deletion{Confirm: id, Reason: reason, HandOver: handOverTo(a, id)})
	}
}

// restoreUser restores a deleted person.
func restoreUser(id, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		_, err := f.Restore(ctx, a, f.keys[id], users.Restoration{Reason: reason})
		return err
	}
}

// purgeUser deletes a deleted person for good.
func purgeUser(id, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.Purge(ctx, a, f.keys[id], users.Purging{Confirm: id, Reason: reason})
	}
}

// tidy does what the console does by itself, such as purging users whose grace has ended.
func tidy(ctx context.Context, f *builder, _ users.Actor) error {
	_, err := f.Tidy(ctx)
	return err
}

// planDeparture plans the departure of a user.
func planDeparture(id, reason string, at time.Time) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.PlanDeparture(ctx, a, users.ID(id), users.Departure{Reason: reason, HandOver: handOverTo(a, id)}, at)
	}
}

// cancelDeparture cancels the planned departure of a user.
func cancelDeparture(id string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.CancelDeparture(ctx, a, users.ID(id))
	}
}

// eraseUser erases a deleted user from the history.
func eraseUser(id string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		_, err := f.EraseUser(ctx, a, id, users.ErasureRequest{})
		return err
	}
}

// markReviewed records the review of a service user.
func markReviewed(id string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		_, err := f.MarkReviewed(ctx, a, users.ID(id), users.Review{})
		return err
	}
}

// resetSignIn removes the identity of a person.
func resetSignIn(id, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		return f.ResetSignIn(ctx, a, users.ID(id), users.SignInReset{Reason: reason})
	}
}

// endSessions ends all sessions of a person.
func endSessions(id, reason string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		_, err := f.EndSessions(ctx, a, users.ID(id), reason)
		return err
	}
}

// saveView saves a view of the directory.
func saveView(n users.NewView) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		_, err := f.SaveView(ctx, a, n)
		return err
	}
}

// editView changes the actor's saved view of that name.
func editView(name string, n users.NewView) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		own, err := f.OwnViews(ctx, a)
		for _, v := range own {
			if err == nil && v.Name == name {
				_, err = f.EditView(ctx, a, v.ID, n)
			}
		}
		return err
	}
}

// deleteView deletes the actor's saved view of that name.
func deleteView(name string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		own, err := f.OwnViews(ctx, a)
		for _, v := range own {
			if err == nil && v.Name == name {
				_, err = f.DeleteView(ctx, a, v.ID)
			}
		}
		return err
	}
}

// exportAll exports the directory.
func exportAll(ctx context.Context, f *builder, a users.Actor) error {
	return f.directory.Export(ctx, a, directory.Query{}, directory.ExportFormat{Name: "csv"}, new(discarded))
}

// discarded is a sink of an export that discards the rows.
type discarded struct{ total int }

func (u *discarded) Begin(total int, _ *users.Permit) error { u.total = total; return nil }
func (u *discarded) Add(*directory.Exported) error          { return nil }
func (u *discarded) Send() error                            { return nil }
func (u *discarded) End(err error) (int, error)             { return u.total, err }

// refuseAccess is a request that is refused.
func refuseAccess(what string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		f.RefuseAccess(ctx, a, "", what)
		return nil
	}
}

// onlyVisit does nothing: it makes [plan.visits] plan a visit.
func onlyVisit(context.Context, *builder, users.Actor) error { return nil }

// signIn signs a person in. The secret of the session is not kept.
func signIn(id string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		digest := users.DigestOf(rand.Text())
		in, err := f.SignIn(ctx, f.claims(id), f.visit(id, digest, a.RequestID))
		if err != nil {
			return err
		}
		f.sessions[id] = session{in.Session.ID, digest}
		f.Settle() // so that expired sessions are deleted at this point in every build
		return nil
	}
}

// useSession uses the session of a person, unless it was ended.
func useSession(id string) action {
	return func(ctx context.Context, f *builder, _ users.Actor) error {
		_, err := f.Session(ctx, f.sessions[id].digest)
		f.Settle()
		if errors.Is(err, users.ErrNoSession) {
			return nil
		}
		return err
	}
}

// signOut signs a person out.
func signOut(id string) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		if err := useSession(id)(ctx, f, a); err != nil {
			return err
		}
		_, err := f.SignOut(ctx, f.actor(id, a.RequestID), f.sessions[id].digest)
		return err
	}
}

// refusedSignIn is a sign-in from the browser of a person that is refused, after change has
// changed the person's claims.
func refusedSignIn(p *person, change func(*users.Claims)) action {
	return func(ctx context.Context, f *builder, a users.Actor) error {
		claims := f.claimsOf(p)
		change(&claims)
		_, err := f.SignIn(ctx, claims, users.Visit{
			Digest: users.DigestOf(rand.Text()), Address: p.address, UserAgent: p.agent, RequestID: a.RequestID, Attempt: newAttempt(),
		})
		if _, refused := errors.AsType[*users.RefusedError](err); refused {
			return nil
		}
		return errors.Join(errNotRefused, err)
	}
}

// newAttempt returns a sign-in attempt that has not been used.
func newAttempt() users.Attempt {
	return users.Attempt{Digest: users.DigestOf(rand.Text()), ReturnTo: "/"}
}

var errNotRefused = errors.New("a sign-in was not refused")
