package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"github.com/roboto-ai/console/internal/users"
)

// A tokenFlags holds the settings of the token commands.
type tokenFlags struct {
	user        string // ID of the user whose token it is
	name        string
	description string
	expiry      time.Duration // users.Unlimited for never
	scopes      []users.Scope
	ranges      []string
}

// tokenCommand returns the commands for API tokens.
func (p *program) tokenCommand() *cli.Command {
	return &cli.Command{
		Name:            "token",
		Usage:           "create, list and revoke API tokens",
		HideHelpCommand: true,
		Action:          missingCommand,
		OnUsageError:    onUsageError,
		Commands: []*cli.Command{
			p.leaf("create", "", "create a token of a user and print its secret, which is shown only once, on standard output",
				(*config).tokenCreateSettings, p.createToken),
			p.leaf("list", "", "list the tokens of a user, or those of all users that have not ended",
				(*config).tokenListSettings, p.listTokens),
			p.leaf("revoke", "TOKEN", "end a token, named by its ID, at once",
				(*config).actSettings, p.withDirectory(revokeToken)),
		},
	}
}

// tokenCreateSettings are the settings of the command token create.
func (c *config) tokenCreateSettings() []*setting {
	all := append(c.actSettings(),
		&setting{name: "user", required: true, read: into(&c.token.user, readText),
			usage: "`ID` of the user that the token is for"},
		&setting{name: "name", fallback: "command line", read: into(&c.token.name, readText),
			usage: "`NAME` of the token"},
		&setting{name: "description", read: into(&c.token.description, readText),
			usage: "`TEXT` on what the token is for"},
		&setting{name: "expiry", fallback: "90d", read: into(&c.token.expiry, readTokenLifetime),
			usage: "`TIME` until the token ends, such as 90d or 12h; never, where --token-lifetime allows it"},
		&setting{name: "scope", read: more(&c.token.scopes, readScopes),
			usage: "`SCOPE` of the token; may be given several times, or several separated by commas; " + string(users.ScopeEverything) + " without"},
		&setting{name: "range", read: more(&c.token.ranges, readWords),
			usage: "`NETWORK` from which alone the token can be used, such as 10.0.0.0/8; may be given several times; any address without"})
	return append(all, c.tokenSettings()[0])
}

// tokenListSettings are the settings of the command token list.
func (c *config) tokenListSettings() []*setting {
	return append(c.directorySettings(),
		&setting{name: "user", read: into(&c.token.user, readText),
			usage: "`ID` of the user whose tokens are listed, those that ended in the last 90 days too"},
		&setting{name: "format", fallback: "text", read: into(&c.format, readListFormat),
			usage: "`FORMAT` of the list: text or json, an array of objects"})
}

// more returns the read function of a setting that may be given several times. It appends the
// parsed values to to.
func more[T any](to *[]T, parse func(string) ([]T, error)) func(string) error {
	return func(text string) error {
		values, err := parse(strings.TrimSpace(text))
		*to = append(*to, values...)
		return err
	}
}

// readScopes parses names of scopes.
func readScopes(text string) (all []users.Scope, err error) {
	words, err := readWords(text)
	for _, word := range words {
		scope, scopeErr := users.ParseScope(word)
		if scopeErr != nil {
			return nil, fmt.Errorf("there is no scope %q: choose from %s", word, users.ScopeSet(users.Scopes))
		}
		all = append(all, scope)
	}
	return all, err
}

// createToken does token create.
func (p *program) createToken(ctx context.Context, c *config, _ []string) error {
	return p.useDirectory(ctx, c, c.database, c.databaseOptions(), func(directory *users.Service) error {
		n := users.NewToken{
			Name: c.token.name, Description: c.token.description, Scopes: c.token.scopes, Ranges: c.token.ranges, Reason: c.reason,
			Lifetime: c.token.expiry, Never: c.token.expiry == users.Unlimited,
		}
		if len(n.Scopes) == 0 {
			n.Scopes = []users.Scope{users.ScopeEverything}
		}
		id, err := users.ParseID(c.token.user)
		if err != nil {
			return fmt.Errorf("there is no user %s", c.token.user)
		}
		t, secret, err := directory.IssueToken(ctx, users.Command("cmd_"+strings.ToLower(rand.Text())), id, n)
		switch {
		case errors.Is(err, users.ErrTooManyTokens):
			return fmt.Errorf("%s has %d tokens, and can have no more: revoke one that is not used", id, users.MaxTokens)
		case errors.Is(err, users.ErrUnknown):
			return fmt.Errorf("it is not known whether a token was created for %s: the database's answer got lost. console token list --user %s shows it; "+
				"revoke it, as its secret is lost (%w)", id, id, err)
		case err != nil:
			return explain(err, string(id))
		}
		if _, err := fmt.Fprintln(p.stdout, secret); err != nil {
			return errors.Join(err, directory.RevokeToken(ctx, users.Command("cmd_"+strings.ToLower(rand.Text())), t.ID, users.TokenEnd{Reason: "its secret could not be printed", LeaveNone: true}))
		}
		_, _ = fmt.Fprintf(p.stderr, "Created the token %s (%s) of %s with the role %s: %s; it ends %s. The secret is not shown again.\n",
			t.ID, t.Name, id, t.Acts(), users.ScopeSet(t.Scopes), endText(t.EndsAt))
		return nil
	})
}

// endText returns the end of a token as text.
func endText(at time.Time) string {
	if at.Equal(users.EndOfTime) {
		return "never"
	}
	return at.UTC().Format("2006-01-02 15:04Z")
}

// revokeToken does token revoke TOKEN.
func revokeToken(ctx context.Context, directory *users.Service, by users.Actor, c *config, args []string) (string, error) {
	id := users.TokenID(args[0])
	t, err := directory.Token(ctx, by, id)
	if errors.Is(err, users.ErrNotFound) {
		return "", fmt.Errorf("there is no token %s; console token list shows which there are", id)
	} else if err != nil {
		return "", err
	}
	if err := directory.RevokeToken(ctx, by, id, users.TokenEnd{Reason: c.reason, LeaveNone: true}); err != nil {
		return "", err
	}
	return fmt.Sprintf("The token %s (%s) of %s is revoked.", t.ID, t.Name, t.User.ID), nil
}

// A listedToken is an object of token list --format json.
type listedToken struct {
	ID          users.TokenID    `json:"token_id"`
	User        users.ID         `json:"user_id"`
	Name        string           `json:"name"`
	Description string           `json:"description,omitempty"`
	Hint        string           `json:"hint"` // the last four characters of the secret's random part
	State       users.TokenState `json:"state"`
	Role        users.Role       `json:"role"`
	Scopes      []users.Scope    `json:"scopes"`
	Ranges      []string         `json:"ranges"`
	IssuedAt    time.Time        `json:"issued_at"`
	EndsAt      time.Time        `json:"ends_at"`
	UsedAt      *time.Time       `json:"last_used_at"` // null for never
	UsedFrom    string           `json:"last_used_from,omitempty"`
	UsedWith    string           `json:"last_used_with,omitempty"`
	ReplacedBy  users.TokenID    `json:"replaced_by,omitempty"`
}

// listTokens does token list.
func (p *program) listTokens(ctx context.Context, c *config, _ []string) error {
	return p.useDirectory(ctx, c, c.database, c.databaseOptions(), func(directory *users.Service) error {
		by := users.Command("cmd_" + strings.ToLower(rand.Text()))
		var all []users.Token
		var err error
		if c.token.user != "" {
			all, err = directory.Tokens(ctx, by, users.ID(c.token.user))
		} else {
			all, err = directory.LiveTokens(ctx, by)
		}
		if err != nil {
			return explain(err, c.token.user)
		}
		if c.format == "json" {
			return p.printTokens(all)
		}
		table := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "TOKEN ID\tUSER ID\tNAME\tSTATE\tROLE\tENDS\tLAST USED\tFROM\tWITH")
		for _, t := range all {
			used := "never"
			if !t.LastUsed.At.IsZero() {
				used = t.LastUsed.At.UTC().Format("2006-01-02 15:04Z")
			}
			fmt.Fprintln(table, strings.Join([]string{string(t.ID), string(t.User.ID), t.Name, string(t.State(time.Now())), string(t.Acts()),
				endText(t.EndsAt), used, cmp.Or(t.LastUsed.Address, "-"), cmp.Or(t.LastUsed.Tool, "-")}, "\t"))
		}
		return table.Flush()
	})
}

// printTokens prints tokens as JSON.
func (p *program) printTokens(all []users.Token) error {
	list := make([]listedToken, len(all))
	for i, t := range all {
		list[i] = listedToken{
			ID: t.ID, User: t.User.ID, Name: t.Name, Description: t.Description, Hint: t.Hint, State: t.State(time.Now()), Role: t.Acts(),
			Scopes: t.Scopes, Ranges: []string{}, IssuedAt: t.IssuedAt, EndsAt: t.EndsAt,
			UsedFrom: t.LastUsed.Address, UsedWith: t.LastUsed.Tool, ReplacedBy: t.ReplacedBy,
		}
		for _, r := range t.Ranges {
			list[i].Ranges = append(list[i].Ranges, r.String())
		}
		if !t.LastUsed.At.IsZero() {
			list[i].UsedAt = &t.LastUsed.At
		}
	}
	encoder := json.NewEncoder(p.stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(list)
}
