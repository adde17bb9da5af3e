package words

import (
	"maps"

	"github.com/roboto-ai/console/internal/auth"
	"github.com/roboto-ai/console/internal/users"
)

// Refusals has one entry for each cause: the values of [users.Refusal] and [auth.Cause].
var Refusals = func() map[string]Refusal {
	all := map[string]Refusal{}
	for reason, r := range byDirectory {
		all[string(reason)] = r
	}
	for _, table := range []map[auth.Cause]Refusal{onTheWay, ofAttempt, byProvider, untrusted} {
		for cause, r := range maps.All(table) {
			all[string(cause)] = r
		}
	}
	return all
}()

// byDirectory are the refusals by the rules of the directory.
var byDirectory = map[users.Refusal]Refusal{
	users.RefusedNoAddress: {Forbidden,
		"The sign-in service did not say which e-mail address is yours.",
		"the provider sends no e-mail address for me.",
		"The provider sends no e-mail address.",
		"Have the provider send it, with the scope email, or name the claim that holds it with --oidc-email-claim.",
		"the provider gave no address",
		"Have the provider send the address, or set the claim it is read from (--oidc-email-claim)."},
	users.RefusedBadAddress: {Forbidden,
		"The sign-in service gave an e-mail address for you that the console cannot use.",
		"the console cannot use the e-mail address that the provider gives for me.",
		"The provider sends an e-mail address that cannot be a user ID.",
		"Correct the address at the provider, or name another claim with --oidc-email-claim.",
		"the address cannot be a user ID",
		"Correct the address at the provider: a user ID has letters a–z, digits and signs of ASCII before the @."},
	users.RefusedUnverified: {Forbidden,
		"Your e-mail address is not verified at the sign-in service. Verify it there, then sign in again.",
		"my e-mail address is not verified at the provider.",
		"The provider says that the address is not verified.",
		"Have the person verify it at the provider, or mark it as verified there.",
		"the address is not verified",
		"They have to verify it at the provider, then sign in again."},
	users.RefusedUnclear: {Forbidden,
		"The sign-in service says in a form that the console does not understand whether your e-mail address is verified.",
		"the provider says in a form that the console does not understand whether my e-mail address is verified.",
		"The provider says in a form that is not understood whether the address is verified: only true and false are.",
		"Have the provider send email_verified as true or false, without quotes.",
		"the provider's claim about the address is not understood",
		"Have the provider send email_verified as true or false."},
	users.RefusedUnvouched: {Forbidden,
		"The sign-in service does not say whether your e-mail address has been verified, so it cannot be relied on.",
		"the provider does not say whether my e-mail address is verified.",
		"The provider does not say whether the address is verified.",
		"At Entra ID add the optional ID-token claim xms_edov under Token configuration; or set --oidc-trust-email if every address at this provider is yours to give.",
		"the provider does not say whether the address is verified",
		"Have the provider send email_verified. If it owns all its addresses, start the console with --oidc-trust-email."},
	users.RefusedTaken: {Forbidden,
		"Your e-mail address already belongs to a user who signs in with another account at the sign-in service.",
		"another provider account is linked to my e-mail address. Resetting my sign-in would let me sign in again.",
		"The address is that of a user who signs in with another account at the provider.",
		"If it is the same person after a change of provider, run console users reset-sign-in with the address. If the address belongs to a new person now, delete the old user and add the new person.",
		"the address belongs to another provider account",
		"If it is the same person with a new account, reset the sign-in of that user. If the address belongs to a new person now, delete that user and add the new person."},
	users.RefusedServiceUser: {Forbidden,
		"Your e-mail address belongs to a service user, which programs use and people cannot sign in as. An admin can delete it and add you, or you can sign in with another address.",
		"my e-mail address belongs to a service user. I could sign in if that were deleted, or if my address at the provider were another.",
		"The address belongs to a service user.",
		"Give the person another address at the provider, or delete the service user and add the person.",
		"the address belongs to a service user",
		"Give the person another address at the provider, or create the service user again with another user ID and delete this one."},
	users.RefusedSystemUser: {Forbidden,
		"Your e-mail address belongs to a user of the platform itself, which people cannot sign in as. You can sign in with another address.",
		"my e-mail address belongs to a system user.",
		"The address belongs to a system user.",
		"Give the person another address at the provider.",
		"the address belongs to a system user",
		"Give the person another address at the provider."},
	users.RefusedOtherUser: {Forbidden,
		"Your account at the sign-in service is linked to one user here, and its e-mail address belongs to another user.",
		"my provider account is linked to one user, and its e-mail address belongs to another.",
		"A provider account that is linked to one user sent the verified address of another. Either the provider gives the same subject (sub) to several people, or it has given an address to another person.",
		"Have the provider send a subject of its own for each person (Entra B2C: the claim object ID as sub). If the address has moved to another person, delete or correct the user who had it.",
		"the address belongs to another user",
		"Compare both at the provider. If an address has moved from one person to the other, delete the user who had it, or reset the sign-in of the one who has it now."},
	users.RefusedUninvited: {Forbidden,
		"You are not in the directory yet. Ask an admin to add you, then sign in again.",
		"I have not been added to the directory yet.",
		"There is no user with that address in the directory, and only invited people can sign in.",
		"Add them with console users add and the address, name them with --owners while there is no owner, or choose another --signup.",
		"there is no user with that address",
		"Add them, then they can sign in."},
	users.RefusedDomain: {Forbidden,
		"You are not in the directory, and the domain of your address is not one that may sign up. Ask an admin to add you.",
		"I am not in the directory, and my domain is not one of those that may sign up.",
		"There is no user with that address in the directory, and its domain is not among --signup-domains.",
		"Add the domain to --signup-domains, or the person with console users add and the address.",
		"the domain may not sign up",
		"Add them, then they can sign in."},
	users.RefusedDeactivated: {Forbidden,
		"Your account has been deactivated. Signing in again does not change that: only an admin can reactivate it.",
		"my account is deactivated.",
		"The user is deactivated.",
		"To give the person access again, have an owner reactivate the user. If there is no owner, add one with console users add.",
		"the user is deactivated",
		"Reactivate the user if the person should have access again."},
	users.RefusedDeleted: {Forbidden,
		"Your account has been deleted. Only an admin can restore it.",
		"my account is deleted.",
		"The user is deleted, and can still be restored.",
		"To give the person access again, have an admin restore the user from the view Deleted. If they are to begin as a new user, have the deleted one deleted for good.",
		"the user is deleted",
		"Restore the user from the view Deleted if the person should have access again."},
	users.RefusedEnded: {Forbidden,
		"Your session at the sign-in service ended while you were signing in. Sign in again.",
		"",
		"The provider ended its session while the person was signing in.",
		"Have them sign in again.",
		"the provider ended its session meanwhile",
		"They can sign in again."},
	users.RefusedOnly: {Forbidden,
		"You were asked to sign in again, and signed in at the sign-in service as another user. You are still signed in here as before, and nothing was changed. Sign in again with the same account.",
		"",
		"A person who was asked to sign in again for an act came back as another user.",
		"Have them choose the same account at the provider, or sign out first.",
		"another user was signed in here",
		"They can sign in again, after signing out here."},
}
