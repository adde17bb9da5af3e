package words

// What is wrong with a field of a form of a page, and what to enter or choose. The domain's own rules have their messages in internal/users.
const (
	AddressTaken      = "Another user has that e-mail address."
	SentTwice         = "Send this only once."
	NotANumber        = "This is not a number."
	ChooseFormat      = "Choose a format."
	ChooseColumns     = "Choose the columns."
	ChooseTheme       = "Choose auto, light or dark."
	ChooseSession     = "Choose which session to end."
	ChooseEnd         = "Choose when the token ends."
	ChooseDay         = "Choose a day."
	EnterTime         = "Choose a day and a time."
	ChooseLaterDay    = "Choose today or a later day."
	ChooseOverlap     = "Choose how long the old token keeps working."
	ChooseOverlaps    = "Choose how long the old secrets keep working."
	ChooseTokenEnd    = "Choose whether to disable or revoke the token."
	ChooseServiceUser = "You can't issue tokens for that user. Choose a service user from the list."
	EnterUserID       = "Enter a user ID, like ana@example.com."
	EnterDate         = "Enter a date as year-month-day, like 2027-01-31."
	EnterDayNotBefore = "Choose a day that is not before the first day."
	ViewTooLong       = "This search is too long to be saved. Shorten it."
	NoSuchView        = "The directory has no such view. Open the directory and save the view there."
)
