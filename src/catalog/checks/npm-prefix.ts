import { defineCheck, type Facts, type SideFacts } from '../../core/doctor/facts.ts'
import { perSide, quoted } from '../../core/doctor/names.ts'
import { environmentLabel } from '../../core/participants.ts'
import { onDrive } from '../../core/paths.ts'
import type { CheckResult } from '../../model/check.ts'
import { environmentDefinitions } from '../environments/index.ts'

const usesNpm = ({ input }: Facts): boolean => Object.values(input.manifest.servers).some((server) => server.package !== undefined)

function npmItself({ environment, npmThere }: SideFacts): CheckResult[] {
  // Where there is no node at all, the check node-path reports it.
  if (environment.node === undefined || (environment.npm !== undefined && npmThere !== false)) return []
  const message = environment.npm === undefined ? 'not found beside its node, so nothing can be installed' : 'it no longer exists'
  const fix = npmThere === false ? 'mcp-twin sync --refresh' : environmentDefinitions[environment.kind].getNpm
  const found: CheckResult = { level: 'error', subject: 'npm', message, fix, ...(environment.npm && { detail: [environment.npm] }) }
  return [npmThere === false ? { ...found, autofix: { kind: 'detect' } } : found]
}

/**
 * Packages go where the user may write, where the other side's do not go, and outside AppData: what a packaged Claude
 * Desktop writes there goes to a copy that no other program sees (anthropics/claude-code#93152).
 */
function store({ environment, store: { path, kind, writable } }: SideFacts): CheckResult[] {
  const subject = kind === 'own' ? 'package folder' : 'npm prefix'
  if (path === null) {
    if (environment.node === undefined || kind === 'own') return []
    const message = `the npm prefix of ${environmentLabel(environment)} is not known`
    return [{ level: 'error', subject, message, fix: 'write "prefix": "own" in the manifest, then: mcp-twin sync' }]
  }
  const elsewhere = kind === 'own' ? 'set MCP_TWIN_HOME to another folder' : 'write "prefix": "own" in the manifest, then: mcp-twin sync'
  if (onDrive(environment, path) !== null) {
    const message = 'it is on a Windows drive, where packages of both sides get mixed up'
    return [{ level: 'error', subject, message, detail: [path], fix: elsewhere }]
  }
  if (writable === false) {
    const fix = kind === 'own' ? `sudo chown -R "$(id -u)" ${quoted(path)} && chmod u+w ${quoted(path)}` : elsewhere
    return [{ level: 'error', subject, message: 'you have no permission to write there', detail: [path], fix }]
  }
  if (environment.kind === 'windows' && /\\AppData\\/i.test(path)) {
    const message = 'it is in AppData, of which a packaged Claude Desktop sees its own copy'
    return [{ level: 'warning', subject, message, detail: [path], fix: elsewhere }]
  }
  return []
}

export const npmPrefix = defineCheck({
  id: 'npm-prefix',
  group: 'side',
  title: 'each side can install packages in its own folder',
  run: (facts) =>
    perSide(facts.sides, 'packages have their own folder', (side) => (usesNpm(facts) ? [...npmItself(side), ...store(side)] : [])),
})
