#!/bin/sh
# What the browser tests need beside Python: Debian's Chromium. Installed where that is possible, named where it is not.
set -eu

if command -v chromium >/dev/null 2>&1; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing Chromium for the browser tests …"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null
    exit 0
fi
echo "Chromium is missing: the browser tests will fail. Install it, on Debian: sudo apt install chromium" >&2
