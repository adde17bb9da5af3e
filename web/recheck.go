package web

// What the provider says of a session when it is asked again.
const (
	recheckConfirmed = "confirmed"
	recheckEnded     = "ended"  // the person is no longer signed in there, or as somebody else
	recheckFailed    = "failed" // no answer, or one that says nothing of that; the session goes on
)

// RecheckOutcomes returns everything that can come of asking the provider again.
func RecheckOutcomes() []string { return []string{recheckConfirmed, recheckEnded, recheckFailed} }
