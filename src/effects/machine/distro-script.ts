import { nodeScript } from './node-facts.ts'

const mark = '@mcp-twin:'

/**
 * The script for a distribution's `/bin/sh`, on its standard input, where no command line can mangle it. Node is asked for in
 * the user's own shell, first as a login and interactive one (nvm lives in `.bashrc`, which other shells skip:
 * microsoft/WSL#5251), in a session of its own so that job control cannot stop it, and with an end to it (`timeout` ends
 * with 124 then). Every shell must understand the question, fish and tcsh too: no `$(…)`, no `&&`.
 */
export const distroScript = `
u=$(id -un)
row=$(getent passwd "$u" 2>/dev/null || grep "^$u:" /etc/passwd)
h=$(printf '%s' "$row" | cut -d: -f6)
s=$(printf '%s' "$row" | cut -d: -f7)
[ -n "$h" ] || h=$HOME
[ -x "$s" ] || s=/bin/sh
say() { printf '\\n${mark}%s %s\\n' "$1" "$2"; }
say user "$u"
say home "$h"
say release "$(cat /proc/sys/kernel/osrelease)"
say mount "$(wslpath -u 'C:\\' 2>/dev/null)"
say name "$WSL_DISTRO_NAME"
MCP_TWIN_PROBE='${nodeScript.replaceAll("'", "'\\''")}'
export MCP_TWIN_PROBE
ask='printf "\\n${mark}claude %s\\n" "$CLAUDE_CONFIG_DIR"; printf "${mark}found "; command -v node; printf "\\n"; node -e "$MCP_TWIN_PROBE"'
apart=
setsid -w true >/dev/null 2>&1 && apart='setsid -w'
limit=3
cd "$h" 2>/dev/null
for flags in -lic -lc -c; do
  limited=
  command -v timeout >/dev/null 2>&1 && limited="timeout $limit"
  out=$(HOME=$h $apart $limited "$s" "$flags" "$ask" </dev/null 2>/dev/null)
  [ $? = 124 ] && say late "$limit"
  limit=1
  printf '%s\\n' "$out"
  case $out in *${mark}node*) break ;; esac
done
`

/** Reads the script's output: the last value of each name counts, and an empty one is ignored. */
export function readDistroFacts(text: string): ReadonlyMap<string, string> {
  const facts = new Map<string, string>()
  for (const line of text.split('\n')) {
    const found = line.startsWith(mark) ? /^(\w+) (.+)$/.exec(line.slice(mark.length)) : null
    if (found?.[1] && found[2]) facts.set(found[1], found[2].trimEnd())
  }
  return facts
}
