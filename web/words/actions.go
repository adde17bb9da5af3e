package words

import "github.com/roboto-ai/console/internal/users"

// An actionText holds the texts of an action of an event.
type actionText struct {
	name   string                   // as filters name it: "User deactivated"
	other  string                   // between the names of actor and target: "deactivated"
	self   string                   // after the name of an actor who is the target, or without a target
	detail func(users.Event) string // after the target; nil for none
}

// actions tell every action. In a sentence, %s stands for what was changed or ended.
var actions = map[users.Action]actionText{
	users.ActionCreated:       {"User added", "added", "joined", roleGiven},
	users.ActionEdited:        {"User edited", "changed %s of", "changed their own %s", nil},
	users.ActionRoleChanged:   {"Role changed", "changed the role of", "changed their own role", fromTo("role")},
	users.ActionDeactivated:   {"User deactivated", "deactivated", "deactivated themselves", nil},
	users.ActionReactivated:   {"User reactivated", "reactivated", "reactivated themselves", nil},
	users.ActionDeleted:       {"User deleted", "deleted", "deleted their account", nil},
	users.ActionErased:        {"User erased", "erased", "erased themselves", nil},
	users.ActionReviewed:      {"Service user reviewed", "reviewed", "reviewed themselves", nextReview},
	users.ActionHandedOver:    {"Service user handed over", "handed over", "handed over themselves", fromTo("responsible")},
	users.ActionStarted:       {"Signed in", "signed in as", "signed in", nil},
	users.ActionRefused:       {"Sign-in refused", "was refused a sign-in as", "was refused a sign-in", refusalCause},
	users.ActionEnded:         {"Session ended", "ended %s of", "ended %s of their own", sessionEndCause},
	users.ActionTokenIssued:   {"Token issued", "issued a token for", "issued a token of their own", tokenDetail},
	users.ActionTokenEnabled:  {"Token enabled", "enabled a token of", "enabled a token of their own", tokenDetail},
	users.ActionTokenDisabled: {"Token disabled", "disabled a token of", "disabled a token of their own", tokenDetail},
	users.ActionTokenRevoked:  {"Token revoked", "revoked a token of", "revoked a token of their own", tokenDetail},
	users.ActionTokenRotated:  {"Token rotated", "rotated a token of", "rotated a token of their own", tokenDetail},
	users.ActionTokenExtended: {"Overlap of a token extended", "extended the overlap of a token of", "extended the overlap of a token of their own", tokenDetail},
	users.ActionClientStruck:  {"Program struck off", "struck off a program from a token of", "struck off a program from a token of their own", tokenDetail},
	users.ActionLoginApproved: {"Program sign-in approved", "approved the sign-in of a program as", "approved the sign-in of a program as themselves", machine},
	users.ActionLoginRefused:  {"Program sign-in refused", "refused the sign-in of a program as", "refused the sign-in of a program", machine},
	users.ActionBound:         {"Provider account linked", "linked a provider account to", "signed in for the first time (provider account linked)", nil},
	users.ActionReset:         {"Sign-in reset", "reset the sign-in of", "reset their own sign-in", nil},
	users.ActionMoved:         {"Provider account moved", "moved the provider account of", "moved their own provider account", nil},
	users.ActionViewSaved:     {"View saved", "saved a view of", "saved a view", viewName},
	users.ActionViewDeleted:   {"View deleted", "deleted a shared view of", "deleted a view", viewName},
	users.ActionExported:      {"Directory exported", "exported the directory with", "exported the directory", exportedUsers},
	users.ActionExportEnded:   {"Export ended", "recorded the end of an export of", "recorded the end of an export:", exportResult},
	users.ActionAccessRefused: {"Access refused", "was refused access to", "was refused access", refusalCause},
}

// Action returns the name of an action, and the stored value of one that this version does not
// know.
func Action(a users.Action) string {
	if text, ok := actions[a]; ok {
		return text.name
	}
	return string(a)
}
