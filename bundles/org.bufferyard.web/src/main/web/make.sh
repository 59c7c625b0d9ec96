#!/usr/bin/env bash
# Makes the page with the Node of this machine; nothing here downloads a Node.
#   make.sh page OUT      the page's files into OUT
#   make.sh check REPORT  types and unit tests; JUnit XML into REPORT
#   make.sh browser REPORT PICTURES  tests in Chromium against the yard that is built
# The npm project is copied to target/web and its packages live there: the sources stay clean.
set -eu

here=${BASH_SOURCE[0]}
case $here in */*) here=${here%/*} ;; *) here=. ;; esac
here=$(CDPATH="" cd -- "$here" && pwd -P)
target=${here%/src/main/web}/target
work=$target/web
needed=20
what=$1
reports=$2

# What is left out is said, and counted as skipped.
absent() {
  if [ "$what" != page ]; then
    mkdir -p "$reports"
    printf '<testsuite name="org.bufferyard.web.%s" tests="1" failures="0" errors="0" skipped="1"><testcase classname="org.bufferyard.web" name="%s"><skipped message="%s"/></testcase></testsuite>\n' \
      "$what" "$what" "$2" >"$reports/TEST-$what.xml"
  fi
  printf '[WARNING] %s: %s. Install Node %s or newer with npm (Debian: apt-get install nodejs npm).\n' \
    "$1" "$2" "$needed"
  exit 0
}

consequence='The editor page is not built'
[ "$what" = page ] || consequence='The editor page is not tested'
command -v node >/dev/null || absent "$consequence" 'Node was not found'
command -v npm >/dev/null || absent "$consequence" 'npm was not found'
version=$(node -p 'process.versions.node')
[ "${version%%.*}" -ge "$needed" ] || absent "$consequence" "Node $version is too old"

mkdir -p "$work"
for part in src test browser; do
  rm -rf "${work:?}/$part"
  cp -R "$here/$part" "$work/$part"
done
cp "$here"/.npmrc "$here"/*.json "$here"/*.mjs "$here"/*.html "$here"/*.svg "$work/"
cd "$work"
if ! cmp -s package-lock.json installed.lock; then
  npm ci --no-audit --no-fund --ignore-scripts --loglevel=error >npm.log 2>&1 || {
    cat npm.log >&2
    echo 'npm could not install the packages of the page: see above (no network? npm fetches them once)' >&2
    exit 1
  }
  cp package-lock.json installed.lock
fi

case $what in
  page)
    node build.mjs page "$2"
    ;;
  check)
    mkdir -p "$reports"
    node_modules/.bin/tsc --noEmit
    node build.mjs tests out-tests
    SUITE=org.bufferyard.web.check REPORT=$reports/TEST-check.xml \
      node --test --test-reporter=./report.mjs out-tests/
    ;;
  browser)
    mkdir -p "$reports"
    node build.mjs browser out-browser
    BUFFERYARD_HOME=${here%/bundles/*} PICTURES=$3 \
      SUITE=org.bufferyard.web.browser REPORT=$reports/TEST-browser.xml \
      node --test --test-reporter=./report.mjs "${@:4}" out-browser/main.mjs
    ;;
esac
