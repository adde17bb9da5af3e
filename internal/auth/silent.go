package auth

import "context"

// BeginSilently is [Provider.Begin] for a person who is signed in here, and of whom the
// provider is to say without a question whether they are signed in there too (OpenID Connect
// Core, section 3.1.2.1: prompt=none). It asks the provider for its discovery document
// first, whatever is known: a browser that is sent to a provider that is down does not come
// back. The hint is the person's address, or empty. Its errors are those of Begin.
func (p *Provider) BeginSilently(ctx context.Context, hint string) (string, Attempt, error) {
	if _, err := p.fetchDiscovery(ctx); err != nil {
		return "", Attempt{}, err
	}
	return p.Begin(ctx, BeginOptions{Prompt: PromptNone, LoginHint: hint})
}
