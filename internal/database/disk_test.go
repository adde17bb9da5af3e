package database

import (
	"os"
	"testing"
)

// TestDisks checks the findings on kinds of file systems and on free space, for made-up disks.
func TestDisks(t *testing.T) {
	t.Parallel()
	const gigabyte = 1 << 30
	for name, test := range map[string]struct {
		disk  disk
		size  int64
		kind  Grade
		space Grade
	}{
		"a local disk":           {disk{"", 10 * gigabyte}, gigabyte, Good, Good},
		"NFS":                    {disk{"NFS", 10 * gigabyte}, gigabyte, Bad, Good},
		"Windows":                {disk{"CIFS", 10 * gigabyte}, gigabyte, Bad, Good},
		"FUSE":                   {disk{"FUSE", 10 * gigabyte}, gigabyte, Bad, Good},
		"a container's own":      {disk{"overlay", 10 * gigabyte}, gigabyte, Doubtful, Good},
		"memory":                 {disk{"tmpfs", 10 * gigabyte}, gigabyte, Doubtful, Good},
		"no room for a copy":     {disk{"", gigabyte}, 2 * gigabyte, Good, Doubtful},
		"hardly any room at all": {disk{"", 99 << 20}, 1 << 20, Good, Bad},
	} {
		if f := test.disk.kindFinding("/data"); f.Grade != test.kind || (f.Fix == "") != (test.kind == Good) {
			t.Errorf("%s: got %+v", name, f)
		}
		if f := test.disk.spaceFinding(test.size); f.Grade != test.space || (f.Fix == "") != (test.space == Good) {
			t.Errorf("%s: got %+v", name, f)
		}
	}
}

// TestDirectoryOfAnother looks at a directory for a user to whom it does not belong.
func TestDirectoryOfAnother(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if f := examineDirectory(dir, os.Geteuid()); f.Grade != Good {
		t.Errorf("for its owner: got %+v", f)
	}
	if f := examineDirectory(dir, os.Geteuid()+1); f.Grade != Bad {
		t.Errorf("for another: got %+v", f)
	}
}
