import { looksWindowsPath } from '../../core/paths.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { FileFacts, System } from '../../model/system.ts'
import type { Decision, RewriteTarget } from './decision.ts'
import type { Reason } from '../../model/reason.ts'
import { isTrouble } from './trouble.ts'

type Replace = Extract<Decision, { kind: 'replace' }>

/** Whether the new content is ready beside the file, and what the user should know about it. */
export type ReadyBeside = { readonly ok: true; readonly notice: string | null } | ({ readonly ok: false } & Reason)

const octal = (mode: number): string => `0${(mode & 0o777).toString(8)}`

function modeFor(target: RewriteTarget, facts: FileFacts | null, decision: Replace): { mode: number; notice: string | null } {
  const asked = decision.mode ?? facts?.mode ?? target.createMode ?? 0o600
  if (!decision.holdsKey || (asked & 0o077) === 0) return { mode: asked, notice: null }
  // On a Windows drive its own rights decide who reads the file, whatever mode a mount shows.
  const isSilent = facts === null || looksWindowsPath(target.shown)
  return {
    mode: 0o600,
    notice: isSilent ? null : `${target.shown} holds keys, so only you can read it now (0600; it was ${octal(asked)})`,
  }
}

/** Gives the file its old owner. Returns a reason if that fails and would change who may read the file. */
async function keepOwner(
  system: System,
  path: ReachablePath,
  made: FileFacts,
  facts: FileFacts,
  mode: number,
  shown: string,
): Promise<Reason | null> {
  try {
    await system.files.setOwner(path, facts.uid, facts.gid)
    return null
  } catch (error) {
    if (!isTrouble(error) || !['EPERM', 'EINVAL', 'ENOTSUP', 'ENOSYS'].includes(error.code)) throw error
  }
  const groupCounts = ((mode >> 3) & 7) !== (mode & 7)
  if (made.uid === facts.uid && !groupCounts) return null
  return made.uid === facts.uid
    ? { reason: `${shown} belongs to a group that you cannot give files to`, hint: 'change the group of the file, then try again' }
    : { reason: `${shown} belongs to another user`, hint: 'change the owner of the file, then try again' }
}

/**
 * Writes the new content beside the file: readable by nobody else from its creation on, flushed, then with the owner
 * and mode the file shall have. On file systems without modes (Windows drives) there is nothing to keep.
 */
export async function writeBeside(
  system: System,
  target: RewriteTarget,
  path: ReachablePath,
  facts: FileFacts | null,
  decision: Replace,
): Promise<ReadyBeside> {
  await system.files.create(path, decision.bytes, 0o600)
  const bare = await target.protect?.(path, decision.holdsKey)
  if (bare) return { ok: false, ...bare }
  const made = system.platform === 'win32' ? null : await system.files.look(path)
  if (made === null || (made.mode & 0o777) !== 0o600) return { ok: true, notice: null }
  const { mode, notice } = modeFor(target, facts, decision)
  const isOthers = facts !== null && (made.uid !== facts.uid || made.gid !== facts.gid)
  if (isOthers) {
    const reason = await keepOwner(system, path, made, facts, mode, target.shown)
    if (reason !== null) return { ok: false, ...reason }
  }
  if (mode !== 0o600) await system.files.setMode(path, mode)
  if (isOthers || mode !== 0o600) await system.files.flush(path)
  return { ok: true, notice }
}
