//go:build browser

package browsertest

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/roboto-ai/console/web/words"
)

// A counter counts the interactions that a job needs: each click, each key, each field typed.
type counter struct {
	*tab
	n int
}

// find opens the palette, types and opens the first hit: three interactions.
func (c *counter) find(text string) {
	c.t.Helper()
	c.n += 3
	c.do("press Ctrl-K", controlK)
	c.askPalette(text)
	c.enter(http.StatusOK)
}

// clicks follows a link or button.
func (c *counter) clicks(role, name string) {
	c.t.Helper()
	c.n++
	c.follow(role, name)
}

// A weeklyJob is done from the directory with so many interactions at most.
type weeklyJob struct {
	most int
	do   func(*counter)
}

// jobs are what admins do every week.
var jobs = map[string]weeklyJob{
	"find a user by part of the name": {3, func(c *counter) {
		c.find("jobson")
		c.at("/users/ina.jobson@example.com")
	}},
	"admins who were not seen for 90 days": {1, func(c *counter) {
		c.n++
		c.load("click on the view", http.StatusOK, chromedp.Click(chromedp.CSS("a[href='/users?view=dormant-admins']")))
		c.sees("1–")
	}},
	"who changed a user, and why": {4, func(c *counter) {
		c.find("activity of ina.jobson")
		c.sees("added", "ina.jobson@example.com")
	}},
	"change a role, and undo it": {5 + 2, func(c *counter) {
		c.find("change role of ina.jobson")
		c.n++
		c.do("choose the role", chromedp.Click("", named("Auditor", "radio")))
		c.clicks("button", words.ChangeRole)
		c.clicks("button", words.Undo)
		c.sees("User")
	}},
}

// interactionsWalk does each job, and counts.
func interactionsWalk(t *testing.T, b *tab) {
	b.site.add(t, "ina.jobson@example.com")
	b.signIn("owner@example.com")
	for name, j := range jobs {
		b.open("/users", http.StatusOK)
		c := &counter{tab: b}
		j.do(c)
		t.Logf("%s: %d interactions", name, c.n)
		if c.n > j.most {
			t.Errorf("%s: %d interactions, want at most %d", name, c.n, j.most)
		}
	}
}
