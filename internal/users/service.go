package users

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/roboto-ai/console/internal/database"
)

// Signup says whether a person who is not in the directory may sign up with a verified address.
type Signup string

// The ways to sign up.
const (
	SignupInvited Signup = "invited" // refused
	SignupDomain  Signup = "domain"  // admitted with an address of a listed domain
	SignupOpen    Signup = "open"    // admitted
)

// A Config is how a [Service] is set up. Its zero values are the defaults.
type Config struct {
	Now              func() time.Time // default time.Now
	Log              *slog.Logger     // default slog.Default(): faults in bookkeeping
	SessionIdle      time.Duration    // default 12 hours
	SessionLifetime  time.Duration    // default 7 days
	Signup           Signup           // default SignupInvited
	SignupDomains    []string         // with SignupDomain
	ProviderFields   []string         // fields of persons' records that come from claims: department, title, manager
	TrustEmail       bool             // an address of which the provider does not say whether it is verified counts as verified
	Changed          func(Action)     // is called for each committed event; may be nil
	LongRead         time.Duration    // for a search of the audit log or a count of many users; default 10 seconds
	TokenLifetime    time.Duration    // the longest that a token may be issued with; default 365 days, [Unlimited] for tokens that never end
	Authenticated    func(TokenState) // is called for each secret that a program came with, with what became of it; may be nil
	ReadCancelled    func(error)      // is called with ErrSuperseded or ErrReadTooLong for each such read that is cancelled; may be nil
	DeletionGrace    time.Duration    // how long a deleted user can be restored; default zero: not at all
	ErasureDelay     time.Duration    // from a deletion with [EraseLater] to the erasure; default zero: at once
	NoPersonalTokens bool             // people have no tokens of their own
}

// Default limits of sessions.
const (
	DefaultSessionIdle     = 12 * time.Hour
	DefaultSessionLifetime = 7 * 24 * time.Hour
)

// DefaultTokenLifetime is the longest lifetime of a token by default.
const DefaultTokenLifetime = 365 * 24 * time.Hour

// A Service is the directory and its history. Its methods may be called from
// several goroutines.
type Service struct {
	db           *database.DB
	config       Config
	notes        *writeQueue
	uses         *useCollector
	batches      *batchRunner
	changes      atomic.Uint64 // see [Service.Changes]
	tokenChanges atomic.Uint64 // see [Service.TokenChanges]
	merged       atomic.Uint64 // changes + 1 up to which [Service.MergeIndexes] has merged

	sealKeys atomic.Pointer[sealKeys]
	long     longReads
	recorded atomic.Pointer[chan struct{}] // see [Service.Recorded]
}

// NewService returns the directory kept in db. [Service.Close] ends it.
func NewService(db *database.DB, c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.SessionIdle == 0 {
		c.SessionIdle = DefaultSessionIdle
	}
	if c.SessionLifetime == 0 {
		c.SessionLifetime = DefaultSessionLifetime
	}
	if c.LongRead == 0 {
		c.LongRead = longReadLimit
	}
	if c.TokenLifetime == 0 {
		c.TokenLifetime = DefaultTokenLifetime
	}
	if c.Signup == "" {
		c.Signup = SignupInvited
	}
	s := &Service{
		db: db, config: c, notes: newWriteQueue(c.Log),
		long: longReads{limit: c.LongRead, cancelled: c.ReadCancelled},
	}
	first := make(chan struct{})
	s.recorded.Store(&first)
	s.uses = newUseCollector(c.Log, s.writeUses)
	s.batches = newBatchRunner(db.Engine(), c.Log, s.workBatch)
	return s
}

// SignUp returns who may sign in without being added, and with [SignupDomain] the domains.
func (s *Service) SignUp() (Signup, []string) { return s.config.Signup, s.config.SignupDomains }

// SignsUp reports whether a person who is not in the directory and signs in with the
// verified address id is added as a new user.
func (s *Service) SignsUp(id ID) bool {
	return id.IsAddress() && refusal(Claims{Verified: VerifiedYes}, id, User{}, false, s.config) == ""
}

// Close interrupts the work on batches, which another console takes over, writes the uses of tokens
// and waits for the bookkeeping under way. The database stays open.
func (s *Service) Close() {
	if s.batches.close() {
		s.noteInBackground(releaseBatches(s.batches.worker))
	}
	s.uses.close()
	s.notes.close()
}

// Settle waits until the bookkeeping and the batches asked for so far are written.
func (s *Service) Settle() {
	s.batches.settle()
	s.uses.flush()
	s.notes.settle()
}

// Ready returns nil if the directory can be read and written. [NotReady] says of the
// error what is wrong.
func (s *Service) Ready(ctx context.Context) error { return s.db.Ping(ctx) }

// NotReady returns the reason of an error of [Service.Ready] in words that reveal no detail.
func NotReady(err error) string {
	if failed, ok := errors.AsType[*database.PingError](err); ok {
		return failed.Message()
	}
	return "the database does not answer"
}

// Now returns the time by the clock of s, in UTC and whole microseconds.
func (s *Service) Now() time.Time { return s.config.Now().UTC().Truncate(time.Microsecond) }

// reads is the pool of connections for reading.
func (s *Service) reads() database.Reader { return s.db.Reads() }

// lookUps is the pool of connections for single rows, which many requests need.
func (s *Service) lookUps() database.Reader { return s.db.LookUps() }

// wrap adds an operation and its target to an error.
func wrap(op string, id ID, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s: %w", op, id, err)
}
