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

// burstSeconds is the burst of a token, in seconds of its rate.
const burstSeconds = 10

// Limits of the recorded refusals of one token. Recording takes a write transaction, also for a
// refusal that was recorded a moment ago.
const (
	refusalsAtOnce = 60
	refusalsEvery  = 20 * time.Second // one more
)

// maxBuckets is how many tokens have a bucket.
const maxBuckets = 20_000

// rates limit how often something is done with each token, by token buckets. Each token of a
// user has its own.
type rates struct {
	limit rate.Limit // zero: none
	burst int
	now   func() time.Time

	mu  sync.Mutex
	all map[users.TokenID]*rate.Limiter
}

// take takes one from the bucket of a token. It returns zero, or how long to wait until there is
// one.
func (r *rates) take(id users.TokenID) time.Duration {
	if r.limit == 0 {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	bucket := r.all[id]
	if bucket == nil {
		r.evict(now)
		bucket = rate.NewLimiter(r.limit, r.burst)
		r.all[id] = bucket
	}
	if bucket.AllowN(now, 1) {
		return 0
	}
	return time.Duration((1 - bucket.TokensAt(now)) / float64(r.limit) * float64(time.Second))
}

// evict removes full buckets, and if there are still too many, a random tenth of the others, so
// that no token can evict another on purpose.
func (r *rates) evict(now time.Time) {
	if r.all == nil {
		r.all = make(map[users.TokenID]*rate.Limiter)
	}
	if len(r.all) < maxBuckets {
		return
	}
	for id, bucket := range r.all {
		if bucket.TokensAt(now) >= float64(r.burst) {
			delete(r.all, id)
		}
	}
	for id := range r.all {
		if len(r.all) <= maxBuckets*9/10 {
			return
		}
		delete(r.all, id)
	}
}

// retryAfter sets Retry-After, in whole seconds.
func retryAfter(h http.Header, wait time.Duration) {
	h.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
}
