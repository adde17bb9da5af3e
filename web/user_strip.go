package web

import (
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// strip says of a user whether they have access, when they were last seen, their role, and for whom
// they are responsible or who is for them. gone is the event of the deactivation, if it is known.
func (t presenter) strip(d users.Detail, gone *users.Event) []views.StripCell {
	cells := []views.StripCell{t.accessStrip(d, gone), t.seenStrip(d), t.roleStrip(d)}
	switch {
	case d.User.Kind == users.KindService:
		cells = append(cells, t.responsibleStrip(d.User))
	case len(d.ResponsibleFor) > 0:
		cells = append(cells, t.responsibleForStrip(d.ResponsibleFor))
	}
	return cells
}

// accessStrip says whether a user has access, and since when.
func (t presenter) accessStrip(d users.Detail, gone *users.Event) views.StripCell {
	u := d.User
	cell := views.StripCell{Label: words.Access, Tone: statusTones[u.Status], Value: words.Status(u.Status)}
	switch {
	case gone != nil:
		cell.NoteWhen, cell.NoteBy = t.time(gone.At), t.actorOf(gone.Actor, gone.ActorKind())
	case u.Status == users.StatusDeactivated:
	case u.Status == users.StatusInvited:
		cell.Note, cell.NoteWhen = words.InvitedWhen, t.time(u.CreatedAt)
	case len(d.Identities) > 0:
		cell.Note, cell.NoteWhen = words.FirstSignedIn, t.time(d.Identities[0].BoundAt)
	default:
		cell.Note, cell.NoteWhen = words.CreatedWhen, t.time(u.CreatedAt)
	}
	return cell
}

// seenStrip says when a user was last seen, and from where.
func (t presenter) seenStrip(d users.Detail) views.StripCell {
	u := d.User
	cell := views.StripCell{Label: words.LastSeen, When: t.time(u.SeenAt), Value: words.Never}
	switch {
	case u.Kind != users.KindPerson:
		if t.actor.May(users.ActSeeTokens, u) == nil {
			cell.Note = words.TokensOf(d.Tokens)
		}
	case len(d.Sessions) > 0:
		last := d.Sessions[0]
		cell.Note = words.LastDevice(words.Device(last.UserAgent), words.Plain(last.Address), len(d.Sessions))
	case u.SeenAt.IsZero():
		cell.Note = words.NotSignedInYet
	default:
		cell.Note = words.NoOpenSession
	}
	return cell
}

// roleStrip says what role a user has, and what it permits.
func (t presenter) roleStrip(d users.Detail) views.StripCell {
	u := d.User
	cell := views.StripCell{Label: words.RoleOf, Value: words.Role(u.Role), Note: words.RoleMay(u.Kind, u.Role)}
	switch {
	case u.Status == users.StatusDeactivated:
		cell.Note = words.NoAccessNow
	case d.LastOwner && t.actor.May(users.ActEdit, u) == nil:
		cell.Note, cell.NoteWarn = words.LastOwner, true
	}
	return cell
}

// responsibleStrip says who is responsible for a service user, and when its next review is.
func (t presenter) responsibleStrip(u users.User) views.StripCell {
	cell := views.StripCell{Label: words.ResponsiblePerson, Who: t.person(u.Responsible)}
	if u.Responsible.Key == "" {
		cell.Tone, cell.Value = "warn", words.Missing
	}
	switch due := t.due(u.ReviewOn); {
	case u.ReviewOn == "":
		cell.Note, cell.NoteWarn = words.NoReviewDate, true
	case due:
		cell.Note, cell.NoteWarn = words.ReviewDueSince(u.ReviewOn), true
	default:
		cell.Note = words.ReviewOn(u.ReviewOn)
	}
	return cell
}

// responsibleForStrip says for how many service users a person is responsible, and how many reviews
// are due.
func (t presenter) responsibleForStrip(all []users.User) views.StripCell {
	due := 0
	for _, u := range all {
		if t.due(u.ReviewOn) {
			due++
		}
	}
	cell := views.StripCell{Label: words.ResponsibleFor, Value: words.ServiceUsers(len(all)), Note: words.NoReviewDue}
	if due > 0 {
		cell.Note, cell.NoteWarn = words.ReviewsDue(due), true
	}
	return cell
}
