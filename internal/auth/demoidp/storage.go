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
	requestLife = 10 * time.Minute // from the console to the choice and back
	tokenLife   = 5 * time.Minute
	maxKept     = 1000 // requests and tokens, each; the rest is refused
)

// storage is what the provider remembers, in memory. It implements [op.Storage].
type storage struct {
	client client
	people map[string]Person // by subject
	key    signingKey

	mu       sync.Mutex
	requests map[string]*request // by their id
	codes    map[string]string   // ids of requests by code
	tokens   map[string]token    // by their id
}

var _ op.Storage = (*storage)(nil)

// A token is an access token: it opens UserInfo about one subject.
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

// SubjectOf returns the subject of the person with that user id: like that of any
// provider it says nothing of them, and it is the same at every start.
func SubjectOf(userID string) string {
	sum := sha256.Sum256([]byte("demo subject: " + userID))
	return hex.EncodeToString(sum[:16])
}

// waiting reports whether the request exists and nobody has been chosen for it.
func (s *storage) waiting(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	return ok && !r.done && time.Now().Before(r.expires)
}

// choose signs the person in for the request. It reports false if there is no such
// person, or no such request waiting.
func (s *storage) choose(id, userID string) bool {
	subject := SubjectOf(userID)
	_, known := s.people[subject]
	if !known || !s.waiting(id) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	chosen := *s.requests[id] // a copy: the one before may be in use
	chosen.subject, chosen.at, chosen.done = subject, time.Now(), true
	s.requests[id] = &chosen
	return true
}

// CreateAuthRequest keeps a request to sign in. It refuses one without PKCE.
func (s *storage) CreateAuthRequest(_ context.Context, asked *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if asked.CodeChallenge == "" || asked.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required")
	}
	for _, prompt := range asked.Prompt {
		if prompt == oidc.PromptNone {
			return nil, oidc.ErrLoginRequired().WithDescription("there is nobody to ask without a prompt")
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetExpired(time.Now())
	if len(s.requests) >= maxKept {
		return nil, oidc.ErrServerError().WithDescription("too many sign-ins at once")
	}
	r := &request{asked: *asked, id: rand.Text(), expires: time.Now().Add(requestLife)}
	s.requests[r.id] = r
	return r, nil
}

// forgetExpired forgets what is past its time, and the codes for it.
func (s *storage) forgetExpired(now time.Time) {
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

// errNotKept is the answer for what is unknown, used before or expired.
var errNotKept = errors.New("unknown, used before or expired")

// AuthRequestByID returns a request that has not expired.
func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok || time.Now().After(r.expires) {
		return nil, errNotKept
	}
	return r, nil
}

// AuthRequestByCode returns the request that code was given for. A code is good
// for one look, whatever comes of it.
func (s *storage) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	id := s.codes[code]
	delete(s.codes, code)
	s.mu.Unlock()
	return s.AuthRequestByID(ctx, id)
}

// SaveAuthCode gives code for the request. A request gets one code in its life.
func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if !ok || r.coded {
		return errNotKept
	}
	coded := *r
	coded.coded = true
	s.requests[id], s.codes[code] = &coded, id
	return nil
}

// DeleteAuthRequest forgets a request.
func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.requests, id)
	return nil
}

// CreateAccessToken keeps a new access token for whom the request is about.
func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgetExpired(time.Now())
	if len(s.tokens) >= maxKept {
		return "", time.Time{}, oidc.ErrServerError().WithDescription("too many sign-ins at once")
	}
	id, t := rand.Text(), token{subject: r.GetSubject(), scopes: r.GetScopes(), expires: time.Now().Add(tokenLife)}
	s.tokens[id] = t
	return id, t.expires, nil
}

// SigningKey returns the key that signs.
func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return s.key, nil }

// SignatureAlgorithms returns the one algorithm.
func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{s.key.SignatureAlgorithm()}, nil
}

// KeySet returns the key that signatures are checked with.
func (s *storage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{publicKey{s.key}}, nil }
