//go:build browser

package browsertest

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// A weeklyJob is what an admin does every week, from the directory on.
type weeklyJob struct {
	most  int           // interactions of the best way
	first func(*weekly) // what is there before; nil for nothing
	best  func(*weekly) // with pointer and keyboard
	keys  func(*weekly) // by keyboard alone; nil if the best way is
	plain func(*weekly) // without scripts
	done  func(*weekly) // waits for its effect in the domain
}

// weeklyJobs are the jobs.
var weeklyJobs = map[string]weeklyJob{
	"find a half-remembered user":      {3, nil, findBest, nil, findPlain, findDone},
	"fix a name":                       {4, nil, nameBest, nil, namePlain, nameDone},
	"deactivate and hand over":         {8, nil, leaveBest, leaveKeys, leavePlain, leaveDone},
	"five joiners":                     {4, nil, joinBest, joinKeys, joinPlain, joinDone},
	"a service user with a token":      {5, nil, tokenBest, tokenKeys, tokenPlain, tokenDone},
	"who changed a user, and why":      {4, nil, changedBest, nil, changedPlain, changedDone},
	"admins who were not seen 90 days": {1, nil, dormantBest, dormantKeys, dormantBest, dormantDone},
	"undo an edit":                     {2, undoFirst, undoBest, undoKeys, undoBest, undoDone},
	"end the sessions of a user":       {4, nil, sessionsBest, sessionsKeys, sessionsPlain, sessionsDone},
	"fourteen reviews":                 {3, nil, reviewsBest, reviewsKeys, reviewsPlain, reviewsDone},
	"forty leavers":                    {6, nil, leaversBest, leaversKeys, leaversPlain, leaversDone},
}

// work does all jobs in one way. Each begins at the directory and is checked by its effect in the
// domain.
func (w *weekly) work(way func(weeklyJob) func(*weekly)) (took map[string]int) {
	took = map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(weeklyJobs)) {
		job := weeklyJobs[name]
		w.t.Log(name)
		w.open("/users", http.StatusOK)
		if job.first != nil {
			job.first(w)
		}
		w.n = 0
		way(job)(w)
		took[name] = w.n
		job.done(w)
	}
	return took
}

// TestJobs_interactions counts the interactions of the best way to do each job.
func TestJobs_interactions(t *testing.T) {
	t.Parallel()
	w := startWeek(t)
	for name, n := range w.work(func(j weeklyJob) func(*weekly) { return j.best }) {
		t.Logf("%s: %d interactions", name, n)
		if most := weeklyJobs[name].most; n > most {
			t.Errorf("%s: %d interactions, want at most %d", name, n, most)
		}
	}
}

// TestJobs_keyboard does each job by keyboard alone.
func TestJobs_keyboard(t *testing.T) {
	t.Parallel()
	w := startWeek(t)
	w.keys = true
	w.work(func(j weeklyJob) func(*weekly) {
		if j.keys == nil {
			return j.best
		}
		return j.keys
	})
}

// TestJobs_scriptless does each job where no scripts run.
func TestJobs_scriptless(t *testing.T) {
	t.Parallel()
	w := startWeek(t)
	w.do("turn scripts off", command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	w.work(func(j weeklyJob) func(*weekly) { return j.plain })
}
