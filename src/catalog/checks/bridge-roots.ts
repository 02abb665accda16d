import { defineBridgeCheck } from '../../core/doctor/bridge.ts'
import type { Facts, RootFacts } from '../../core/doctor/facts.ts'
import { quoted } from '../../core/doctor/names.ts'
import type { CheckResult } from '../../model/check.ts'

function judge({ shell }: Facts, { path, isWorkspace, there, closed }: RootFacts): CheckResult[] {
  const detail = [path]
  if (closed !== null) {
    const fix = isWorkspace
      ? 'move our folder out of there: set MCP_TWIN_HOME to another one'
      : `mcp-twin roots remove ${shell === 'windows' ? `"${path}"` : quoted(path)}`
    return [{ level: 'error', subject: isWorkspace ? 'workspace' : 'root', message: `it opens nothing: ${closed}`, fix }]
  }
  if (isWorkspace) {
    if (there !== 'file') return []
    const fix = shell === 'windows' ? `ren "${path}" workspace.old` : `mv ${quoted(path)} ${quoted(`${path}.old`)}`
    return [{ level: 'error', subject: 'workspace', message: 'there is a file where the shared folder should be', detail, fix }]
  }
  if (there !== 'nothing') return []
  const fix = shell === 'windows' ? `mkdir "${path}"` : `mkdir -p ${quoted(path)}`
  const message = 'there is no such folder (this creates it; a wrong name is taken out by roots remove)'
  return [{ level: 'warning', subject: 'root', message, detail, fix }]
}

/** Folders that the manifest opens for the bridge: no other check reports one that opens nothing. */
export const bridgeRoots = defineBridgeCheck({
  id: 'bridge-roots',
  title: 'every root of the bridge opens a folder',
  run: ({ rules }, facts) => [
    ...rules.problems
      .filter((problem) => problem.startsWith('The root '))
      .map(
        (message): CheckResult => ({
          level: 'error',
          subject: 'root',
          message,
          fix: 'name a folder of this computer, absolute or from ~: mcp-twin roots add FOLDER; to take the wrong name out: mcp-twin roots remove FOLDER',
        }),
      ),
    ...rules.roots.flatMap((root) => judge(facts, root)),
  ],
})
