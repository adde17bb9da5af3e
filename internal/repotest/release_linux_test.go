package repotest

import (
	"debug/elf"
	"testing"
)

// TestReleaseIsStatic checks that the program runs without any library, as in the image. On
// other systems than Linux a program always links to the system's library.
func TestReleaseIsStatic(t *testing.T) {
	t.Parallel()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if libraries, err := file.ImportedLibraries(); err != nil || len(libraries) > 0 {
		t.Errorf("the program needs %v (%v), want nothing", libraries, err)
	}
}
