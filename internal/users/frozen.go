package users

// A Frozen is a user as of a moment: who it was, and in which version of the record.
type Frozen struct {
	Key     Key
	Version int64
}
