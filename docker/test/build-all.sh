#!/usr/bin/env bash
# `build-all.sh ENGINE_DIR CONTEXT`: the base and every program's image, as localhost/waybill/NAME, and how long each took.
set -eu
here=$(dirname "$0")
one() {
  local started=$SECONDS
  "$here/build.sh" "$@" >"$1/build-$4.log" 2>&1 || {
    tail -n 30 "$1/build-$4.log"
    exit 1
  }
  echo "$4 $((SECONDS - started)) s"
}
one "$1" "$2" base base
one "$1" "$2" service backfiller backfiller 8000
one "$1" "$2" service shaman-server shaman-server 8084
one "$1" "$2" service car-exporter car-exporter 8086
one "$1" "$2" program packer packer
