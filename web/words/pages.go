package words

// Titles, headings, buttons and links that several pages share, or that a page and its test do.
const (
	SignInAgain         = "Sign in again"
	SignInAgainToGoOn   = "Sign in again to continue"
	SignedOut           = "You are signed out"
	CouldNotSignIn      = "You could not sign in"
	SessionEnded        = "Your session has ended. Sign in again to continue."
	SignInUnavailable   = "Sign-in is not available"
	GoToSignIn          = "Go to the sign-in page"
	GoToDirectory       = "Go to the directory"
	GoToProfile         = "Go to my profile"
	GoToAuditLog        = "Go to the audit log"
	DeletedUser         = "Deleted user" // of whom no name is left
	MyProfile           = "My profile"
	SavedViews          = "Saved views"
	AuditLog            = "Audit log"
	WhereAccessEnds     = "Where access ends"
	AddPersonTitle      = "Add person"
	NewServiceUser      = "Create service user"
	NewToken            = "Issue token"
	FirstToken          = "Issue its first token"
	SkipForNow          = "Skip for now"
	CopySecrets         = "Copy the new secrets now"
	SecretsStored       = "I’ve stored them: continue"
	ExportUsers         = "Export users"
	ChangeRole          = "Change role"
	ResetSignIn         = "Reset sign-in"
	DisableOrRevoke     = "Disable or revoke"
	DisableOrRevokeMenu = "Disable or revoke…"
	TokenRequested      = "A program asks for a token"
)
