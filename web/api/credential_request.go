package api

import (
	"net/http"
	"time"

	"github.com/roboto-ai/console/internal/users"
)

// credentialRoutes are the calls of a program that gets a token with the approval of a person.
func (h *Handler) credentialRoutes() []route {
	return []route{
		{Method: http.MethodPost, Pattern: "/v1/tokens/requests", Scope: noToken, Secret: true, handle: requestCredential},
		{Method: http.MethodPost, Pattern: "/v1/tokens/requests/exchange", Scope: noToken, Secret: true, handle: exchangeCredential},
	}
}

// A credentialRecord is a CredentialRequest on the wire.
type credentialRecord struct {
	ID               string    `json:"credential_request_id"`
	ConfirmationCode string    `json:"confirmation_code"`
	ApprovalURL      string    `json:"approval_url"`
	Expires          time.Time `json:"expires"`
}

// requestCredential serves POST /v1/tokens/requests.
func requestCredential(c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	n := users.NewCredentialRequest{
		Challenge: textOf(o.text("code_challenge")), Method: textOf(o.text("code_challenge_method")),
		RedirectURI: textOf(o.text("redirect_uri")), State: textOf(o.text("state")),
		Hostname: textOf(o.text("client_hostname")), Version: textOf(o.text("client_version")),
	}
	if days := o.number("token_expiry_days"); days != nil {
		n.LifetimeDays = int(min(max(*days, 0), users.MaxCredentialDays+1))
	}
	if err := o.err(); err != nil {
		return nil, err
	}
	r, err := c.h.users.RequestCredential(c.ctx(), n)
	if err != nil {
		return nil, err
	}
	return credentialRecord{r.ID, r.ConfirmationCode, c.h.baseURL + "/tokens/requests/" + r.ID, r.ExpiresAt}, nil
}

// exchangeCredential serves POST /v1/tokens/requests/exchange.
func exchangeCredential(c *call) (any, error) {
	o, err := c.object()
	if err != nil {
		return nil, err
	}
	x := users.Exchange{
		RequestID: textOf(o.text("credential_request_id")),
		Code:      textOf(o.text("authorization_code")), Verifier: textOf(o.text("code_verifier")),
	}
	if err := o.err(); err != nil {
		return nil, err
	}
	t, secret, err := c.h.users.ExchangeCredentialRequest(c.ctx(), c.program(), x)
	return withSecret(t, secret, err)
}
