#!/bin/sh
# Fetches the compiled devicetrees of Debian's kernel images: test data, never part of the product.
#   debian-boards.sh DIR SUITE ARCHITECTURE:PACKAGE...
# Packages are downloaded with the machine's own Debian sources, its suite replaced, and unpacked
# without being installed. What is there already is kept.
set -eu

[ $# -ge 3 ] || { echo "usage: debian-boards.sh DIR SUITE ARCHITECTURE:PACKAGE..." >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
suite=$2
shift 2

own=/etc/apt/sources.list.d/debian.sources
[ -s "$own" ] || own=/etc/apt/sources.list
[ -s "$own" ] || { echo "debian-boards.sh: no Debian sources on this machine" >&2; exit 2; }
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")

for wanted in "$@"; do
  architecture=${wanted%%:*}
  meta=${wanted#*:}
  boards=$dir/$architecture
  [ -e "$boards/complete" ] && continue
  work=$dir/work-$architecture
  rm -rf "$work" "$boards"
  mkdir -p "$work/lists/partial" "$work/sources" "$boards"
  sed "s/$codename/$suite/g" "$own" > "$work/sources/$(basename "$own")"
  apt() {
    command="$1"
    shift
    "$command" -oAPT::Architecture="$architecture" -oAPT::Architectures="$architecture" \
      -oDir::State::Lists="$work/lists" -oDir::Etc::sourcelist=/dev/null \
      -oDir::Etc::sourceparts="$work/sources" -oDir::Cache::pkgcache= -oDir::Cache::srcpkgcache= \
      "$@"
  }
  # One index that is being replaced on the mirror is no reason to stop: the package decides.
  apt apt-get -q update || echo "debian-boards.sh: some indexes of $suite failed, going on" >&2
  package=$(apt apt-cache depends "$meta" | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -n 1)
  [ -n "$package" ] || { echo "debian-boards.sh: no package behind $meta in $suite" >&2; exit 2; }
  (cd "$work" && apt apt-get -q download "$package")
  dpkg-deb --fsys-tarfile "$work"/linux-image-*.deb | tar -x -C "$boards" --wildcards '*.dtb'
  touch "$boards/complete"
  rm -rf "$work"
  echo "$package: $(find "$boards" -name '*.dtb' | wc -l) boards"
done
