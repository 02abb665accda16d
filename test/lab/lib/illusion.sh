# The namespace in which Linux processes believe they are in WSL2. One holder process keeps it;
# nothing outside it changes (a user namespace has its own mounts and its own binfmt_misc).

HOLDER=$STATE/holder.pid

holder_alive() {
  local pid; pid=$(cat "$HOLDER" 2>/dev/null) && [ -n "$pid" ] &&
    tr '\0' ' ' 2>/dev/null < "/proc/$pid/cmdline" | grep -q "twinlab-holder $TWINLAB_HOME "
}

# Runs as the holder, in the new namespace.
hold() {
  mount --bind "$DRIVE_C" /mnt/c 2>/dev/null || { mount -t tmpfs tmpfs /mnt && mkdir /mnt/c && mount --bind "$DRIVE_C" /mnt/c; } || return
  own_home || return
  printf 'Linux version %s (root@lab) (gcc) #1 SMP\n' "$TWINLAB_KERNEL" > "$STATE/version"
  printf '%s\n' "$TWINLAB_KERNEL" > "$STATE/osrelease"
  mount --bind "$STATE/version" /proc/version && mount --bind "$STATE/osrelease" /proc/sys/kernel/osrelease || return
  if mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc; then
    printf ':WSLInterop:M::MZ::%s:' "$TWINLAB_HOME/bin/interop" > /proc/sys/fs/binfmt_misc/register
  else
    say "no private binfmt_misc here (Linux < 6.7?): run .exe files as 'interop FILE ARGS...'"
  fi
  local name; for name in $(other_distros); do mount_distro "$name" || return; done
}

# A home and a user list of the lab's own, so that nothing inside finds the machine's real ones. The other
# folders of /home stay: the project may lie there. They are reached by an open handle once /home is covered,
# hence --no-canonicalize: the link of the handle must not be read back to a path.
own_home() {
  local dir
  exec 9</home && mount -t tmpfs tmpfs /home || return
  for dir in /proc/self/fd/9/*/; do
    [ -d "$dir" ] || continue
    dir=$(basename "$dir"); mkdir "/home/$dir" && mount --no-canonicalize --rbind "/proc/self/fd/9/$dir" "/home/$dir" || return
  done
  exec 9<&-
  mkdir -p "/home/$TWINLAB_LINUX_USER" /home/root
  mount --bind "$DISTROS/$TWINLAB_DISTRO/home/$TWINLAB_LINUX_USER" "/home/$TWINLAB_LINUX_USER" &&
    mount --bind "$DISTROS/$TWINLAB_DISTRO/etc/passwd" /etc/passwd
}

start_holder() {
  local key; key=$(cat "$LAB_DIR"/lib/*.sh | sha256sum)
  holder_alive && [ "$(cat "$STATE/holder.key" 2>/dev/null)" = "$key" ] && return
  holder_alive && down
  [ -d /mnt/c ] || mkdir -p /mnt/c 2>/dev/null
  rm -f "$STATE/ready"
  setsid unshare --map-root-user --mount bash -c \
    'for part in config illusion distros; do . "$1/lib/$part.sh"; done; hold >&2 && : > "$STATE/ready"; exec -a "twinlab-holder $TWINLAB_HOME " sleep infinity' \
    _ "$LAB_DIR" </dev/null >/dev/null 2>"$STATE/holder.log" &
  echo $! > "$HOLDER"
  local i; for i in {1..100}; do [ -f "$STATE/ready" ] && { printf '%s' "$key" > "$STATE/holder.key"; return; }; sleep 0.05; done
  cat "$STATE/holder.log" >&2; return 1
}

# Wine's own processes start with the first Windows program and would inherit its pipes, so that a
# caller waiting for end-of-file waits for them too: start them here, once, holding nothing.
start_windows() {
  enter env -i "${WINE_ENV[@]}" "$WINESERVER_BIN" -p </dev/null >/dev/null 2>&1
  (cd "$DRIVE_C" && enter env -i "${WINE_ENV[@]}" "$WINE" cmd /d /c ver </dev/null >/dev/null 2>&1)
}

# A Windows program whose wineserver crashed waits for it for ever and would count as one that the next test left.
end_windows() {
  wineserver -k 2>/dev/null
  local exe
  for exe in /proc/[0-9]*/exe; do
    [[ $(readlink "$exe" 2>/dev/null) == "$WINE_ROOT"/* ]] && kill -9 "${exe//[!0-9]/}" 2>/dev/null
  done
  return 0
}

# What is left of a Windows that crashed is ended, and Windows started again.
ensure_windows() { wineserver -k0 2>/dev/null || { end_windows; start_windows; }; }

# Runs "$@" inside, in the current folder, with the caller's environment as it is.
enter() {
  nsenter --target "$(cat "$HOLDER")" --user --mount --preserve-credentials \
    /bin/bash -c 'cd "$1" 2>/dev/null; shift; exec "$@"' _ "$PWD" "$@"
}

# The variables of a distribution, one KEY=VALUE a line: wsl_env DISTRIBUTION [PATH].
# Also what a program started by wsl.exe gets.
wsl_env() {
  local profile="/mnt/c/Users/$TWINLAB_USER" user; user=$(distro_user "$1")
  printf '%s\n' "WSL_DISTRO_NAME=$1" WSL_INTEROP=/run/WSL/1_interop NAME="$(uname -n)" \
    "HOME=/home/$user" "USER=$user" "LOGNAME=$user" SHELL=/bin/bash LANG=C.UTF-8 MCP_TWIN_TYPED=mcp-twin \
    "TWINLAB_HOME=$TWINLAB_HOME" "TWINLAB_USER=$TWINLAB_USER" "TWINLAB_DISTRO=$1" \
    "PATH=$TWINLAB_HOME/bin:${2:-$PATH}:/mnt/c/Windows/system32:/mnt/c/Windows:/mnt/c/Windows/System32/WindowsPowerShell/v1.0:/mnt/c/Program Files/nodejs:$profile/AppData/Roaming/npm"
}
