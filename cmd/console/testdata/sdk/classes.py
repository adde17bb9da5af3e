"""Goes through every class of the official SDK that this console serves.

The environment has the address of a console (ENDPOINT) and the secrets of tokens of a system
user (SYSTEM_TOKEN), of an owner (OWNER_TOKEN), of a person without power (USER_TOKEN), and one of
them that may upload files, too (UPLOAD_TOKEN). What differs from what the SDK promises raises an
exception.
"""

import contextlib
import datetime
import os

import roboto.exceptions as errors
from roboto import RobotoClient, RobotoConfig
from roboto.auth.scope import ApiScope
from roboto.domain.orgs import Org, OrgInvite, OrgRoleName
from roboto.domain.orgs.org_operations import OrgRecordUpdates, UpdateOrgRequest
from roboto.domain.tokens import Token
from roboto.domain.users import CreateUserRequest, User
from roboto.notifications import NotificationChannel, NotificationType

ENDPOINT = os.environ["ENDPOINT"]


def client(secret, endpoint=ENDPOINT):
    return RobotoClient.from_config(RobotoConfig(api_key=secret, endpoint=endpoint))


def equal(got, want):
    if got != want:
        raise AssertionError(f"got {got!r}, want {want!r}")


@contextlib.contextmanager
def raises(error):
    try:
        yield
    except error as e:
        equal(type(e), error)
        if not str(e):
            raise AssertionError("the error has no message") from e
    else:
        raise AssertionError(f"{error.__name__} was not raised")


def users(system, owner, user):
    ana = User.create(
        CreateUserRequest(user_id="ana+sdk@example.com", name="Ana", picture_url="https://pictures.example.com/a.png"), system
    )
    equal(ana.record.notification_channels_enabled, {NotificationChannel.Email: True})
    equal(ana.record.notification_types_enabled, {NotificationType.CommentMention: True})
    with raises(errors.RobotoConflictException):
        User.create(CreateUserRequest(user_id="ana+sdk@example.com"), system)
    equal(User.from_id("ana+sdk@example.com", owner).to_dict(), ana.to_dict())
    ana = User.from_id("ana+sdk@example.com", owner).update(
        name="Ana Álvarez", notification_channels_enabled={NotificationChannel.WebUi: True}
    )
    equal(ana.record.name, "Ana Álvarez")
    equal(ana.record.picture_url, "https://pictures.example.com/a.png")
    equal(ana.record.notification_channels_enabled, {NotificationChannel.Email: True, NotificationChannel.WebUi: True})
    robot = User.create(CreateUserRequest(user_id="sdk-robot", is_service_user=True), system)
    equal((robot.record.is_service_user, robot.record.is_system_user, robot.name), (True, False, None))
    equal([o.org_id for o in Org.for_user("ana+sdk@example.com", owner)], [o.org_id for o in Org.for_self(owner)])
    for denied in (owner, user):
        with raises(errors.RobotoUnauthorizedException):
            User.create(CreateUserRequest(user_id="nobody@example.com"), denied)
    with raises(errors.RobotoUnauthorizedException):
        User.from_id("ana+sdk@example.com", user)
    with raises(errors.RobotoUnauthorizedException):
        User.from_id("there-is-none@example.com", user)
    with raises(errors.RobotoNotFoundException):
        User.from_id("Ü@example.com", owner)
    with raises(errors.RobotoInvalidRequestException):
        User.create(CreateUserRequest(user_id="a"), system)
    ana.delete()
    robot_as_owner = User.from_id("sdk-robot", owner)
    robot_as_owner.delete()
    for gone in ("ana+sdk@example.com", "sdk-robot"):
        with raises(errors.RobotoNotFoundException):
            User.from_id(gone, owner)
    with raises(errors.RobotoNotFoundException):
        robot_as_owner.delete()
    me = User.for_self(user)
    equal(me.update(name="Renamed by the SDK").name, "Renamed by the SDK")
    equal(User.for_self(client(os.environ["USER_TOKEN"], ENDPOINT + "/")).name, "Renamed by the SDK")


def tokens(user):
    before = {t.token_id for t in Token.for_self(user)}
    token, secret = Token.create("sdk token", "made by the SDK", expiry_days=30, roboto_client=user)
    context = token.record.context
    equal((context.name, context.description, context.enabled), ("sdk token", "made by the SDK", True))
    equal((context.expires - datetime.datetime.now(datetime.timezone.utc)).days in (29, 30), True)
    equal(context.api_scopes, {ApiScope.ApiEverythingElse})
    equal({t.token_id for t in Token.for_self(user)} - before, {token.token_id})
    equal(secret.startswith("robo_pat"), False)
    fresh = client(secret)
    equal(User.for_self(fresh).user_id, token.user_id)
    token.disable()
    equal(Token.from_id(token.token_id, user).record.context.enabled, False)
    with raises(errors.RobotoUnauthorizedException):
        User.for_self(fresh)
    token.enable()
    User.for_self(fresh)
    token.delete()
    for act in (lambda: Token.from_id(token.token_id, user), token.delete):
        with raises(errors.RobotoNotFoundException):
            act()
    with raises(errors.RobotoUnauthorizedException):
        User.for_self(fresh)
    with raises(errors.RobotoInvalidRequestException):
        Token.create("", roboto_client=user)
    with raises(errors.RobotoInvalidRequestException):
        Token.create("long", expiry_days=366, roboto_client=user)
    uploader, uploads = Token.create("uploads", api_scopes={ApiScope.FilesUpload}, roboto_client=client(os.environ["UPLOAD_TOKEN"]))
    equal(uploader.record.context.api_scopes, {ApiScope.FilesUpload})
    with raises(errors.RobotoUnauthorizedException):
        User.for_self(client(uploads))
    uploader.delete()
    with raises(errors.RobotoUnauthorizedException):
        User.for_self(client("usr_pat_" + "a" * 43 + "_00000000"))


def orgs(owner, user):
    org = Org.for_self(owner)[0]
    equal(Org.from_id(org.org_id, user).to_dict(), org.to_dict())
    equal(org.refresh().status.value, "active")
    invite = org.invite_user("invited+sdk@example.com")
    equal((invite.invited_user_id, invite.org_id), ("invited+sdk@example.com", org.org_id))
    equal(OrgInvite.from_id(invite.invite_id, owner).to_dict(), invite.to_dict())
    equal(invite.invite_id in [i.invite_id for i in OrgInvite.for_org(org.org_id, owner)], True)
    equal(invite.invite_id in [i.invite_id for i in org.invites()], True)
    with raises(errors.RobotoUnauthorizedException):
        invite.accept()
    with raises(errors.RobotoConflictException):
        org.invite_user("invited+sdk@example.com")
    members = {m.user.user_id: m for m in org.users()}
    equal(members["invited+sdk@example.com"].roles, [OrgRoleName.user])
    org.add_role_for_user("invited+sdk@example.com", OrgRoleName.admin)
    equal(roles(org, "invited+sdk@example.com"), {OrgRoleName.user, OrgRoleName.admin})
    org.remove_role_from_user("invited+sdk@example.com", OrgRoleName.admin)
    equal(roles(org, "invited+sdk@example.com"), {OrgRoleName.user})
    invite.decline()
    with raises(errors.RobotoNotFoundException):
        OrgInvite.from_id(invite.invite_id, owner)
    org.invite_user("removed@example.com")
    org.remove_user("removed@example.com")
    equal("removed@example.com" in [m.user.user_id for m in org.users()], False)
    equal(list(org.email_domains()), list(Org.from_id(org.org_id, user).email_domains()))
    for refused in (
        lambda: Org.create("another", roboto_client=owner),
        lambda: org.update(UpdateOrgRequest(updates=OrgRecordUpdates(name="x"))),
        org.delete,
        lambda: org.bind_email_domain("example.net"),
        lambda: org.unbind_email_domain("example.net"),
    ):
        with raises(errors.RobotoNotImplementedException):
            refused()
    with raises(errors.RobotoNotFoundException):
        Org.from_id("og_none", owner)
    for refused in (Org.from_id(org.org_id, user).users, lambda: OrgInvite.for_org(org.org_id, user)):
        with raises(errors.RobotoUnauthorizedException):
            refused()


def roles(org, user_id):
    return set(next(m for m in org.users() if m.user.user_id == user_id).roles)


def main():
    system, owner, user = (client(os.environ[name]) for name in ("SYSTEM_TOKEN", "OWNER_TOKEN", "USER_TOKEN"))
    users(system, owner, user)
    tokens(user)
    orgs(owner, user)
    print("every class works")


main()
