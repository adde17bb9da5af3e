// Command bench measures the console at a million users. Pages and calls of the API are
// measured by turns with the same answers from memory, so that what counts are ratios and
// not the speed of the machine. The bench generates the data, starts the console as a
// process and prints one table with the goal beside each figure. No figure makes it fail.
//
// docs/performance.md says what is measured; -write puts the table there.
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

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags of the command line.
type options struct {
	users, small, rounds int
	turn                 time.Duration
	dir, engine, write   string
	only                 *regexp.Regexp
}

func (o options) postgres() bool { return o.engine == "postgres" }

func parse() (o options, err error) {
	flag.IntVar(&o.users, "users", 1_000_000, "users in the directory that is measured")
	flag.IntVar(&o.small, "small", 10_000, "users in a second directory, which shows how cost grows")
	seconds := flag.Float64("seconds", 2, "length of a turn")
	flag.IntVar(&o.rounds, "rounds", 5, "turns of each; the median counts")
	flag.StringVar(&o.dir, "dir", filepath.Join("data", "bench"), "folder that keeps the data between runs; delete it to generate the data again")
	flag.StringVar(&o.engine, "engine", "sqlite", "sqlite, or postgres: on a server that the bench starts and removes")
	flag.StringVar(&o.write, "write", "", "document to write the result to, between its marks")
	only := flag.String("only", "", "regular expression on the first column of the table: what is measured")
	flag.Parse()
	if o.only, err = regexp.Compile(*only); err != nil {
		return o, err
	}
	o.turn = time.Duration(*seconds * float64(time.Second))
	if flag.NArg() > 0 || o.users < 100 || o.small < 100 || o.rounds < 1 || o.turn <= 0 || beginMarks[o.engine] == "" {
		return o, errors.New("at least 100 users, a round and some time are needed, an engine and no arguments: see -help")
	}
	return o, os.MkdirAll(o.dir, 0o700)
}

// run measures what the flags ask for and prints the result; after an error, what was
// measured before it.
func run(ctx context.Context) error {
	o, err := parse()
	if err != nil {
		return err
	}
	text, err := measure(ctx, o)
	if text != "" {
		fmt.Println(text)
	}
	if err != nil || o.write == "" {
		return err
	}
	return writeTo(o.write, o.engine, text)
}

// logf reports progress on standard error.
func logf(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
