// Command bench measures the console against itself: each page against the same
// bytes from memory, by turns, so that what it prints are ratios rather than the
// speed of the machine. It makes its own data, starts the console as a program of
// its own, and ends with a table. No figure makes it fail.
//
// What the figures mean is in docs/performance.md, where -write puts them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// main does what needs the process itself.
func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are what the command line asks for.
type options struct {
	users, small int
	turn         time.Duration
	rounds       int
	dir, write   string

	engine, server, directory string
	only                      *regexp.Regexp
}

// run is the program.
func run(ctx context.Context) error {
	if address := os.Getenv(bareVariable); address != "" {
		return serveBare(ctx, address)
	}
	var o options
	flag.IntVar(&o.users, "users", 1_000_000, "users in the directory that is measured")
	flag.IntVar(&o.small, "small", 10_000, "users in the one that growth is measured from")
	seconds := flag.Float64("seconds", 2, "length of a turn")
	flag.IntVar(&o.rounds, "rounds", 5, "turns of each, of which the median counts")
	flag.StringVar(&o.dir, "dir", filepath.Join("data", "bench"), "where the data is kept between runs; delete it to have it made anew")
	flag.StringVar(&o.engine, "engine", "sqlite", "what keeps the data: sqlite or postgres")
	flag.StringVar(&o.server, "server", "", "address of a PostgreSQL server's database postgres, as its superuser, to make and keep the directories on; without it one is started, which goes afterwards")
	flag.StringVar(&o.directory, "directory", "", "name of a database on -server that holds a demo's directory, to measure that one; it is edited")
	flag.StringVar(&o.write, "write", "", "document to put the result in, between its marks")
	only := flag.String("only", "", "regular expression: what is measured")
	flag.Parse()
	var err error
	if o.only, err = regexp.Compile(*only); err != nil {
		return err
	}
	o.turn = time.Duration(*seconds * float64(time.Second))
	if flag.NArg() > 0 || o.users < 1 || o.small < 1 || o.rounds < 1 || o.turn <= 0 {
		return errors.New("users, small, seconds and rounds are at least 1, and there are no arguments")
	}
	if o.engine != "sqlite" && o.engine != "postgres" || o.engine == "sqlite" && o.server+o.directory != "" || o.server == "" && o.directory != "" {
		return errors.New("-engine is sqlite or postgres; -server is for postgres, and -directory for -server")
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return err
	}
	text, err := measure(ctx, o)
	if text != "" { // what was measured before anything went wrong is told all the same
		fmt.Println(text)
	}
	if err != nil || o.write == "" {
		return err
	}
	return writeTo(o.write, o.engine, text)
}

// say tells whoever waits how far it is.
func say(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
