package demodata

import "github.com/roboto-ai/console/internal/users"

// A Progress is how far [Build] is.
type Progress struct {
	Share float64 // of the time it takes, from 0 to 1
	Users int     // who are in the directory, of those that there will be; at least
	Doing string  // what it is at
}

// stories is the phase after those of [users.Service.Load].
const stories users.Phase = "stories"

// stages are the phases in their order, with the share of the time that each takes
// where there is a crowd.
var stages = []struct {
	phase users.Phase
	doing string
	share float64
}{
	{users.PhaseUsers, "adding people", 0.52},
	{users.PhaseSearch, "preparing the search", 0.14},
	{users.PhaseIndexes, "building indexes", 0.3},
	{stories, "the last three years", 0.04},
}

// tell tells how far a phase is. Where there is no crowd, all is stories.
func (o Options) tell(crowd int, phase users.Phase, done, total int) {
	if o.Progress == nil {
		return
	}
	part := float64(done) / float64(max(total, 1))
	if crowd == 0 {
		o.Progress(Progress{part, int(part * float64(o.Users)), stages[len(stages)-1].doing})
		return
	}
	p := Progress{Users: crowd}
	if phase == users.PhaseUsers {
		p.Users, part = done, float64(done)/float64(crowd)
	}
	if phase == stories {
		p.Users += int(part * float64(o.Users-crowd))
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
