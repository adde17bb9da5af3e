// Package browsertest holds the tests that use the console in a real browser: whole jobs by
// mouse, by keyboard and without scripts, and every page in light and dark, wide and narrow,
// with axe's accessibility rules. They run with the build tag browser; `make test-browser`
// finds the browser. The console is the program itself, in a process of its own.
package browsertest
