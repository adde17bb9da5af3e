package users

import (
	"context"
	"fmt"
	"slices"

	"github.com/roboto-ai/console/internal/database"
)

// Limits of [Service.Heirs].
const (
	maxHeirs      = 3   // suggestions for a service user
	maxNeighbours = 500 // service users that are compared
)

// Heirs suggests persons who could become responsible for service users of a person who leaves, by
// the key of the service user: first who is responsible for others with the same purpose, department
// or label, then admins who have acted on it lately. It returns a [*ForbiddenError] unless the actor
// sees the directory.
func (s *Service) Heirs(ctx context.Context, actor Actor, leaver User, services []User) (map[Key][]Ref, error) {
	if err := actor.May(ActSeeDirectory, User{}); err != nil || len(services) == 0 {
		return nil, err
	}
	neighbours, err := UsersWhere(ctx, s.reads(), `u.kind = 'service' AND u.responsible_key IS NOT NULL AND u.responsible_key <> $1
		AND r.status = 'active' AND (u.purpose IS NOT NULL OR u.department IS NOT NULL OR u.labels IS NOT NULL) ORDER BY u.updated_at DESC LIMIT $2`, leaver.Key, maxNeighbours)
	if err != nil {
		return nil, fmt.Errorf("suggest who takes over: %w", err)
	}
	admins, err := s.recentAdmins(ctx, leaver, services)
	if err != nil {
		return nil, fmt.Errorf("suggest who takes over: %w", err)
	}
	heirs := map[Key][]Ref{}
	for _, service := range services {
		var all []Ref
		for _, n := range neighbours {
			if n.resembles(service) {
				all = append(all, n.Responsible)
			}
		}
		heirs[service.Key] = firstOf(append(all, admins[service.Key]...), maxHeirs)
	}
	return heirs, nil
}

// resembles reports whether two service users have the same purpose, department or a label.
func (u User) resembles(other User) bool {
	labels := SplitLabels(other.Labels)
	return u.Purpose != "" && u.Purpose == other.Purpose || u.Department != "" && u.Department == other.Department ||
		slices.ContainsFunc(SplitLabels(u.Labels), func(l string) bool { return slices.Contains(labels, l) })
}

// firstOf returns the first n different users.
func firstOf(all []Ref, n int) (first []Ref) {
	for _, r := range all {
		if len(first) < n && !slices.Contains(first, r) {
			first = append(first, r)
		}
	}
	return first
}

// recentAdmins returns the active admins and owners, except for the leaver, who have acted on each
// of the service users, last first.
func (s *Service) recentAdmins(ctx context.Context, leaver User, services []User) (map[Key][]Ref, error) {
	var f database.Filter
	keys := ""
	for i, service := range services {
		if i > 0 {
			keys += ", "
		}
		keys += f.Arg(service.Key)
	}
	type act struct {
		on Key
		by Ref
	}
	all, err := database.Collect(ctx, s.reads(), func(row database.Scanner) (a act, err error) {
		return a, row.Scan(&a.on, &a.by.Key, &a.by.ID, &a.by.Name, &a.by.Kind)
	}, `SELECT e.target_key, u.key, u.user_id, COALESCE(u.name, ''), u.kind FROM events e JOIN users u ON u.key = e.actor_key
		WHERE e.target_key IN (`+keys+`) AND u.key <> `+f.Arg(leaver.Key)+` AND u.kind = 'person' AND u.status = 'active' AND u.role IN ('admin', 'owner')
		ORDER BY e.seq DESC LIMIT `+f.Arg(maxNeighbours), f.Args...)
	found := map[Key][]Ref{}
	for _, a := range all {
		found[a.on] = append(found[a.on], a.by)
	}
	return found, err
}
