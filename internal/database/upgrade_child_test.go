package database

func migrateChild(args []string) error { return nil }
