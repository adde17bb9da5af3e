package users

// SessionEnd says why a session ended. Its values are stored.
type SessionEnd string

// The reasons for which sessions end.
const (
	EndedSignedOut     SessionEnd = "signed_out"
	EndedSignedInAgain SessionEnd = "signed_in_again" // in the same browser
	EndedByActor       SessionEnd = "ended"           // by the actor, who is the user or manages them
	EndedByLimit       SessionEnd = "session_limit"   // it was the one longest unused
	EndedDeactivated   SessionEnd = "deactivated"
	EndedDeleted       SessionEnd = "deleted"
	EndedRoleChanged   SessionEnd = "role_changed"
	EndedReset         SessionEnd = "sign_in_reset"

	EndedAtProvider      SessionEnd = "provider_signed_out"    // the provider says that it has ended
	EndedNotAtProvider   SessionEnd = "provider_not_signed_in" // the person is not signed in there any more
	EndedOtherAtProvider SessionEnd = "provider_other_account" // the browser is signed in there as another
)

// SessionEnds returns every reason for which a session ends.
func SessionEnds() []SessionEnd {
	return []SessionEnd{
		EndedSignedOut, EndedSignedInAgain, EndedByActor, EndedByLimit, EndedDeactivated, EndedDeleted, EndedRoleChanged, EndedReset,
		EndedAtProvider, EndedNotAtProvider, EndedOtherAtProvider,
	}
}
