#!/usr/bin/env bash
# A Docker engine of its own below one folder, without a bridge, iptables or anything that outlives it: `engine.sh start DIR`, `engine.sh stop DIR`.
# Reached by `docker -H unix://DIR/docker.sock`. Needs root and Debian's docker.io.
set -eu
command=$1
folder=$2

start() {
  mkdir -p "$folder"
  setsid dockerd --data-root "$folder/data" --exec-root "$folder/exec" --pidfile "$folder/docker.pid" -H "unix://$folder/docker.sock" \
    --bridge=none --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false </dev/null >"$folder/dockerd.log" 2>&1 &
  for _ in $(seq 120); do
    /usr/bin/docker -H "unix://$folder/docker.sock" version >/dev/null 2>&1 && return
    sleep 0.5
  done
  tail -n 20 "$folder/dockerd.log"
  exit 1
}

stop() {
  [ -e "$folder/docker.pid" ] || return 0
  pid=$(cat "$folder/docker.pid")
  kill "$pid"
  for _ in $(seq 60); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.5
  done
  # The engine leaves these mounted: the host's network namespace (of --network=host), and its data root on itself.
  for mounted in exec/netns/default data; do umount "$folder/$mounted" 2>/dev/null || true; done
}

"$command"
