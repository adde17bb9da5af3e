package api

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/roboto-ai/console/internal/users"
)

// DefaultRate is how many requests a second each token may make.
const DefaultRate = 200

// burstSeconds is for how many seconds of its rate a token may make requests at once.
const burstSeconds = 10

// Refusals of one token that are handed on to be recorded: each takes the turn of a change,
// also where the same was recorded a moment ago.
const (
	refusalsAtOnce = 60
	refusalsEvery  = 20 * time.Second // once more
)

// maxRated is how many tokens the limits are remembered of.
const maxRated = 20_000

// rates limit how often something is done with each token. Other tokens of the same user have
// limits of their own.
type rates struct {
	limit rate.Limit // zero: none
	burst int
	now   func() time.Time

	mu  sync.Mutex
	all map[users.TokenID]*rate.Limiter
}

// take returns zero if it may be done now, and otherwise how long it has to wait.
func (r *rates) take(id users.TokenID) time.Duration {
	if r.limit == 0 {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	bucket := r.all[id]
	if bucket == nil {
		r.makeRoom(now)
		bucket = rate.NewLimiter(r.limit, r.burst)
		r.all[id] = bucket
	}
	if bucket.AllowN(now, 1) {
		return 0
	}
	return time.Duration((1 - bucket.TokensAt(now)) / float64(r.limit) * float64(time.Second))
}

// makeRoom forgets tokens that have waited long enough to be as good as new, and if there
// are still too many, a tenth of the others, in no order, so that none can be pushed out on
// purpose.
func (r *rates) makeRoom(now time.Time) {
	if r.all == nil {
		r.all = make(map[users.TokenID]*rate.Limiter)
	}
	if len(r.all) < maxRated {
		return
	}
	for id, bucket := range r.all {
		if bucket.TokensAt(now) >= float64(r.burst) {
			delete(r.all, id)
		}
	}
	for id := range r.all {
		if len(r.all) <= maxRated*9/10 {
			return
		}
		delete(r.all, id)
	}
}

// retryAfter says how long to wait, in whole seconds.
func retryAfter(h http.Header, wait time.Duration) {
	h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
}
