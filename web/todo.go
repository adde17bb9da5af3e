package web

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/roboto-ai/console/internal/directory"
	"github.com/roboto-ai/console/internal/numbers"
	"github.com/roboto-ai/console/internal/users"
	"github.com/roboto-ai/console/views"
	"github.com/roboto-ai/console/web/words"
)

// taskViews are the views that are tasks of admins, the most urgent first.
var taskViews = []directory.View{
	directory.ViewTokensEnding, directory.ViewReviewDue, directory.ViewUnanswered, directory.ViewDormant, directory.ViewInvitedLong,
}

// showTodo serves GET /todo: what needs an admin, each with the list of it, what was refused of
// planned departures, and the refused sign-ins of strangers.
func (a *App) showTodo(c echo.Context) error {
	t := a.presenter(c)
	counts, err := a.directory.Counts(c.Request().Context(), t.actor)
	if err != nil {
		return err
	}
	strangers, err := a.history.Strangers(c.Request().Context(), t.actor)
	if err != nil {
		return err
	}
	refused, err := a.history.RefusedDepartures(c.Request().Context(), t.actor)
	if err != nil {
		return err
	}
	m := views.Todo{Chrome: a.chrome(c, words.Todo, "todo"), Tasks: tasks(t.actor, counts, len(refused), len(strangers), "")}
	for _, e := range refused {
		m.Departures = append(m.Departures, t.refusedDeparture(e))
	}
	for _, r := range strangers {
		line := views.Stranger{RefusedSignIn: t.refusedSignIn(r)}
		if t.actor.May(users.ActAddPerson, users.User{}) == nil {
			line.Admit = admit(r)
		}
		m.Strangers = append(m.Strangers, line)
	}
	return render(c, http.StatusOK, views.TodoPage(m))
}

// admit are the fields of the form that adds a stranger, with the values that Add person begins with.
func admit(r users.RefusedSignIn) []views.Option {
	return []views.Option{
		{Label: "user_id", Value: r.Address}, {Label: "name", Value: r.Name}, {Label: "role", Value: string(users.RoleUser)},
		{Label: "channel.email", Value: usualNotifications.ChannelEmail}, {Label: "type.comment_mention", Value: usualNotifications.TypeMention},
		{Label: "return_to", Value: todoPath},
	}
}

// refusedDeparture shows what was refused of a planned departure, with the page that makes up for it.
func (t presenter) refusedDeparture(e users.Event) views.RefusedDeparture {
	line := views.RefusedDeparture{Person: t.person(e.Target), When: t.time(e.At), Why: words.DepartureRefused(e), Event: t.eventURL(e)}
	tail, label := "deactivate", words.ActLabel(users.ActDeactivate)+"…"
	if e.Action == users.ActionHandedOver {
		tail, label = "edit", words.ChoosePerson
	}
	if t.actor.May(users.ActDeactivate, users.User{}) == nil {
		line.Act = views.Link{Label: label, URL: userPath(e.Target.ID, tail)}
	}
	return line
}

// tasks are the lines of the page To do, whose lists of departures and strangers are on the page at
// an address. Viewers who can't act on many users, such as auditors, are only shown the lists.
func tasks(who users.Actor, counts map[directory.View]int, departures, strangers int, at string) (all []views.Task) {
	acts := who.May(users.ActBatch, users.User{}) == nil
	add := func(task words.Task, n int, url string) {
		if n > 0 {
			text := task.Many
			if n == 1 {
				text = task.One
			}
			if !acts {
				task.Act = words.ShowTask
			}
			all = append(all, views.Task{Icon: task.Icon, Count: numbers.Grouped(n), Text: text, Note: task.Note, Act: task.Act, URL: url})
		}
	}
	for _, view := range taskViews {
		add(words.Tasks[view], counts[view], "/users?view="+string(view))
	}
	add(words.DeparturesTask, departures, at+"#departures")
	add(words.StrangersTask, strangers, at+"#strangers")
	return all
}

// todoAge is how long the number beside To do is cached. Nothing is decided by it.
const todoAge = time.Minute

// A todoCount caches how many things there are to do, which is the same for all who see the
// directory.
type todoCount struct {
	mu      sync.Mutex
	at      time.Time
	changes uint64
	text    string
}

// todo returns the number of things to do for those who see the directory, empty for none. It
// is up to a minute old, unless this console has changed something since. An error is left to
// the pages that show the lists.
func (a *App) todo(ctx context.Context, actor users.Actor) string {
	if !seesDirectory(actor) {
		return ""
	}
	n, now, changes := &a.todoCount, a.users.Now(), a.users.Changes()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.changes == changes && now.Sub(n.at).Abs() < todoAge {
		return n.text
	}
	counts, err := a.directory.Counts(ctx, actor)
	if err != nil {
		return n.text
	}
	departures, strangers, err := a.history.Waiting(ctx, actor)
	if err != nil {
		return n.text
	}
	total := departures + strangers
	for _, view := range taskViews {
		total += counts[view]
	}
	n.at, n.changes, n.text = now, changes, ""
	if total > 0 {
		n.text = numbers.Grouped(total)
	}
	return n.text
}
