package torture

import (
	"fmt"
	"strings"
	"testing"
)

// An errorList is a reporter that collects errors.
type errorList []string

func (c *errorList) Helper() {}

func (c *errorList) Errorf(format string, args ...any) {
	*c = append(*c, fmt.Sprintf(format, args...))
}

// TestChecks applies the checks to inconsistent snapshots.
func TestChecks(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		damage func(*snapshot)
		says   string // nothing: all is well
	}{
		"nothing":                        {func(*snapshot) {}, ""},
		"an unacknowledged change":       {func(f *snapshot) { f.edit("req_4", 3, "Ann") }, ""},
		"the last change is lost":        {func(f *snapshot) { f.events = f.events[:2]; f.users[0] = record{"k", "ana", "Ana", 1} }, "lost: {request:req_3"},
		"an event without its change":    {func(f *snapshot) { f.users[0] = record{"k", "ana", "Ana", 1} }, "unexplained"},
		"an event without its user":      {func(f *snapshot) { f.users = nil }, "without its change"},
		"a change without its event":     {func(f *snapshot) { f.users[0].version++ }, "unexplained"},
		"half a change":                  {func(f *snapshot) { f.users[0].name = "Ana" }, "unexplained"},
		"a user without an event":        {func(f *snapshot) { f.users = append(f.users, record{"l", "ben", "Ben", 1}) }, "unexplained"},
		"a number is left out":           {func(f *snapshot) { f.events[2].seq = 9 }, "event number 3 is 9"},
		"an event without its parts":     {func(f *snapshot) { f.events[2].details = false }, "with details: false"},
		"a version is left out":          {func(f *snapshot) { f.edit("req_4", 4, "Ann") }, "a gap"},
		"a form applied twice":           {func(f *snapshot) { f.edit("req_3", 3, "Anna") }, "was done twice"},
		"another name than acknowledged": {func(f *snapshot) { f.events[2].changes[0].New = "Ann"; f.users[0].name = "Ann" }, "lost: {request:req_3"},
	}
	acknowledged := []change{{"req_2", "user.created", "ana", "Ana"}, {"req_3", "user.edited", "ana", "Anna"}}
	for name, test := range tests {
		f := snapshot{users: []record{{"k", "ana", "", 0}}}
		f.edit("req_1", 0, "")
		f.events[0].action, f.events[0].target = "session.started", ""
		f.edit("req_2", 1, "Ana")
		f.events[1].action = "user.created"
		f.edit("req_3", 2, "Anna")
		test.damage(&f)
		var got errorList
		f.judge(&got, acknowledged)
		if said := strings.Join(got, "\n"); (test.says == "") != (said == "") || !strings.Contains(said, test.says) {
			t.Errorf("%s: got %q, want %q", name, said, test.says)
		}
	}
}

// edit adds an edit of the first user to the snapshot.
func (f *snapshot) edit(request string, version int64, name string) {
	f.events = append(f.events, event{
		int64(len(f.events) + 1), "user.edited", request, "k", true, "ana", version, []fieldChange{{Field: "name", New: name}},
	})
	f.users[0].version, f.users[0].name = version, name
}

// TestChecks_resent applies the checks to resent and refused changes.
func TestChecks_resent(t *testing.T) {
	t.Parallel()
	f := snapshot{users: []record{{"k", "ana", "", 0}}}
	f.edit("req_1", 1, "Ana")
	f.edit("req_2", 2, "Anna")
	f.edit("req_3", 3, "Anna")
	for name, says := range map[string]string{"Ana": "", "Anna": "it was done 2 times", "Ann": "it was done 0 times"} {
		var got errorList
		done := f.once(&got, []change{{action: "user.edited", target: "ana", name: name}})
		if said := strings.Join(got, "\n"); !strings.Contains(said, says) || (says == "") != (len(done) == 1 && done[0].request == "req_1") {
			t.Errorf("%s: got %q and %v, want %q", name, said, done, says)
		}
	}
	var got errorList
	f.undone(&got, []change{{name: "Ann"}, {name: "Ana"}})
	if len(got) != 1 || !strings.Contains(got[0], "name:Ana}") {
		t.Errorf("refused changes: got %q", got)
	}
}
