// Package torture holds tests alone: those that do to a console what a bad day does
// to it. They build the real program, start it as a process of its own on a real
// database, work in it as browsers do, and then kill it, fill its disk or take its
// database away. What it has acknowledged is written down outside of it, and
// compared afterwards with what is there.
//
// In `make test` they are short. `make torture` runs them at full size, as
// CONSOLE_TORTURE=full does. Those that need more than Go and a file system, such as
// a disk of their own to fill, are behind build tags that the Makefile sets where
// the machine has what they need: strace, mounts and postgres.
package torture
