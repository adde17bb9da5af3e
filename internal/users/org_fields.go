package users

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/spelling"
)

// OrgFields are the fields of a record by which an organisation sorts its users. Nil fields stay
// unchanged; an empty one deletes the value. A service user has a department, labels and a note.
type OrgFields struct {
	Department *string
	Title      *string // of a person
	Manager    *string // of a person: the user_id of another person
	Labels     *string // with commas between, in any order
	Note       *string
}

// orgFields are the names of [OrgFields].
var orgFields = []string{"department", "title", "manager", "labels", "note"}

// SplitLabels returns the labels of [User.Labels], nil for none.
func SplitLabels(labels string) []string {
	if labels == "" {
		return nil
	}
	return strings.Split(labels, ",")
}

// JoinLabels returns labels as [User.Labels] has them: in lower case and in order, each once, with
// a comma between. Empty ones are left out.
func JoinLabels(labels []string) string {
	var all []string
	for _, label := range labels {
		if label = oneLine(strings.ToLower(label)); label != "" {
			all = append(all, label)
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ",")
}

// oneLine returns s as a text of one line is stored, with one space for each white space in it.
func oneLine(s string) string { return spelling.Normalize(strings.Join(strings.Fields(s), " ")) }

// labelsFlaw returns what is wrong with joined labels, empty for nothing.
func labelsFlaw(s string) string {
	labels := SplitLabels(s)
	if len(labels) > MaxLabels {
		return fmt.Sprintf("Use at most %d labels.", MaxLabels)
	}
	for _, label := range labels {
		switch why := textFlaw(label, MaxLabel); {
		case utf8.RuneCountInString(label) > MaxLabel:
			return fmt.Sprintf("Use at most %d characters in each label: “%s” has more.", MaxLabel, Excerpt(label))
		case why != "":
			return why
		case strings.ContainsAny(label, `"\`):
			return "Remove the quotes and backslashes from the labels."
		}
	}
	return ""
}

// noteFlaw returns what is wrong with a note, empty for nothing.
func noteFlaw(s string) string { return textFlaw(strings.ReplaceAll(s, "\n", " "), MaxNote) }

// noteLines makes the ends of lines alike. Browsers post them as CR LF.
var noteLines = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\t", " ")

// given returns the names of the fields that f sets.
func (f OrgFields) given() (names []string) {
	for name, value := range map[string]*string{"department": f.Department, "title": f.Title, "manager": f.Manager, "labels": f.Labels, "note": f.Note} {
		if value != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Provided reports whether a field of u comes from the provider, so that it is not edited here.
func (s *Service) Provided(u User, field string) bool { return s.config.provides(u, field) }

// provides reports whether a field of u comes from the provider.
func (c Config) provides(u User, field string) bool {
	return u.Kind == KindPerson && slices.Contains(c.ProviderFields, field)
}

// organise returns u with the fields of f. It returns a [*ForbiddenError] if the actor may not set
// them for before, or an [*InvalidError] with all mistakes but those that check finds.
func (c *changeTx) organise(ctx context.Context, act Act, u User, f OrgFields) (User, error) {
	given := f.given()
	if len(given) == 0 {
		return u, nil
	}
	if act == ActEdit {
		if err := c.actor.May(ActOrganise, u); err != nil {
			return u, err
		}
	}
	bad := new(InvalidError)
	for _, field := range given {
		switch {
		case c.config.provides(u, field):
			bad.Add(field, "This comes from the provider at each sign-in, and is not edited here.")
		case u.Kind != KindPerson && (field == "title" || field == "manager"):
			bad.Add(field, "Only a person has a title and a manager.")
		}
	}
	if len(bad.Fields) > 0 {
		return u, bad
	}
	return c.setOrgFields(ctx, u, f)
}

// setOrgFields returns u with the fields of f, normalized.
func (c *changeTx) setOrgFields(ctx context.Context, u User, f OrgFields) (after User, err error) {
	if f.Department != nil {
		u.Department = oneLine(*f.Department)
	}
	if f.Title != nil {
		u.Title = oneLine(*f.Title)
	}
	if f.Labels != nil {
		u.Labels = JoinLabels(strings.Split(*f.Labels, ","))
	}
	if f.Note != nil {
		u.Note = spelling.Normalize(noteLines.Replace(*f.Note))
	}
	if f.Manager != nil {
		u.Manager, err = managerOf(ctx, c, u, *f.Manager)
	}
	return u, err
}

// managerOf returns the person with that user_id, who becomes the manager of u, or an
// [*InvalidError]. The present manager is not checked again.
func managerOf(ctx context.Context, r database.Reader, u User, entered string) (Ref, error) {
	id := EnteredID(entered)
	switch id {
	case "":
		return Ref{}, nil
	case u.Manager.ID:
		return u.Manager, nil
	}
	person, err := userByID(ctx, r, id)
	switch {
	case errors.Is(err, ErrNotFound):
		return Ref{}, Invalid("manager", "No person has the user ID “%s”. Enter that of a person.", Excerpt(string(id)))
	case err != nil:
		return Ref{}, err
	case person.Kind != KindPerson:
		return Ref{}, Invalid("manager", "%s is not a person. Choose a person.", person.Label())
	case person.Key == u.Key:
		return Ref{}, Invalid("manager", "A person can't be their own manager.")
	}
	return person.Ref(), nil
}

// provide returns u with the fields that come from the provider, as the claims have them: empty
// without a claim, unless claims are missing, and unchanged by an invalid one.
func (c *changeTx) provide(ctx context.Context, u User, claims Claims) (after User, err error) {
	takes := func(field, claim string) bool {
		return c.config.provides(u, field) && (claim != "" || !claims.Incomplete)
	}
	if department := oneLine(claims.Department); takes("department", department) && textFlaw(department, MaxDepartment) == "" {
		u.Department = department
	}
	if title := oneLine(claims.Title); takes("title", title) && textFlaw(title, MaxTitle) == "" {
		u.Title = title
	}
	if takes("manager", claims.Manager) {
		u.Manager, err = claimedManager(ctx, c, u, claims.Manager)
	}
	return u, err
}

// claimedManager returns the person whom a claim names, by user_id or by the address of the last
// sign-in; the zero Ref for no person or for u.
func claimedManager(ctx context.Context, r database.Reader, u User, claim string) (Ref, error) {
	id := Canonical(claim)
	if id == "" {
		return Ref{}, nil
	}
	found, err := UsersWhere(ctx, r, `(u.user_id = $1 OR u.key IN (SELECT user_key FROM identities WHERE address = $1)) AND u.kind = 'person' AND u.key <> $2
		ORDER BY CASE WHEN u.user_id = $1 THEN 0 ELSE 1 END, u.key LIMIT 1`, id, u.Key)
	if err != nil || len(found) == 0 {
		return Ref{}, err
	}
	return found[0].Ref(), nil
}

// refresh sets the fields that come from the provider at the sign-in of a known person. The
// provider is the actor of the event, as the person may not edit them.
func (c *changeTx) refresh(ctx context.Context, before User, claims Claims) (User, []Event, error) {
	after, err := c.provide(ctx, before, claims)
	if err != nil {
		return before, nothing, err
	}
	after, events, err := c.save(ctx, ActionEdited, before, after, "")
	for i := range events {
		provider := Provider(c.actor.RequestID, c.actor.Address, c.actor.UserAgent)
		events[i].by = &provider
	}
	return after, events, err
}
