#!/usr/bin/env bash
# `bake.sh ENGINE_DIR CONTEXT TARGET…`: docker-bake.hcl on the stand-in, by the buildx that is installed.
set -eu
export DOCKER_HOST="unix://$1/docker.sock" NODE_IMAGE=localhost/node:stand-in
cd "$2"
shift 2
if command -v docker-buildx >/dev/null; then buildx=(docker-buildx); else buildx=(docker buildx); fi
exec "${buildx[@]}" bake --allow=network.host --progress=plain --file docker/docker-bake.hcl --file docker/test/bake.json "$@"
