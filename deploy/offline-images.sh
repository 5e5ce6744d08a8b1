#!/usr/bin/env bash
# Stand-ins for the base images, where no registry can be reached: from Debian's packages, under the same names, with
# the environment variables and files that compose.yaml uses. For tests; what is deployed is made of the real ones.
#
# Usage: deploy/offline-images.sh [--yes] [IMAGE...]     as root
#
# An image that is there or can be pulled is left as it is. Before anything is built it says what, and asks; --yes does not.
# Whatever uses the engine takes a stand-in for the real image, until it is removed (docker image rm IMAGE).
set -euo pipefail
cd "$(dirname "$0")/offline"

suite=trixie
base=debian:$suite-slim
is_agreed=
[ "${1:-}" != --yes ] || { is_agreed=yes; shift; }
images=("$@")
[ ${#images[@]} -gt 0 ] || images=("$base" rabbitmq:4-management postgres:17)

say() { echo "offline-images: $*"; }

# Of the sources that the machine itself installs from, in either of the formats of apt.
mirror() {
    { cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } |
        sed -nE '/^(URIs:|deb( \[[^]]*\])?)[[:space:]]+\S+\/debian\/?([[:space:]]|$)/ {
            s/^(URIs:|deb( \[[^]]*\])?)[[:space:]]+(\S+\/debian).*/\3/; p; q }'
}

# How apt is to go about it on this machine: proxies, and whether old lists will do. There may be a password in it, so it
# is there while an image is built, and in none.
settings=$(mktemp)
trap 'rm -f "$settings"' EXIT
{ grep -hE '^Acquire::.*;' /etc/apt/apt.conf.d/* /etc/apt/apt.conf 2>/dev/null || true; } >"$settings"

there() { docker image inspect "$1" >/dev/null 2>&1; }

build() { # IMAGE FILE [OPTIONS]; the network is that of the machine, whose names and routes are known to work
    local image=$1 file=$2
    shift 2
    say "building a stand-in for $image"
    DOCKER_BUILDKIT=1 docker build --quiet --network host --tag "$image" --build-arg BASE="$base" \
        --secret "id=apt,src=$settings" --file "$file" "$@" >/dev/null
}

debian() {
    local mirror root
    mirror=$(mirror)
    [ -n "$mirror" ] || { say "no mirror of Debian in the sources of apt" >&2; exit 1; }
    [[ $mirror != *@* ]] || { say "the mirror needs a password, which would stay in the image" >&2; exit 1; }
    command -v debootstrap >/dev/null || { say "debootstrap is missing (apt-get install debootstrap)" >&2; exit 1; }
    root=$(mktemp -d)
    say "building a stand-in for $base"
    debootstrap --variant=minbase "$suite" "$root/system" "$mirror" >"$root/log" 2>&1 ||
        { tail -n 20 "$root/log" >&2; exit 1; }
    rm -rf "$root/system/var/cache/apt/archives/"*.deb "$root/system/var/lib/apt/lists/"* \
        "$root/system/usr/share/doc/"* "$root/system/usr/share/locale/"*
    tar -C "$root/system" --create . | docker import --change 'CMD ["bash"]' - "$base" >/dev/null
    rm -rf "$root"
}

# The toolchain of the machine, and the crates that it has downloaded: a build in the image needs no network.
rust() {
    local context sysroot home
    sysroot=$(rustc --print sysroot)
    home=${CARGO_HOME:-$HOME/.cargo}
    context=$(mktemp -d)
    mkdir -p "$context/rust" "$context/registry"
    cp -a "$sysroot/bin" "$sysroot/lib" "$context/rust/"
    # Not every toolchain has it.
    [ ! -d "$sysroot/libexec" ] || cp -a "$sysroot/libexec" "$context/rust/"
    rm -rf "$context/rust/bin/"{rust-analyzer,rustdoc,clippy-driver,cargo-clippy,rustfmt,cargo-fmt,rust-gdb*,rust-lldb} \
        "$context/rust/lib/rustlib/src" "$context/rust/lib/librustc-nightly"*
    cp -a "$home/registry/index" "$home/registry/cache" "$context/registry/"
    build "$1" rust.Dockerfile "$context"
    rm -rf "$context"
}

agree() { # IMAGE
    [ -z "$is_agreed" ] || return 0
    say "stand-ins will be built for $1 and what else cannot be pulled, and get those names in the engine of \`docker\`" >&2
    [ -t 0 ] || { say "say --yes if that is wanted" >&2; exit 1; }
    read -r -p "Shall they? [y/N] " answer
    [ "$answer" = y ] || exit 1
    is_agreed=yes
}

need() {
    there "$1" && return
    docker pull --quiet "$1" && return
    agree "$1"
    case $1 in
        "$base") debian ;;
        rust:*-"$suite") need "$base"; rust "$1" ;;
        rabbitmq:4-management) need "$base"; build "$1" rabbitmq.Dockerfile . ;;
        postgres:17) need "$base"; build "$1" postgres.Dockerfile . ;;
        prom/prometheus:*) need "$base"; build "$1" prometheus.Dockerfile . ;;
        *) say "no stand-in is known for $1" >&2; exit 1 ;;
    esac
}

for image in "${images[@]}"; do need "$image"; done
