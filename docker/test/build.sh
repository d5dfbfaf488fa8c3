#!/usr/bin/env bash
# `build.sh ENGINE_DIR CONTEXT TARGET TAG [APP [PORT]]`: one target of docker/Dockerfile on the stand-in, as localhost/waybill/TAG.
set -eu
export DOCKER_BUILDKIT=1
exec /usr/bin/docker -H "unix://$1/docker.sock" build --progress=plain --network=host --build-arg NODE_IMAGE=localhost/node:stand-in \
  --target "$3" --tag "localhost/waybill/$4" --build-arg "APP=${5:-}" --build-arg "PORT=${6:-}" --file "$2/docker/Dockerfile" "$2"
