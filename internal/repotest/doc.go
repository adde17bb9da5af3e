// Package repotest holds the tests of the repository as a whole: which package may import
// which, which words the code may use, the files in deploy/, the documents, the licences and
// the program as it is released.
package repotest
