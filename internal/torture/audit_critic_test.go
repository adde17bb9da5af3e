package torture

import (
	"fmt"
	"strings"
	"testing"
)

// complaints are what a critic was told.
type complaints []string

func (c *complaints) Helper() {}

func (c *complaints) Errorf(format string, args ...any) {
	*c = append(*c, fmt.Sprintf(format, args...))
}

// TestCritic shows the critic what a console must never leave behind, in a trail that
// is right but for that.
func TestCritic(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		harm func(*trail)
		says string // nothing: all is well
	}{
		"nothing":                         {func(*trail) {}, ""},
		"a change nobody was told of":     {func(f *trail) { f.edit("req_4", 3, "Ann") }, ""},
		"the last change is lost":         {func(f *trail) { f.events = f.events[:2]; f.users[0] = record{"k", "ana", "Ana", 1} }, "lost: {request:req_3"},
		"an event without its change":     {func(f *trail) { f.users[0] = record{"k", "ana", "Ana", 1} }, "unexplained"},
		"an event without its user":       {func(f *trail) { f.users = nil }, "without its change"},
		"a change without its event":      {func(f *trail) { f.users[0].version++ }, "unexplained"},
		"half a change":                   {func(f *trail) { f.users[0].name = "Ana" }, "unexplained"},
		"a user whom no event made":       {func(f *trail) { f.users = append(f.users, record{"l", "ben", "Ben", 1}) }, "unexplained"},
		"a number is left out":            {func(f *trail) { f.events[2].seq = 9 }, "event number 3 is 9"},
		"an event has lost its details":   {func(f *trail) { f.events[2].details = false }, "with details: false"},
		"a version is left out":           {func(f *trail) { f.edit("req_4", 4, "Ann") }, "a gap"},
		"a form that was sent once twice": {func(f *trail) { f.edit("req_3", 3, "Anna") }, "was done twice"},
		"another name than acknowledged":  {func(f *trail) { f.events[2].changes[0].New = "Ann"; f.users[0].name = "Ann" }, "lost: {request:req_3"},
	}
	deeds := []deed{{"req_2", "user.created", "ana", "Ana"}, {"req_3", "user.edited", "ana", "Anna"}}
	for name, test := range tests {
		f := trail{users: []record{{"k", "ana", "", 0}}}
		f.edit("req_1", 0, "")
		f.events[0].action, f.events[0].target = "session.started", ""
		f.edit("req_2", 1, "Ana")
		f.events[1].action = "user.created"
		f.edit("req_3", 2, "Anna")
		test.harm(&f)
		var got complaints
		f.judge(&got, deeds)
		if said := strings.Join(got, "\n"); (test.says == "") != (said == "") || !strings.Contains(said, test.says) {
			t.Errorf("%s: the critic says %q, want %q", name, said, test.says)
		}
	}
}

// edit adds an edit of the first user to the trail, with the version it leads to.
func (f *trail) edit(request string, version int64, name string) {
	f.events = append(f.events, event{
		int64(len(f.events) + 1), "user.edited", request, "k", true, "ana", version, []change{{Field: "name", New: name}},
	})
	f.users[0].version, f.users[0].name = version, name
}

// TestCritic_sentAgain shows the critic forms that were sent until they were
// acknowledged, and one that was refused.
func TestCritic_sentAgain(t *testing.T) {
	t.Parallel()
	f := trail{users: []record{{"k", "ana", "", 0}}}
	f.edit("req_1", 1, "Ana")
	f.edit("req_2", 2, "Anna")
	f.edit("req_3", 3, "Anna")
	for name, says := range map[string]string{"Ana": "", "Anna": "it was done 2 times", "Ann": "it was done 0 times"} {
		var got complaints
		done := f.once(&got, []deed{{action: "user.edited", target: "ana", name: name}})
		if said := strings.Join(got, "\n"); !strings.Contains(said, says) || (says == "") != (len(done) == 1 && done[0].request == "req_1") {
			t.Errorf("%s: the critic says %q and returns %v, want %q", name, said, done, says)
		}
	}
	var got complaints
	f.undone(&got, []deed{{name: "Ann"}, {name: "Ana"}})
	if len(got) != 1 || !strings.Contains(got[0], "name:Ana}") {
		t.Errorf("of what was refused, the critic says %q", got)
	}
}
