#!/usr/bin/env bash
# `export.sh FOLDER`: what a clone has, without what is in the tree but in no commit; the files of docker/ as they are now.
set -eu
cd "$(dirname "$0")/../.."
rm -rf "$1" && mkdir -p "$1"
git archive HEAD | tar -x -C "$1"
cp -a docker .dockerignore "$1/"
