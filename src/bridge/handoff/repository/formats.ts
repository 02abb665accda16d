import { UnreadableRepository } from '../../../core/git/unreadable.ts'
import { limits } from '../../base/limits.ts'
import { Refusal } from '../../base/refusal.ts'
import type { GitDirectories } from './directory.ts'

/**
 * Refuses repositories that cannot be compared here: those that name another format, or a working tree elsewhere. Nothing else of
 * the configuration counts. An unreadable one refuses nothing: `.git` is read beside the files then.
 */
export async function refuseOtherFormats({ common }: GitDirectories): Promise<void> {
  if ((await common.look('reftable')) !== null)
    throw new UnreadableRepository('its references are kept in the reftable format, which is not read here')
  const config = await common.read('config', limits.gitConfig).catch((error) => {
    if (error instanceof Refusal) return null
    throw error
  })
  const text = config?.toString('latin1') ?? ''
  if (/^[ \t]*(?:\[[^\]\n]*\][ \t]*)?objectformat[ \t]*=[ \t]*"?sha256/im.test(text))
    throw new UnreadableRepository('its objects are named by SHA-256, which is not read here')
  const core = /^[ \t]*\[core\]([^[]*)/im.exec(text)?.[1] ?? ''
  if (/^[ \t]*worktree[ \t]*=/im.test(core))
    throw new UnreadableRepository('its working tree lies elsewhere (core.worktree), which is not allowed here')
}
