package api

import (
	"context"

	"github.com/roboto-ai/console/internal/users"
)

// once returns the context of the change that the call makes.
func (c *call) once(func(users.User) any) context.Context { return c.ctx() }

// nothingTold is the data of calls whose answer has none.
func nothingTold(users.User) any { return nil }
