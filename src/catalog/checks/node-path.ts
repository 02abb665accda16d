import { defineCheck, type Facts, type SideFacts } from '../../core/doctor/facts.ts'
import { list, perSide, quoted } from '../../core/doctor/names.ts'
import { environmentLabel } from '../../core/participants.ts'
import { dirName, onDrive } from '../../core/paths.ts'
import type { CheckResult } from '../../model/check.ts'
import { environmentDefinitions } from '../environments/index.ts'

/** What Windows' own node or npm does when WSL's PATH leads to it: errors, or an installation on the wrong side (microsoft/WSL#1512). */
function foreignPath({ files }: Facts, { environment, foreignPrograms }: SideFacts): CheckResult[] {
  const [first] = foreignPrograms
  if (first === undefined || environment.node === undefined) return []
  const names = foreignPrograms.map(({ name }) => name)
  const users = files
    .filter((file) => file.environment.id === environment.id)
    .flatMap((file) => file.entries.filter(({ entry }) => 'kind' in entry && entry.kind === 'stdio' && names.includes(entry.command)))
  const folder = quoted(dirName(environment, environment.node))
  const message = `${list(names)} on PATH ${names.length === 1 ? 'is' : 'are'} the ones of Windows, which do not work here`
  const hit =
    users.length === 0
      ? ''
      : `; ${list([...new Set(users.map(({ name }) => name))])} would be started by ${names.length === 1 ? 'it' : 'them'}`
  return [
    {
      level: users.length === 0 ? 'warning' : 'error',
      subject: 'PATH',
      message: message + hit,
      detail: foreignPrograms.map(({ path }) => path),
      fix: `echo 'export PATH=${folder}:"$PATH"' >> ~/.bashrc && . ~/.bashrc`,
    },
  ]
}

function ownNode({ environment, nodeThere }: SideFacts): CheckResult[] {
  const label = environmentLabel(environment)
  const { node, trouble } = environment
  const getNode = environmentDefinitions[environment.kind].getNode
  if (node === undefined) {
    // The check interop reports a side that cannot be reached.
    if (trouble !== undefined && environment.exec === undefined && !environment.self) return []
    return [{ level: 'error', subject: 'node', message: trouble?.reason ?? `no node was found on ${label}`, fix: trouble?.hint ?? getNode }]
  }
  if (onDrive(environment, node) !== null || (environment.kind === 'wsl' && /\.exe$/i.test(node))) {
    return [
      { level: 'error', subject: 'node', message: 'it is the node of Windows, which does not work here', detail: [node], fix: getNode },
    ]
  }
  if (nodeThere === false) {
    const message = 'it no longer exists'
    return [{ level: 'error', subject: 'node', message, detail: [node], fix: 'mcp-twin sync --refresh', autofix: { kind: 'detect' } }]
  }
  if (/fnm_multishells/.test(node)) {
    const message = 'it is in a folder that fnm deletes when its shell ends'
    return [
      { level: 'error', subject: 'node', message, detail: [node], fix: 'fnm default 22, then in a new shell: mcp-twin sync --refresh' },
    ]
  }
  return []
}

/** Each side's node is its own, is still there, and outlives the shell; and its PATH does not lead to Windows. */
export const nodePath = defineCheck({
  id: 'node-path',
  group: 'side',
  title: "each side's node is its own",
  run: (facts) => perSide(facts.sides, "node is this side's own", (side) => [...ownNode(side), ...foreignPath(facts, side)]),
})
