package database

import (
	"database/sql"
	"os"
)

// Stats are statistics of an open database.
type Stats struct {
	Pools map[string]sql.DBStats // by pool: write, note, read, look, long
	Files *FileStats             // of SQLite
}

// FileStats are the sizes of the files of SQLite, in bytes.
type FileStats struct {
	Main int64 // the database itself
	WAL  int64 // the write-ahead log
}

// Stats returns the statistics of db without a query.
func (db *DB) Stats() Stats {
	s := Stats{Pools: map[string]sql.DBStats{"write": db.write.Stats(), "read": db.read.Stats()}}
	if db.notes != db.write {
		s.Pools["note"] = db.notes.Stats()
	}
	if db.look != db.read {
		s.Pools["look"] = db.look.Stats()
	}
	if db.long != db.read {
		s.Pools["long"] = db.long.Stats()
	}
	if db.Engine() == SQLite {
		s.Files = &FileStats{Main: size(db.path), WAL: size(db.path + "-wal")}
	}
	return s
}

// size returns the size of a file, 0 if there is none.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}
