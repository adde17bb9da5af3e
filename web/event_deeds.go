package web

import "github.com/roboto-ai/console/internal/users"

// A deed is how an action is told: between the names of actor and target, and,
// where someone did it to themselves, after their name alone.
type deed struct {
	icon  string
	other string // "deactivated"
	self  string // "deleted their own account"
	tail  func(users.Event) string
}

// deeds tell every action.
var deeds = map[users.Action]deed{
	users.ActionCreated:       {"user-plus", "added", "joined", createdTail},
	users.ActionEdited:        {"pencil", "changed %s of", "changed their own %s", nil},
	users.ActionRoleChanged:   {"shield", "changed the role of", "changed their own role", fromTo("role")},
	users.ActionDeactivated:   {"user-x", "deactivated", "deactivated themselves", nil},
	users.ActionReactivated:   {"user-check", "reactivated", "reactivated themselves", nil},
	users.ActionDeleted:       {"trash-2", "deleted", "deleted their own account", nil},
	users.ActionErased:        {"trash-2", "erased", "erased themselves", nil},
	users.ActionReviewed:      {"shield-check", "reviewed", "reviewed themselves", nextReview},
	users.ActionHandedOver:    {"users", "handed over", "handed over themselves", fromTo("responsible")},
	users.ActionStarted:       {"log-in", "signed in as", "signed in", nil},
	users.ActionRefused:       {"ban", "was refused a sign-in as", "was refused a sign-in", refusedTail},
	users.ActionEnded:         {"log-out", "ended %s of", "ended %s of their own", endedTail},
	users.ActionTokenIssued:   {"key-round", "issued a token for", "issued a token of their own", tokenTail},
	users.ActionTokenEnabled:  {"key-round", "enabled a token of", "enabled a token of their own", tokenTail},
	users.ActionTokenDisabled: {"ban", "disabled a token of", "disabled a token of their own", tokenTail},
	users.ActionTokenRevoked:  {"ban", "revoked a token of", "revoked a token of their own", tokenTail},
	users.ActionTokenRotated:  {"key-round", "rotated a token of", "rotated a token of their own", tokenTail},
	users.ActionTokenExtended: {"key-round", "extended the overlap of a token of", "extended the overlap of a token of their own", tokenTail},
	users.ActionClientStruck:  {"key-round", "struck off a client of a token of", "struck off a client of a token of their own", tokenTail},
	users.ActionLoginApproved: {"key-round", "approved the sign-in of a program as", "approved the sign-in of a program as themselves", programTail},
	users.ActionLoginRefused:  {"ban", "refused the sign-in of a program as", "refused the sign-in of a program", programTail},
	users.ActionBound:         {"link", "bound an identity to", "bound their account at the provider to this user", nil},
	users.ActionReset:         {"unlink", "reset the sign-in of", "reset their own sign-in", nil},
	users.ActionMoved:         {"link", "moved the identity of", "moved their own identity", nil},
	users.ActionViewSaved:     {"bookmark", "saved a view of", "saved a view", viewName},
	users.ActionViewDeleted:   {"bookmark", "deleted a shared view of", "deleted a view", viewName},
	users.ActionExported:      {"download", "exported the directory with", "exported the directory", exportedTail},
	users.ActionExportEnded:   {"download", "recorded the end of an export of", "recorded the end of an export:", exportEndedTail},
	users.ActionAccessRefused: {"shield-alert", "was refused access to", "was refused access", refusedTail},
}

// actionWords name the actions where a filter offers them.
var actionWords = map[users.Action]string{
	users.ActionCreated:       "User added",
	users.ActionEdited:        "User edited",
	users.ActionRoleChanged:   "Role changed",
	users.ActionDeactivated:   "User deactivated",
	users.ActionReactivated:   "User reactivated",
	users.ActionDeleted:       "User deleted",
	users.ActionErased:        "User erased",
	users.ActionReviewed:      "Service user reviewed",
	users.ActionHandedOver:    "Service user handed over",
	users.ActionStarted:       "Signed in",
	users.ActionRefused:       "Sign-in refused",
	users.ActionEnded:         "Session ended",
	users.ActionTokenIssued:   "Token issued",
	users.ActionTokenEnabled:  "Token enabled",
	users.ActionTokenDisabled: "Token disabled",
	users.ActionTokenRevoked:  "Token revoked",
	users.ActionTokenRotated:  "Token rotated",
	users.ActionTokenExtended: "Overlap of a token extended",
	users.ActionClientStruck:  "Client of a token struck off",
	users.ActionLoginApproved: "Program sign-in approved",
	users.ActionLoginRefused:  "Program sign-in refused",
	users.ActionBound:         "Identity bound",
	users.ActionReset:         "Sign-in reset",
	users.ActionMoved:         "Identity moved",
	users.ActionViewSaved:     "View saved",
	users.ActionViewDeleted:   "View deleted",
	users.ActionExported:      "Directory exported",
	users.ActionExportEnded:   "Export ended",
	users.ActionAccessRefused: "Access refused",
}

// told are the actions of which the sentence tells the change; what is left of
// it, such as a session's id, is on the event's own page.
var told = map[users.Action]bool{
	users.ActionStarted: true, users.ActionEnded: true, users.ActionRefused: true, users.ActionAccessRefused: true,
	users.ActionReviewed: true, users.ActionHandedOver: true, users.ActionExportEnded: true,
}
