# pnpm docker: each program's image on the base that all of them share. One value, REPOSITORY, gives the namespace and the label `source`.

variable "NODE_IMAGE" { default = "node:26-trixie-slim" }
variable "REPOSITORY" { default = "waybill-project/waybill" }
variable "TAG" { default = "dev" }
variable "VERSION" { default = "0.0.0-dev" }
variable "REVISION" { default = "unknown" }
# The published base by its digest; otherwise the stage `base` of the same Dockerfile.
variable "BASE" { default = "base" }

group "default" {
  targets = ["backfiller", "shaman-server", "packer", "car-exporter", "backfiller-ffmpeg"]
}

target "common" {
  dockerfile = "docker/Dockerfile"
  args = {
    NODE_IMAGE = NODE_IMAGE
    BASE       = BASE
    REPOSITORY = lower(REPOSITORY)
    VERSION    = VERSION
    REVISION   = REVISION
  }
}

target "base" {
  inherits = ["common"]
  target   = "base"
  tags     = ["ghcr.io/${lower(REPOSITORY)}/base:${TAG}"]
  labels   = { "org.opencontainers.image.source" = "https://github.com/${lower(REPOSITORY)}" }
}

target "backfiller" {
  inherits = ["common"]
  target   = "service"
  args     = { APP = "backfiller", PORT = "8000" }
  tags     = ["ghcr.io/${lower(REPOSITORY)}/backfiller:${TAG}"]
}

target "shaman-server" {
  inherits = ["common"]
  target   = "service"
  args     = { APP = "shaman-server", PORT = "8084" }
  tags     = ["ghcr.io/${lower(REPOSITORY)}/shaman-server:${TAG}"]
}

target "car-exporter" {
  inherits = ["common"]
  target   = "service"
  args     = { APP = "car-exporter", PORT = "8086" }
  tags     = ["ghcr.io/${lower(REPOSITORY)}/car-exporter:${TAG}"]
}

target "packer" {
  inherits = ["common"]
  target   = "program"
  args     = { APP = "packer" }
  tags     = ["ghcr.io/${lower(REPOSITORY)}/packer:${TAG}"]
}

target "backfiller-ffmpeg" {
  inherits = ["backfiller"]
  target   = "service-with-ffmpeg"
  tags     = ["ghcr.io/${lower(REPOSITORY)}/backfiller-ffmpeg:${TAG}"]
}

# The sources of what backfiller-ffmpeg has of Debian: to be published wherever that image is.
target "backfiller-ffmpeg-sources" {
  inherits = ["backfiller"]
  target   = "ffmpeg-sources"
  tags     = ["ghcr.io/${lower(REPOSITORY)}/backfiller-ffmpeg-sources:${TAG}"]
}
