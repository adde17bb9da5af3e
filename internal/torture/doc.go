// Package torture contains fault-injection tests: they build the program, run it as a process
// on a real database, use it as browsers do, and then kill it, fill its disk or cut off its
// database. Acknowledged changes are recorded outside of the console (ledger) and compared with
// the database afterwards.
//
// `make test` runs short versions, `make torture` the full size (CONSOLE_TORTURE=full). Tests
// with requirements beyond Go and a file system have build tags, which the Makefile sets by
// tags.sh: strace, mounts and postgres.
package torture
