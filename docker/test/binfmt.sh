#!/usr/bin/env bash
# `binfmt.sh add ARCH`: lets the kernel start programs for another processor (aarch64) through Debian's qemu-user-static, in every root folder
# and container. Says `added` where that was not so before; `binfmt.sh remove ARCH` takes it back. Needs root.
set -eu
folder=/proc/sys/fs/binfmt_misc
entry=$folder/qemu-$2

add() {
  [ -e "$folder/register" ] || mount -t binfmt_misc binfmt_misc "$folder"
  if [ -e "$entry" ]; then return; fi
  cat "/usr/lib/binfmt.d/qemu-$1.conf" >"$folder/register"
  echo added
}

remove() {
  echo -1 >"$entry"
}

"$1" "$2"
