#!/bin/sh
# What the tests need beside Python: Chromium, Node for ical.js, oathtool. Installed where that is possible, named where not.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-noto-core"
{ command -v node && command -v npm; } >/dev/null 2>&1 || missing="$missing nodejs npm"

command -v oathtool >/dev/null 2>&1 || missing="$missing oathtool"

if [ -z "$missing" ]; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing for the tests:$missing …"
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi
echo "Some tests will fail or be left out without:$missing. On Debian: sudo apt install$missing" >&2
