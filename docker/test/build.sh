#!/usr/bin/env bash
# `build.sh ENGINE_DIR CONTEXT TARGET TAG [APP [PORT]]`: one target of docker/Dockerfile on the stand-in, as localhost/waybill/TAG.
# With ARCH in the environment: for that processor, on its stand-in, as localhost/waybill/TAG-ARCH.
set -eu
export DOCKER_BUILDKIT=1
stand_in=localhost/node:stand-in
platform=()
if [ -n "${ARCH:-}" ]; then platform=(--platform "linux/$ARCH"); fi
exec /usr/bin/docker -H "unix://$1/docker.sock" build --progress=plain --network=host "${platform[@]}" \
  --build-arg "BUILD_NODE_IMAGE=$stand_in" --build-arg "NODE_IMAGE=$stand_in${ARCH:+-$ARCH}" \
  --target "$3" --tag "localhost/waybill/$4${ARCH:+-$ARCH}" --build-arg "APP=${5:-}" --build-arg "PORT=${6:-}" --file "$2/docker/Dockerfile" "$2"
