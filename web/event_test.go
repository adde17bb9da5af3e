package web

import (
	"testing"

	"github.com/roboto-ai/console/internal/users"
)

func TestEveryActionHasAnIcon(t *testing.T) {
	t.Parallel()
	for _, action := range users.Actions {
		if eventIcons[action] == "" {
			t.Errorf("%s has no icon", action)
		}
	}
}
