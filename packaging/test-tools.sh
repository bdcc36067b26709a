#!/bin/sh
# What the tests need beside Python: a browser, Node, real servers, tools to hurt with. Installed where possible, named where not.
set -eu

missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-noto-core"
{ command -v node && command -v npm; } >/dev/null 2>&1 || missing="$missing nodejs npm"
command -v oathtool >/dev/null 2>&1 || missing="$missing oathtool"
command -v strace >/dev/null 2>&1 || missing="$missing strace"
command -v faketime >/dev/null 2>&1 || missing="$missing faketime"
command -v minisign >/dev/null 2>&1 || missing="$missing minisign"
command -v man >/dev/null 2>&1 || missing="$missing man-db"
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"
command -v khal >/dev/null 2>&1 || missing="$missing khal"
command -v vdirsyncer >/dev/null 2>&1 || missing="$missing vdirsyncer"
[ -x /usr/sbin/sshd ] || missing="$missing openssh-server"
[ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
command -v caddy >/dev/null 2>&1 || missing="$missing caddy"
[ -x /usr/sbin/mosquitto ] || missing="$missing mosquitto"
policy=/usr/sbin/policy-rc.d

if [ -z "$missing" ]; then
    exit 0
fi
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    echo "Installing for the tests:$missing …"
    apt-get update -qq
    # The tests start servers of their own; the machine's are not to run because of them, now or after a boot.
    case "$missing" in *openssh-server*|*nginx*|*caddy*|*mosquitto*)
        [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && trap 'rm -f "$policy"' EXIT; }
        for service in openssh-server:ssh.service openssh-server:ssh.socket nginx-light:nginx.service caddy:caddy.service mosquitto:mosquitto.service; do
            case "$missing" in *"${service%%:*}"*)
                ! command -v systemctl >/dev/null 2>&1 || systemctl mask --quiet "${service##*:}" ;;
            esac
        done ;;
    esac
    # shellcheck disable=SC2086 # a list of names
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi
echo "Some tests will fail or be left out without:$missing. On Debian: sudo apt install$missing" >&2
