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
	users.ActionRestored:      {"User restored", "restored", "restored themselves", nil},
	users.ActionPurged:        {"User deleted for good", "deleted", "deleted their account", forGood},
	users.ActionLeavePlanned:  {"Departure planned", "planned the departure of", "planned their own departure", nil},
	users.ActionLeaveDropped:  {"Departure cancelled", "cancelled the departure of", "cancelled their own departure", nil},
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
	users.ActionViewEdited:    {"View edited", "edited a shared view of", "edited a view", viewName},
	users.ActionViewDeleted:   {"View deleted", "deleted a shared view of", "deleted a view", viewName},
	users.ActionBatchStarted:  {"Batch started", "started a batch with", "started a batch:", batchStarted},
	users.ActionBatchEnded:    {"Batch ended", "recorded the end of a batch of", "recorded the end of a batch:", batchEnded},
	users.ActionExported:      {"Directory exported", "exported the directory with", "exported the directory", exportedUsers},
	users.ActionExportEnded:   {"Export ended", "recorded the end of an export of", "recorded the end of an export:", exportResult},
	users.ActionAccessRefused: {"Access refused", "was refused access to", "was refused access", refusalCause},
}

// undoing tell the events that undo another one.
var undoing = map[users.Action]actionText{
	users.ActionEdited:      {other: "undid a change of %s of", self: "undid a change of their own %s"},
	users.ActionRoleChanged: {other: "undid a change of the role of", self: "undid a change of their own role", detail: fromTo("role")},
	users.ActionDeactivated: {other: "undid the reactivation of", self: "undid their own reactivation"},
	users.ActionReactivated: {other: "undid the deactivation of", self: "undid their own deactivation"},
	users.ActionReviewed:    {other: "undid a review of", self: "undid their own review", detail: nextReview},
	users.ActionHandedOver:  {other: "undid a hand-over of", self: "undid their own hand-over", detail: fromTo("responsible")},
	users.ActionViewSaved:   {other: "undid the deletion of a shared view of", self: "undid the deletion of a view", detail: viewName},
	users.ActionViewEdited:  {other: "undid an edit of a shared view of", self: "undid an edit of a view", detail: viewName},
	users.ActionViewDeleted: {other: "undid the saving of a shared view of", self: "undid the saving of a view", detail: viewName},
}

// textOf returns the texts of an event.
func textOf(e users.Event) (actionText, bool) {
	if text, ok := undoing[e.Action]; ok && e.Undoes != 0 {
		return text, true
	}
	text, known := actions[e.Action]
	return text, known
}

// Action returns the name of an action, and the stored value of one that this version does not
// know.
func Action(a users.Action) string {
	if text, ok := actions[a]; ok {
		return text.name
	}
	return string(a)
}

// forGood says that a deletion can't be taken back any more.
func forGood(users.Event) string { return "for good" }
