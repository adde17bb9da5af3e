package demodata

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

//go:embed services.txt
var serviceList string

// sites are where robots work, for the service users that each site has.
var sites = []struct{ id, name string }{
	{"zurich", "Zürich"}, {"austin", "Austin"}, {"osaka", "Osaka"}, {"gdansk", "Gdańsk"}, {"pune", "Pune"}, {"sao-paulo", "São Paulo"},
	{"malmo", "Malmö"}, {"lagos", "Lagos"}, {"busan", "Busan"}, {"lyon", "Lyon"}, {"da-nang", "Đà Nẵng"}, {"monterrey", "Monterrey"},
}

// parseServices reads a list like services.txt.
func parseServices(list string) (all []service, err error) {
	for number, line := range strings.Split(list, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		fields := strings.Split(line, " | ")
		if len(fields) != 3 {
			return nil, fmt.Errorf("service users, line %d: has %d parts, not 3", number+1, len(fields))
		}
		all = append(all, service{id: fields[0], name: fields[1], purpose: fields[2]})
	}
	return all, nil
}

// newServices makes up n service users. When the list is used up, sites get more
// of those that each site has.
func (c *cast) newServices(n int) ([]*service, error) {
	listed, err := parseServices(serviceList)
	if err != nil {
		return nil, err
	}
	var all, perSite []service
	for _, s := range listed {
		base, ok := strings.CutSuffix(s.id, "*")
		if !ok {
			all = append(all, s)
			continue
		}
		for _, site := range sites {
			perSite = append(perSite, service{id: base + site.id, name: strings.ReplaceAll(s.name, "%", site.name), purpose: s.purpose})
		}
	}
	made := make([]*service, n)
	for i := range made {
		s := perSite[max(i-len(all), 0)%len(perSite)]
		if i < len(all) {
			s = all[i]
		}
		made[i] = c.cast(s)
	}
	return made, nil
}

// cast gives a service user its part in the history.
func (c *cast) cast(s service) *service {
	s.id, s.week, s.role = c.unique(s.id, ""), c.r.IntN(weeks-6), users.RoleUser
	switch n := c.r.IntN(100); {
	case n < 8:
		s.purpose = ""
		if n < 4 {
			s.name = ""
		}
		return &s
	case n < 22:
		s.lapsed, s.week = true, max(s.week, 70)
	case n < 28:
		s.retired, s.week = true, max(s.week, 12)
	case n < 38:
		s.role = users.RoleAuditor
	case n < 43:
		s.role = users.RoleAdmin
	}
	s.responsible = c.responsible(s.week)
	return &s
}

// responsible returns somebody who was there in the week, a few of whom answer for
// most.
func (c *cast) responsible(week int) *person {
	for range 20 {
		p := c.people[c.r.IntN(min(len(c.people), 60))]
		if p.week > week+2 && p.fate != invited {
			return p
		}
	}
	return samplePerson(sampleAdmin)
}
