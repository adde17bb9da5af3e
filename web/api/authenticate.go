package api

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/roboto-ai/console/internal/users"
)

// endingSoon is how long before the end of a token [expiresHeader] is sent.
const endingSoon = 14 * 24 * time.Hour

// expiresHeader is the end of the token of a call (RFC 3339), if that is within
// [endingSoon].
const expiresHeader = "Token-Expires"

// authenticate sets the caller by the token. It returns [users.ErrNoToken] and a
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

// program returns the calling program as an actor that is not authenticated.
func (c *call) program() users.Actor {
	return users.Program(c.info.RequestID, c.info.Address, c.info.UserAgent, toolOf(c.r.Header.Get(requesterHeader), c.info.UserAgent))
}

// bearer returns the secret in an Authorization header (RFC 6750 section 2.1), empty if there
// is none or more than one header.
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

// requesterHeader describes a tool of the platform, as a JSON object.
const requesterHeader = "X-Roboto-Requester"

// maxTool is how many bytes of the name and version of a tool are kept.
const maxTool = 60

// toolOf returns the name and the version of a tool, such as "roboto-sdk 0.62.0" or
// "curl 8.5.0", from [requesterHeader], else from the first product of the user agent. It is
// empty if neither has them.
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

// secretIn matches the secret of a token, in upper or lower case, in what a client sends by
// mistake.
var secretIn = regexp.MustCompile(`(?i)` + users.SecretPattern)

// withoutSecrets redacts the secrets of tokens in text.
func withoutSecrets(text string) string { return secretIn.ReplaceAllString(text, "usr_pat_...") }

// plain returns a name and a version with a space between, without secrets and characters
// other than printable ASCII, cut to maxTool bytes.
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
