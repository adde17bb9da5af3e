#!/bin/sh
# Prints the build tags of the tests that this machine can run, and prints to standard error
# which tests it cannot run and why. With CI=true it fails if a missing tool could be installed.

without() { echo "$1 did not run: $2" >&2; }

# strace, with the right to trace.
if ! command -v strace >/dev/null; then
	without "The test of power loss" "strace is not installed. Install it (Debian: apt-get install strace)."
	if [ "$CI" = true ] && [ "$(uname -s)" = Linux ]; then exit 1; fi
elif ! strace -o /dev/null true 2>/dev/null; then
	without "The test of power loss" "strace may not trace other programs here."
else
	tags=strace
fi

# The right to mount disks.
dir=$(mktemp -d)
if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
	without "The tests of full and of read-only disks" "they mount disks, which needs Linux and root."
elif ! { mount -t tmpfs console-torture "$dir" && umount "$dir" &&
	truncate -s 8M "$dir/image" && mkfs.ext4 -q "$dir/image" && mkdir "$dir/disk" &&
	mount -o loop "$dir/image" "$dir/disk" && umount "$dir/disk"; } >/dev/null 2>&1; then
	without "The tests of full and of read-only disks" "root may not mount disks here, or there is no mkfs.ext4."
else
	tags=${tags:+$tags,}mounts
fi
rm -rf "$dir"

# PostgreSQL, in the PATH or in Debian's directory.
if PATH="${CONSOLE_TEST_POSTGRES:-/}:$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tr '\n' ':')" command -v postgres >/dev/null; then
	tags=${tags:+$tags,}postgres
else
	without "The tests of consoles on PostgreSQL" "PostgreSQL is not installed. Install it (Debian: apt-get install postgresql)."
fi

echo "$tags"
