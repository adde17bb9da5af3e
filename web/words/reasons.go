package words

// Why something cannot be done here, and notes about the state of a page.
const (
	LastOwner           = "This is the last active owner. Make another user an owner first."
	OwnLastOwner        = "You are the last active owner. Make another user an owner first."
	OnlyPeopleSignIn    = "Only people sign in."
	NothingToReset      = "There is nothing to reset: this person has not signed in yet."
	TokenRevokedAlready = "This token is already revoked."
	NoSuchProgram       = "No program with that name used the old token of a rotation in the last 90 days."
	NoSuccessor         = "This token has no successor, so there is no overlap to extend."
	NoPersonalTokens    = "This console does not accept tokens of people, so these are refused. Use a service user."
	CannotApprove       = "You can't approve this: the console does not accept tokens of people, and you are not responsible for a service user whose tokens you can issue. Ask an admin to make you responsible for one, then start the program again."
	OwnerApproves       = "You are an owner. If the program acts as you, its token can do everything that you can: change and delete every user, and change roles. A service user with a lower role is safer."
	OneRole             = "You can add users with the role user. An owner can change the role later."
	IndexDamaged        = "The search index is damaged. Until it is rebuilt, searches are slower."
	IndexDamagedNewest  = "The search index is damaged. Until it is rebuilt, only the 100,000 newest users are searched, so results are incomplete."
	TooManyToSort       = "Too many users match to sort them, so the newest come first. Add a word or a filter."
	NewestFirst         = "Newest first: too many to sort"
	UserIDFixed         = "The user ID identifies the user everywhere and can't be changed here."
	TypeFixed           = "The type is set when a user is added and never changes."
	StatusFixed         = "The status follows from signing in, deactivating and reactivating."
	TimeZoneFixed       = "People choose their own time zone on their profile."
)
