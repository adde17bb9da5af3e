package api

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/users"
)

// endingSoon is how long before its end a token is said to end, in [expiresHeader].
const endingSoon = 14 * 24 * time.Hour

// expiresHeader is when the token ends that a call was made with (RFC 3339), on answers to
// one that ends within [endingSoon].
const expiresHeader = "Token-Expires"

// authenticate finds out by its token who makes the call. It returns [users.ErrNoToken] and a
// [*users.TokenRefusedError].
func (c *call) authenticate() error {
	program := c.program()
	caller, err := c.h.users.Authenticate(c.ctx(), bearer(c.r.Header.Values("Authorization")), program)
	if err != nil {
		return err
	}
	c.caller, c.actor = caller, caller.Actor(program)
	if left := caller.Token.EndsAt.Sub(c.h.now()); left < endingSoon {
		c.w.Header().Set(expiresHeader, caller.Token.EndsAt.Format(time.RFC3339))
	}
	return nil
}

// program returns the program that makes the call, which is not known yet.
func (c *call) program() users.Actor {
	return users.Program(c.about.RequestID, c.about.Address, c.about.UserAgent, toolOf(c.r.Header.Get(requesterHeader), c.about.UserAgent))
}

// bearer returns the secret in an Authorization header (RFC 6750 section 2.1), and an empty
// text if there is none, or more than one header.
func bearer(values []string) string {
	if len(values) != 1 {
		return ""
	}
	scheme, secret, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.Trim(secret, " ")
}

// requesterHeader is what the platform's tools say of themselves: a JSON object.
const requesterHeader = "X-Roboto-Requester"

// maxTool is how many bytes the name and version of a tool may have. What is longer is cut.
const maxTool = 60

// toolOf returns the name and the version of the tool that makes a request, such as
// "roboto-sdk 0.62.0" or "curl 8.5.0": by what it says as a requester, else by the first
// product of its user agent. It is empty if neither says.
func toolOf(requester, userAgent string) string {
	var said struct {
		Tool    string `json:"roboto_tool"`
		Version string `json:"roboto_tool_version"`
	}
	if len(requester) <= 4<<10 && json.Unmarshal([]byte(requester), &said) == nil && said.Tool != "" {
		return plain("roboto-"+said.Tool, said.Version)
	}
	product, _, _ := strings.Cut(strings.TrimSpace(userAgent), " ")
	name, version, _ := strings.Cut(product, "/")
	return plain(name, version)
}

// secretIn finds the secret of a token in what a client sends by mistake, in any case of
// letters, so that none is kept.
var secretIn = regexp.MustCompile(`(?i)` + users.SecretPattern)

// withoutSecrets returns text with the secrets of tokens in it cut to their beginning.
func withoutSecrets(text string) string { return secretIn.ReplaceAllString(text, "usr_pat_...") }

// plain returns a name and a version with a space between, cut, and without what is no
// printable ASCII.
func plain(name, version string) string {
	text := strings.Map(func(r rune) rune {
		if r <= ' ' && r != ' ' || r >= utf8.RuneSelf || r == 0x7f {
			return -1
		}
		return r
	}, withoutSecrets(strings.TrimSpace(name+" "+version)))
	if len(text) > maxTool {
		text = text[:maxTool]
	}
	return strings.Join(strings.Fields(text), " ")
}
