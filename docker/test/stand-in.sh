#!/usr/bin/env bash
# `stand-in.sh ENGINE_DIR NODE_BINARY [ARCH]`: makes localhost/node:stand-in, which stands for node:26-trixie-slim where no container
# registry can be reached: Debian by debootstrap, Node from the npm registry. For tests only. With an ARCH that this machine only
# emulates (see binfmt.sh), localhost/node:stand-in-ARCH.
set -eu
engine=$1
node=$2
own=$(dpkg --print-architecture)
arch=${3:-$own}
tag=stand-in
[ "$arch" = "$own" ] || tag=stand-in-$arch
root=$engine/$tag
docker=(/usr/bin/docker -H "unix://$engine/docker.sock")
"${docker[@]}" image inspect "localhost/node:$tag" >/dev/null 2>&1 && exit 0

rm -rf "$root" && mkdir -p "$root"
debootstrap --arch="$arch" --variant=minbase --include=ca-certificates,libatomic1 bookworm "$root" >"$engine/debootstrap.log" 2>&1 || {
  tail -n 20 "$engine/debootstrap.log"
  exit 1
}
# What Debian's own slim images leave out as well; licences stay.
rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{man,info,locale}/* "$root"/var/log/*.log
find "$root/usr/share/doc" -type f ! -name copyright -delete
printf '%s\n' 'APT::Install-Recommends "false";' >"$root/etc/apt/apt.conf.d/90slim"

install -D -m 0755 "$node" "$root/usr/local/bin/node"
(cd "$engine" && npm pack --silent npm@11 >/dev/null && mkdir -p "$root/usr/local/lib/node_modules" \
  && tar -xzf npm-11.*.tgz -C "$root/usr/local/lib/node_modules" && mv "$root/usr/local/lib/node_modules/package" "$root/usr/local/lib/node_modules/npm")
for name in npm npx; do ln -s "../lib/node_modules/npm/bin/$name-cli.js" "$root/usr/local/bin/$name"; done

echo 'node:x:1000:' >>"$root/etc/group"
echo 'node:x:1000:1000::/home/node:/bin/bash' >>"$root/etc/passwd"
install -d -o 1000 -g 1000 "$root/home/node"
# Behind a mirror with a certificate of its own, npm inside RUN needs what the host trusts.
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/host-ca.crt"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"

if [ "$arch" = "$own" ]; then
  tar -C "$root" -c . | "${docker[@]}" import --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/host-ca.crt' --change 'CMD ["node"]' - "localhost/node:$tag"
else
  # An image that is imported is for this machine's processor, whatever it is told.
  context=$engine/$tag.context
  mkdir -p "$context" && tar -C "$root" -c . >"$context/root.tar"
  printf '%s\n' 'FROM scratch' 'ADD root.tar /' 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/host-ca.crt' 'CMD ["node"]' >"$context/Dockerfile"
  DOCKER_BUILDKIT=1 "${docker[@]}" build --quiet --platform "linux/$arch" --tag "localhost/node:$tag" "$context"
  rm -rf "$context"
fi
rm -rf "$root"
