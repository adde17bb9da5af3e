package demodata

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/users"
)

// A deed carries out an act on behalf of an actor, the operator if it was planned
// for nobody.
type deed func(context.Context, *fill, users.Actor) error

// addPerson adds a person, who can act from then on.
func addPerson(n users.NewPerson) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		u, err := f.AddPerson(ctx, a, n)
		f.keys[n.ID] = u.Key
		return err
	}
}

// createService creates a service user.
func createService(n users.NewServiceUser) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		_, err := f.CreateServiceUser(ctx, a, n)
		return err
	}
}

// edit changes a record that others manage.
func edit(id string, e users.Edit) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		_, err := f.Edit(ctx, a, users.ID(id), e)
		return err
	}
}

// editProfile changes the record of the actor.
func editProfile(e users.ProfileEdit) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		_, err := f.EditProfile(ctx, a, e)
		return err
	}
}

// changeRole gives a user another role, which ends their sessions.
func changeRole(id string, role users.Role, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		_, err := f.ChangeRole(ctx, a, users.ID(id), users.RoleChange{Role: role, Reason: reason})
		return err
	}
}

// deactivate deactivates a user; the actor takes over what they answered for.
func deactivate(id, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		return f.Deactivate(ctx, a, users.ID(id), users.Departure{Reason: reason, HandOver: heirOf(a, id)})
	}
}

// heirOf returns who takes over the service users of somebody who leaves: the actor, unless
// they leave themselves.
func heirOf(a users.Actor, id string) string {
	if string(a.ID) == id {
		return ""
	}
	return string(a.ID)
}

// reactivate undoes a deactivation.
func reactivate(id, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		return f.Reactivate(ctx, a, users.ID(id), users.Reactivation{Reason: reason})
	}
}

// deleteUser deletes a user, of whom the history is left.
func deleteUser(id, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		return f.Delete(ctx, a, users.ID(id), users.Deletion{Confirm: id, Reason: reason, HandOver: heirOf(a, id)})
	}
}

// eraseUser erases a user who is deleted.
func eraseUser(id string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		_, err := f.EraseUser(ctx, a, id, users.ErasureRequest{})
		return err
	}
}

// markReviewed marks a service user reviewed, until the next review.
func markReviewed(id string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		_, err := f.MarkReviewed(ctx, a, users.ID(id), users.Review{})
		return err
	}
}

// resetSignIn unbinds a person from their identity until they sign in again.
func resetSignIn(id, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		return f.ResetSignIn(ctx, a, users.ID(id), users.SignInReset{Reason: reason})
	}
}

// endSessions signs a person out everywhere.
func endSessions(id, reason string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		_, err := f.EndSessions(ctx, a, users.ID(id), reason)
		return err
	}
}

// saveView saves a view of the directory.
func saveView(n users.NewView) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		_, err := f.SaveView(ctx, a, n)
		return err
	}
}

// deleteView deletes the actor's view of that name.
func deleteView(name string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
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
func exportAll(ctx context.Context, f *fill, a users.Actor) error {
	return f.directory.Export(ctx, a, directory.Query{}, directory.ExportFormat{Name: "csv"}, new(unsent))
}

// unsent is the sink of an export in the made-up history: nothing is sent.
type unsent struct{ total int }

func (u *unsent) Begin(total int, _ *users.Permit) error { u.total = total; return nil }
func (u *unsent) Add(*directory.Exported) error          { return nil }
func (u *unsent) Send() error                            { return nil }
func (u *unsent) End(err error) (int, error)             { return u.total, err }

// tryToSee is a request that is refused.
func tryToSee(what string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		f.RefuseAccess(ctx, a, "", what)
		return nil
	}
}

// nothingElse is to be there.
func nothingElse(context.Context, *fill, users.Actor) error { return nil }

// signIn begins a session of a person, with the identity that the provider gives.
// The secret of it is nobody's: it is forgotten at once.
func signIn(id string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		digest := users.DigestOf(rand.Text())
		in, err := f.SignIn(ctx, f.claims(id), f.visit(id, digest, a.RequestID))
		if err != nil {
			return err
		}
		f.sessions[id] = session{in.Session.ID, digest}
		f.Settle() // sessions that are over are gone now, and not while something else goes on
		return nil
	}
}

// look uses the session of a person, unless it was ended.
func look(id string) deed {
	return func(ctx context.Context, f *fill, _ users.Actor) error {
		_, err := f.Session(ctx, f.sessions[id].digest)
		f.Settle()
		if errors.Is(err, users.ErrNoSession) {
			return nil
		}
		return err
	}
}

// signOut uses the session of a person for the last time.
func signOut(id string) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
		if err := look(id)(ctx, f, a); err != nil {
			return err
		}
		_, err := f.SignOut(ctx, f.actor(id, a.RequestID), f.sessions[id].digest)
		return err
	}
}

// refusedSignIn is an attempt to sign in from the browser of a person, with other
// claims than theirs.
func refusedSignIn(p *person, change func(*users.Claims)) deed {
	return func(ctx context.Context, f *fill, a users.Actor) error {
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

// newAttempt returns a sign-in attempt that nobody has used.
func newAttempt() users.Attempt {
	return users.Attempt{Digest: users.DigestOf(rand.Text()), ReturnTo: "/"}
}

var errNotRefused = errors.New("a sign-in was not refused")
