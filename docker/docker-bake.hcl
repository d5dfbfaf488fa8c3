# pnpm docker: the base image with everything that the programs share, then each program's own layer on top.

variable "NODE_IMAGE" { default = "node:26-trixie-slim" }
variable "REPOSITORY" { default = "waybill-project/waybill" }
variable "TAG" { default = "dev" }

group "default" {
  targets = ["backfiller", "shaman-server", "packer", "car-exporter"]
}

target "base" {
  dockerfile = "docker/base/Dockerfile"
  target     = "base"
  args       = { NODE_IMAGE = NODE_IMAGE }
}

target "build" {
  dockerfile = "docker/base/Dockerfile"
  target     = "build"
  args       = { NODE_IMAGE = NODE_IMAGE }
}

target "app" {
  name       = app
  matrix     = { app = ["backfiller", "shaman-server", "packer", "car-exporter"] }
  dockerfile = "docker/app/Dockerfile"
  contexts   = { base = "target:base", build = "target:build" }
  args       = { APP = app }
  tags       = ["ghcr.io/${lower(REPOSITORY)}/${app}:${TAG}"]
  labels = {
    "org.opencontainers.image.source"   = "https://github.com/${lower(REPOSITORY)}"
    "org.opencontainers.image.licenses" = "MIT"
    "org.opencontainers.image.title"    = "waybill-${app}"
  }
}
