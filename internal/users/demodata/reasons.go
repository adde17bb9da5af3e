package demodata

// Reasons for changes.
var (
	spellings = []string{
		"Spelling as in the contract", "The accents were lost in the import", "As asked for by e-mail",
		"Name as its bearer writes it", "Typing mistake", "Ticket IT-4821: name spelled wrongly",
	}
	promotions = []string{
		"Joins the audit team", "Needs to read the audit log for the ISO 27001 audit", "Data protection officer from this month on",
		"Takes over the access review from a colleague",
	}
	mutings = []string{
		"On parental leave", "Gets too many messages; agreed by phone", "Mailbox is full, messages bounce", "On a sabbatical until spring",
	}
	pictureRemovals = []string{
		"Not a picture of a person", "Asked for by the person shown", "The picture is of someone else",
	}
	departures = []string{
		"Left the company", "Contract ended", "Left the company; laptop returned", "Internship ended", "Project with the contractor ended",
		"Moved to a partner company", "Retired", "Offboarding, ticket HR-1177", "Has a second user with the new address",
	}
	leaves  = []string{"On leave", "Laptop stolen; until the new one is set up", "Away without notice; agreed with the team lead", "Contract ran out"}
	returns = []string{"Back from leave", "New laptop is set up", "Contract extended", "Was deactivated by mistake"}
	resets  = []string{
		"Got a new account at the identity provider", "Account at the identity provider was created twice", "Ticket IT-5093: cannot sign in since the change of provider",
	}
	erasures = []string{
		"Left the company and asked to be deleted", "Added twice", "Never worked here; added by mistake",
	}
	retirements = []string{
		"Replaced by another pipeline", "No longer needed", "The site was closed", "Project ended", "Nobody could say what it is for",
	}
)
