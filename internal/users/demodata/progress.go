package demodata

import "github.com/roboto-ai/console/internal/users"

// A Progress is that of [Build].
type Progress struct {
	Share float64 // of the time of the build, from 0 to 1
	Users int     // generated so far, at least
	Doing string  // the current phase, for people
}

// phaseHistory is the phase after those of [users.Service.Load].
const phaseHistory users.Phase = "history"

// stages are the phases in their order, with their shares of the time where users are loaded
// in bulk.
var stages = []struct {
	phase users.Phase
	doing string
	share float64
}{
	{users.PhaseUsers, "adding people", 0.52},
	{users.PhaseSearch, "preparing the search", 0.14},
	{users.PhaseIndexes, "building indexes", 0.3},
	{phaseHistory, "the last three years", 0.04},
}

// report reports the progress of a phase. Without users to load in bulk there is one phase.
func (o Options) report(bulk int, phase users.Phase, done, total int) {
	if o.Progress == nil {
		return
	}
	part := float64(done) / float64(max(total, 1))
	if bulk == 0 {
		o.Progress(Progress{part, int(part * float64(o.Users)), stages[len(stages)-1].doing})
		return
	}
	p := Progress{Users: bulk}
	if phase == users.PhaseUsers {
		p.Users, part = done, float64(done)/float64(bulk)
	}
	if phase == phaseHistory {
		p.Users += int(part * float64(o.Users-bulk))
	}
	for _, s := range stages {
		if s.phase == phase {
			p.Share, p.Doing = p.Share+s.share*part, s.doing
			break
		}
		p.Share += s.share
	}
	o.Progress(p)
}
