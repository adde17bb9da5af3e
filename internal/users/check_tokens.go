package users

import "fmt"

// checkingTokens is the phase of [Check] between tables and records.
const checkingTokens = "tokens and their history"

// tokenActions are the actions that change the state of a token.
var tokenActions = []Action{ActionTokenIssued, ActionTokenEnabled, ActionTokenDisabled, ActionTokenRevoked}

// tokens compares each token with its history, in batches of users.
func (c *checker) tokens() {
	for after, more := Key(""), true; more && c.ctx.Err() == nil; {
		c.progress(checkingTokens, 0, 1)
		before := len(c.found)
		err := c.isolated(func() (err error) {
			after, more, err = c.compareTokens(after)
			return err
		})
		if err != nil {
			c.add("The tokens and their history could not be read: %v.", err)
			return
		}
		if len(c.found) > before+10*maxExamples {
			c.add("There are more inconsistencies of tokens and their history. The rest was not checked.")
			return
		}
	}
}

// compareTokens compares the tokens of the next users after a key. It returns the key of the last
// of them, and whether there were any.
func (c *checker) compareTokens(after Key) (last Key, more bool, err error) {
	const some = `(SELECT DISTINCT user_key FROM tokens WHERE user_key > $1 ORDER BY user_key LIMIT $2)`
	all, err := TokensWhere(c.ctx, c.tx, `t.user_key IN `+some+` ORDER BY t.user_key, t.id`, after, checkBatch)
	if err != nil || len(all) == 0 {
		return after, false, err
	}
	events, err := eventsWhere(c.ctx, c.tx, `e.action IN (`+inSQL(tokenActions)+`) AND e.target_key IN `+some+` ORDER BY e.seq`, after, checkBatch)
	if err != nil {
		return after, false, err
	}
	history, erased := map[TokenID][]Event{}, map[Key]bool{}
	for _, e := range events {
		if e.ChangeErased {
			erased[e.Target.Key] = true
			continue
		}
		id := e.token()
		history[id] = append(history[id], e)
	}
	for _, t := range all {
		if why := t.flaw(history[t.ID]); why != "" && !erased[t.User.Key] {
			c.found = append(c.found, fmt.Sprintf("The token %s of %s %s.", t.ID, t.User.ID, why))
		}
	}
	return all[len(all)-1].User.Key, true, nil
}

// token returns the token of an event of tokenActions, or empty.
func (e Event) token() TokenID {
	for _, change := range e.Changes {
		if change.Field == "token" {
			return TokenID(change.New)
		}
	}
	return ""
}

// flaw returns how t differs from its history, oldest first, or "".
func (t Token) flaw(history []Event) string {
	switch {
	case len(history) == 0 || history[0].Action != ActionTokenIssued:
		return "has no event of its issue"
	case !t.RevokedAt.IsZero() != lastOf(history, ActionTokenRevoked, ActionTokenIssued):
		return "is revoked and should not be by the history, or is not and should be"
	case !t.DisabledAt.IsZero() != lastOf(history, ActionTokenDisabled, ActionTokenEnabled):
		return "is disabled and should not be by the history, or is not and should be"
	}
	return ""
}
