#!/bin/sh
# Prints, as build tags for this package, what the machine has that its tests need, and
# says on standard error what does not run for want of it. With CI=true it fails where
# something could be installed and is not.

without() { echo "$1 did not run: $2" >&2; }

# A strace that can look on as another program works.
if ! command -v strace >/dev/null; then
	without "The test of power loss" "there is no strace. Install it (Debian: apt-get install strace)."
	if [ "$CI" = true ] && [ "$(uname -s)" = Linux ]; then exit 1; fi
elif ! strace -o /dev/null true 2>/dev/null; then
	without "The test of power loss" "strace may not trace other programs here."
else
	tags=strace
fi

# A disk to fill, and to break.
dir=$(mktemp -d)
if [ "$(uname -s)" != Linux ] || [ "$(id -u)" != 0 ]; then
	without "The tests of full and of read-only disks" "they mount disks of their own, so they need Linux and root."
elif ! { mount -t tmpfs console-torture "$dir" && umount "$dir" &&
	truncate -s 8M "$dir/image" && mkfs.ext4 -q "$dir/image" && mkdir "$dir/disk" &&
	mount -o loop "$dir/image" "$dir/disk" && umount "$dir/disk"; } >/dev/null 2>&1; then
	without "The tests of full and of read-only disks" "root may not mount disks here, or there is no mkfs.ext4."
else
	tags=${tags:+$tags,}mounts
fi
rm -rf "$dir"

# A PostgreSQL to start, in the PATH or where Debian keeps it.
if PATH="${CONSOLE_TEST_POSTGRES:-/}:$PATH:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tr '\n' ':')" command -v postgres >/dev/null; then
	tags=${tags:+$tags,}postgres
else
	without "What concerns consoles on PostgreSQL" "there is none. Install it (Debian: apt-get install postgresql)."
fi

echo "$tags"
