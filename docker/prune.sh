#!/bin/sh
# Takes out of installed packages what no program reads while it runs. Licences stay: LICENSE, NOTICE and package.json are not touched.
set -eu
find "$1" -type f \( -name '*.map' -o -name '*.d.ts' -o -name '*.d.mts' -o -name '*.d.cts' -o -name '*.tsbuildinfo' \) -delete
find "$1" -type d -name dist-types -prune -exec rm -rf {} +
# Of the AWS SDK and Smithy, Node loads dist-cjs ("main"); dist-es is for bundlers ("module").
find "$1" -type d -path '*/node_modules/@*/dist-es' -prune | while read -r folder; do
  if [ -d "${folder%/dist-es}/dist-cjs" ]; then rm -rf "$folder"; fi
done
find "$1" -type d -empty -delete
# Optional packages of the root, which the filters of pnpm do not leave out: Node itself, which the image has already.
rm -rf "$1"/.pnpm/node-linux-* "$1"/.pnpm/node_modules/node-linux-* "$1"/node-linux-*
