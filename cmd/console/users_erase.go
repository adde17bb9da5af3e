package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"github.com/roboto-ai/console/internal/users"
)

// eraseSettings are the settings of the command users erase.
func (c *config) eraseSettings() []*setting {
	return append(c.directorySettings(), &setting{
		name: "hand-over", read: into(&c.handOver, readText),
		usage: "`ID` of the person who becomes responsible for the service users of those who are erased; otherwise they have none",
	})
}

// notErased lists what an erasure does not reach.
const notErased = "Not erased: backups, logs of the console and of proxies, exports that were downloaded, " +
	"what the records of others say about them, and what others wrote about them without their user ID."

// eraseUsers does users erase ID.... If one of the users cannot be erased, the others are.
func (p *program) eraseUsers(ctx context.Context, c *config, args []string) error {
	return p.useDirectory(ctx, c, c.database, c.databaseOptions(), func(directory *users.Service) error {
		by := users.Command("cmd_" + strings.ToLower(rand.Text()))
		var errs []error
		for _, who := range args {
			keys, err := directory.EraseUser(ctx, by, who, users.ErasureRequest{HandOver: c.handOver})
			if err != nil {
				errs = append(errs, explain(err, who))
				continue
			}
			for _, key := range keys {
				p.say("Erased %s. What they did and when stays in the audit log under the key %s.", who, key)
			}
		}
		if len(errs) == len(args) {
			return errors.Join(errs...)
		}
		whole, err := directory.EraseDue(ctx)
		if err == nil && !whole {
			p.say("The database is being read, so what was deleted may still be in its log. A console that runs empties it within minutes; otherwise run the command again.")
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("the erasure is not finished: %w. A console that runs goes on with it", err))
		}
		p.say(notErased)
		return errors.Join(errs...)
	})
}
