"""Makes the calls of each command of the official command line about users, tokens and the org.

The environment has the address of a console (ROBOTO_SERVICE_ENDPOINT), the secret of a token of an
owner (OWNER_TOKEN) and of a person without power (USER_TOKEN). Each command runs in a process of
its own, which is forked, as the SDK takes seconds to be imported.
"""

import os
import re
import sys

from roboto.cli.entry import entry


def command(secret, *args):
    """Returns the exit status and the output of a command."""
    out, inner = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(out)
        os.dup2(inner, 1)
        os.dup2(inner, 2)
        os.environ["ROBOTO_API_KEY"] = secret
        sys.argv = ["roboto", "--suppress-upgrade-check", *args]
        try:
            entry()
            status = 0
        except SystemExit as e:
            status = e.code if isinstance(e.code, int) else int(e.code is not None)
        except BaseException as e:
            print(type(e).__name__, e)
            status = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    os.close(inner)
    with os.fdopen(out) as f:
        said = f.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said


def run(secret, want, *args, fails=False):
    """Runs a command, which must say want, and returns what it says."""
    status, said = command(secret, *args)
    if (status != 0) != fails or want not in said:
        raise AssertionError(f"roboto {' '.join(args)}: got status {status}, want {want!r} in:\n{said}")
    return said


def main():
    owner, user = os.environ["OWNER_TOKEN"], os.environ["USER_TOKEN"]
    run(owner, '"role": "owner"', "users", "whoami")
    run(owner, '"user_id": "user@example.com"', "users", "show", "--id", "user@example.com")
    org = re.search(r'"org_id": "([^"]*)"', run(owner, '"status": "active"', "users", "orgs"))[1]
    run(owner, "username", "tokens", "create", "--name", "from the command line")
    listed = run(owner, '"secret": null', "tokens", "list")
    token = re.search(r'"token_id": "([^"]*)",\s+"name": "from the command line"', listed)[1]
    run(owner, "from the command line", "tokens", "show", "--id", token)
    run(owner, "Successfully deleted", "tokens", "delete", "--id", token)
    run(owner, "RobotoNotFoundException", "tokens", "show", "--id", token, fails=True)
    orgs = ("orgs", "show", "--org", org), ("orgs", "members", "--org", org), ("orgs", "list-email-domains", "--org", org)
    for args, want in zip(orgs, (org, "user@example.com", "")):
        run(owner, want, *args)
    cli = ("--user", "cli@example.com", "--org", org)
    run(owner, "Invite sent", "orgs", "invite-user", *cli)
    run(owner, "cli@example.com", "orgs", "list-invites", "--org", org)
    run(owner, "Added", "orgs", "add-role", "--role", "admin", *cli)
    run(owner, "Removed", "orgs", "remove-role", "--role", "admin", *cli)
    run(owner, "removed", "orgs", "remove-user", *cli)
    for refused in ("bind-email-domain", "unbind-email-domain"):
        run(owner, "RobotoNotImplementedException", "orgs", refused, "--email-domain", "example.net", "--org", org, fails=True)
    run(owner, "RobotoNotImplementedException", "orgs", "delete", "--ignore-prompt", "--org", org, fails=True)
    run(user, "Successfully deleted", "users", "delete", "--ignore-prompt", "--id", "user@example.com")
    run(user, "RobotoUnauthorizedException", "users", "whoami", fails=True)
    print("every command works")


main()
