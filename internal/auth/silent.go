package auth

import "context"

// BeginSilently starts a sign-in with prompt=none (OpenID Connect Core, section 3.1.2.1) for a
// person who has a session here: the provider reports whether they have one there. It always
// fetches the discovery document first, as a browser redirected to a provider that is down does
// not return. hint is the person's address, or empty. Its errors are those of [Provider.Begin].
func (p *Provider) BeginSilently(ctx context.Context, hint string) (string, Attempt, error) {
	if _, err := p.fetchDiscovery(ctx); err != nil {
		return "", Attempt{}, err
	}
	return p.Begin(ctx, BeginOptions{Prompt: PromptNone, LoginHint: hint})
}
