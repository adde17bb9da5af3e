package demoidp

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	requestLife = 10 * time.Minute // lifetime of an authorization request
	tokenLife   = 5 * time.Minute
	maxEntries  = 1000 // maximum number of requests, and of tokens
)

// A storage holds requests, codes and tokens in memory. It implements [op.Storage].
type storage struct {
	client client
	people map[string]Person // by subject
	key    signingKey

	mu       sync.Mutex
	requests map[string]*request // by ID
	codes    map[string]string   // IDs of requests by code
	tokens   map[string]token    // by ID
}

var _ op.Storage = (*storage)(nil)

// A token is an access token for UserInfo.
type token struct {
	subject string
	scopes  []string
	expires time.Time
}

// newStorage returns an empty storage with a new key.
func newStorage(c Config) (*storage, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	s := &storage{
		client:   client{config: c},
		people:   map[string]Person{},
		key:      signingKey{id: rand.Text(), private: private},
		requests: map[string]*request{},
		codes:    map[string]string{},
		tokens:   map[string]token{},
	}
	for _, p := range c.People {
		s.people[SubjectOf(p.UserID)] = p
	}
	return s, nil
}

// SubjectOf returns the subject of the person with that user ID. It is opaque, and the same at
// every start.
func SubjectOf(userID string) string {
	sum := sha256.Sum256([]byte("demo subject: " + userID))
	return hex.EncodeToString(sum[:16])
}

// pending reports whether the request exists and no person has been chosen for it.
func (s *storage) pending(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	return ok && !r.done && time.Now().Before(r.expires)
}

// choose signs the person in for the request. It reports false if there is no such person or no
// pending request.
func (s *storage) choose(id, userID string) bool {
	subject := SubjectOf(userID)
	_, known := s.people[subject]
	if !known || !s.pending(id) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	chosen := *s.requests[id] // a copy: requests are immutable
	chosen.subject, chosen.at, chosen.done = subject, time.Now(), true
	s.requests[id] = &chosen
	return true
}

// CreateAuthRequest stores an authorization request. It refuses one without PKCE.
func (s *storage) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if asked.CodeChallenge == "" || asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required")
	}
	for _, prompt := range asked.Prompt {
		if prompt == oidc.PromptNone {
			return nil, oidc.ErrLoginRequired().WithDescription("the provider keeps no session")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleteExpired(time.Now())
	if len(s.requests) >= maxEntries {
		return nil, oidc.ErrServerError().WithDescription("too many sign-ins at once")
	}
	r := &request{asked: *asked, id: rand.Text(), expires: time.Now().Add(requestLife)}
	s.requests[r.id] = r
	return r, nil
}

// deleteExpired deletes expired requests, their codes, and expired tokens.
func (s *storage) deleteExpired(now time.Time) {
	for id, r := range s.requests {
		if now.After(r.expires) {
			delete(s.requests, id)
		}
	}
	for code, id := range s.codes {
		if s.requests[id] == nil {
			delete(s.codes, code)
		}
	}
	for id, t := range s.tokens {
		if now.After(t.expires) {
			delete(s.tokens, id)
		}
	}
}

// errUnknown is returned for a request, code or token that is unknown, used or expired.
var errUnknown = errors.New("unknown, used or expired")

// AuthRequestByID returns a request that has not expired.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok || time.Now().After(r.expires) {
		return nil, errUnknown
	}
	return r, nil
}

// AuthRequestByCode returns the request of a code, which is invalid from then on.
func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

// SaveAuthCode stores the code of a request. A request gets one code only.
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok || r.hasCode {
		return errUnknown
	}
	withCode := *r
	withCode.hasCode = true
	s.requests[id], s.codes[code] = &withCode, id
	return nil
}

// DeleteAuthRequest deletes a request.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

// CreateAccessToken stores a new access token for the request's person.
func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleteExpired(time.Now())
	if len(s.tokens) >= maxEntries {
		return "", time.Time{}, oidc.ErrServerError().WithDescription("too many sign-ins at once")
	}
	id, t := rand.Text(), token{subject: r.GetSubject(), scopes: r.GetScopes(), expires: time.Now().Add(tokenLife)}
	s.tokens[id] = t
	return id, t.expires, nil
}

// SigningKey returns the signing key.
func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return s.key, nil }

// SignatureAlgorithms returns the algorithm of the signing key.
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{s.key.SignatureAlgorithm()}, nil
}

// KeySet returns the public key.
func (s *storage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{publicKey{s.key}}, nil }
