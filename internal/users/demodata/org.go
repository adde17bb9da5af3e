package demodata

import (
	"hash/fnv"
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// departments are those of the company, each with titles.
var departments = []struct {
	name   string
	titles []string
}{
	{"Field operations", []string{"Field engineer", "Robot operator", "Shift lead"}},
	{"Perception", []string{"Research engineer", "Perception engineer", "Team lead"}},
	{"Mapping", []string{"Mapping engineer", "Surveyor"}},
	{"Fleet software", []string{"Software engineer", "Senior software engineer", "Team lead"}},
	{"Simulation", []string{"Simulation engineer", "Test engineer"}},
	{"Data platform", []string{"Data engineer", "Site reliability engineer"}},
	{"Labelling", []string{"Annotator", "Annotation lead"}},
	{"Hardware", []string{"Mechanical engineer", "Electronics engineer", "Technician"}},
	{"Manufacturing", []string{"Assembler", "Line lead", "Technician"}},
	{"Safety", []string{"Safety engineer", "Auditor"}},
	{"Customer support", []string{"Support engineer", "Account manager"}},
	{"Finance", []string{"Controller", "Accountant"}},
	{"People", []string{"Recruiter", "People partner"}},
}

// personLabels and serviceLabels are labels of users, "contractor" beside them.
var (
	personLabels  = []string{"first aid", "forklift licence", "night shift", "on call", "works council"}
	serviceLabels = []string{"critical", "nightly", "production", "staging"}
)

// personNotes are notes of admins on people.
var personNotes = []string{
	"On parental leave until the spring.\nTheir manager answers questions meanwhile.",
	"Works for two customers: ask before their role is changed.",
	"Moves to another site in the summer.",
}

// A draw is a source of choices that depends on a user_id alone, so that they change nothing else.
type draw uint64

// drawOf returns the draw of a user_id.
func drawOf(id string) *draw {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // never returns an error
	d := draw(h.Sum64())
	return &d
}

// n returns a number below most.
func (d *draw) n(most int) int {
	*d = *d*6364136223846793005 + 1442695040888963407 // the generator of Knuth's MMIX
	return int(uint64(*d>>33) % uint64(most))
}

// departmentOf returns the index of a person's department.
func departmentOf(id string) int { return drawOf(id).n(len(departments)) }

// orgOf returns department, title, labels and note of a person. A few people have none.
func orgOf(id string) (u users.User) {
	d := drawOf(id)
	department := departments[d.n(len(departments))]
	if d.n(40) == 0 {
		return u
	}
	u.Department, u.Title = department.name, department.titles[d.n(len(department.titles))]
	var labels []string
	if strings.HasSuffix(id, "@contractors.example.org") {
		labels = append(labels, "contractor")
	}
	if d.n(5) == 0 {
		labels = append(labels, personLabels[d.n(len(personLabels))])
	}
	u.Labels = users.JoinLabels(labels)
	if d.n(60) == 0 {
		u.Note = personNotes[d.n(len(personNotes))]
	}
	return u
}

// serviceOrgOf returns department and labels of a service user.
func serviceOrgOf(id string) (u users.User) {
	d := drawOf(id)
	u.Department = departments[d.n(7)].name
	if d.n(2) == 0 {
		u.Labels = serviceLabels[d.n(len(serviceLabels))]
	}
	return u
}

// orgFields returns the fields of u as they are set.
func orgFields(u users.User) users.OrgFields {
	fields := users.OrgFields{}
	for to, value := range map[**string]string{
		&fields.Department: u.Department, &fields.Title: u.Title, &fields.Manager: string(u.Manager.ID), &fields.Labels: u.Labels, &fields.Note: u.Note,
	} {
		if value != "" {
			*to = &value
		}
	}
	return fields
}

// headsOf is how many people of a department are managers.
const headsOf = 3

// managerOf returns the user_id of the manager of a person: one of the first people of the
// department who was there before, else one of the sample people.
func (c *population) managerOf(q *person) string {
	heads := c.headsOf[departmentOf(q.id)]
	if len(heads) > 0 {
		if head := heads[drawOf(q.id+" manager").n(len(heads))]; head != q && head.week > q.week {
			return head.id
		}
	}
	if q.week < weeks {
		return sampleAdmin
	}
	return ""
}

// findHeads finds the managers of each department.
func (c *population) findHeads() {
	c.headsOf = map[int][]*person{}
	for _, p := range c.people {
		if d := departmentOf(p.id); p.outcome == active && len(c.headsOf[d]) < headsOf {
			c.headsOf[d] = append(c.headsOf[d], p)
		}
	}
}
