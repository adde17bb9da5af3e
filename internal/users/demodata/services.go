package demodata

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

//go:embed services.txt
var serviceList string

// sites are the places for which there are service users of their own.
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
		fields := append(strings.Split(line, " | "), string(users.RoleUser))
		if len(fields) < 4 {
			return nil, fmt.Errorf("service users, line %d: has %d parts, not 3 or 4", number+1, len(fields)-1)
		}
		all = append(all, service{id: fields[0], name: fields[1], purpose: fields[2], role: users.Role(fields[3])})
	}
	return all, nil
}

// listedServices returns the service users of the list that exist once, and those that exist
// at each site.
func listedServices() (once, perSite []service, err error) {
	listed, err := parseServices(serviceList)
	if err != nil {
		return nil, nil, err
	}
	for _, s := range listed {
		base, ok := strings.CutSuffix(s.id, "*")
		if !ok {
			once = append(once, s)
			continue
		}
		for _, site := range sites {
			at := s
			at.id, at.name = base+site.id, strings.ReplaceAll(s.name, "%", site.name)
			perSite = append(perSite, at)
		}
	}
	return once, perSite, nil
}

// newServices generates n service users. After the end of the list, sites get more of
// theirs.
func (c *population) newServices(n int) ([]*service, error) {
	all, perSite, err := listedServices()
	if err != nil {
		return nil, err
	}
	made := make([]*service, n)
	for i := range made {
		s := perSite[max(i-len(all), 0)%len(perSite)]
		if i < len(all) {
			s = all[i]
		}
		made[i] = c.newService(s)
	}
	return made, nil
}

// newService draws the history of a service user.
func (c *population) newService(s service) *service {
	s.id, s.week = c.unique(s.id, ""), c.r.IntN(weeks-6)
	switch n := c.r.IntN(100); {
	case n < 12 && s.role == users.RoleUser:
		s.purpose = ""
		if n < 5 {
			s.name = ""
		}
		return &s
	case n < 26:
		s.overdue, s.week = true, 70+c.r.IntN(70)
	case n < 32:
		s.retired, s.week = true, 12+c.r.IntN(120)
	}
	s.responsible = c.responsible(s.week)
	return &s
}

// mayBeResponsible is how many people may be responsible for service users.
const mayBeResponsible = 60

// responsible returns a person who existed in the week; a few are responsible for most
// service users.
func (c *population) responsible(week int) *person {
	for range 20 {
		p := pick(c.r, c.people[:min(len(c.people), mayBeResponsible)])
		if p.week > week+2 && p.outcome != invited {
			return p
		}
	}
	return c.byID[sampleAdmin]
}
