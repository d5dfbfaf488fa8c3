#!/usr/bin/env bash
# `services.sh ENGINE_DIR NAME…`: images of services.Dockerfile, as localhost/stand-in/NAME.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
engine=$1
shift
mkdir -p "$engine/services"
cp "$here/services.Dockerfile" "$here/postgres-entrypoint.sh" "$engine/services/"
for name in "$@"; do
  if [ "$name" = s3 ]; then cp "$(command -v versitygw)" "$engine/services/"; fi
  DOCKER_BUILDKIT=1 /usr/bin/docker -H "unix://$engine/docker.sock" build --quiet --network=host --file "$engine/services/services.Dockerfile" \
    --target "$name" --tag "localhost/stand-in/$name" "$engine/services"
done
