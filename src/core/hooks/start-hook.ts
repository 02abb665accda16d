import { createHash } from 'node:crypto'
import type { JsonObject } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import { quoted } from '../doctor/names.ts'
import { layout } from '../layout.ts'
import { isWindows } from '../paths.ts'

/** Seconds after which Claude Code ends the hook; it needs a fraction of one. */
const TIMEOUT_S = 10

/**
 * The hook that tells a beginning conversation how much waits for it; null where the side has no node. Exit code 2 of a hook
 * would block the person, and any other but 0 shows an error, so it ends with 0 even when our program is gone.
 */
export function startHook(side: Environment, folder: NativePath, client: string): JsonObject | null {
  if (side.node === undefined) return null
  const words = ['inbox', '--brief', '--client', client].join(' ')
  const { launcher } = layout(side, folder)
  const command = isWindows(side)
    ? // As bash and cmd both read it.
      `"${forward(side.node)}" "${forward(launcher)}" ${words} || exit 0`
    : `${quoted(side.node)} ${quoted(launcher)} ${words} 2>/dev/null || true`
  return { type: 'command', command, timeout: TIMEOUT_S }
}

const forward = (path: string): string => path.replaceAll('\\', '/')

/** True for a hook that starts our program's inbox, whoever wrote or edited it. */
export const startsOurInbox = ({ command }: JsonObject): boolean =>
  typeof command === 'string' && /mcp-twin/.test(command) && /\binbox\b/.test(command)

/** The digest by which a hook of ours is recognised later. */
export const hookDigest = (hook: JsonObject): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(hook).sort(([a], [b]) => (a < b ? -1 : 1))))
    .digest('hex')
