package directory

import (
	"cmp"
	"sync/atomic"
	"time"

	"github.com/roboto-ai/console/internal/database"
	"github.com/roboto-ai/console/internal/users"
)

// A Config holds the settings of a [Service]. Its zero values are the defaults.
type Config struct {
	MaxSorted   int // users that are read and sorted, and counted, for one page; default 10,000
	ExportSlice int // users that one statement reads for an export; default 1,000
}

// A Service reads the directory. Its methods may be called from several goroutines.
type Service struct {
	db     *database.DB
	users  *users.Service
	config Config

	cursorSecret atomic.Pointer[string]
	tokenCounts  tokenCounts
	exports      exporters
	names        names
}

// New returns the directory of the users of u, kept in db.
func New(db *database.DB, u *users.Service, c Config) *Service {
	c.MaxSorted = cmp.Or(c.MaxSorted, maxSorted)
	c.ExportSlice = cmp.Or(c.ExportSlice, exportSlice)
	return &Service{db: db, users: u, config: c}
}

// reads is the pool of connections that read.
func (s *Service) reads() database.Reader { return s.db.Reads() }

// now returns the current time.
func (s *Service) now() time.Time { return s.users.Now() }
