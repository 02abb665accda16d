import { constants } from 'node:fs'
import { failed } from '../base/refusal.ts'
import { openFile } from '../policy/folder.ts'
import type { Policy } from '../policy/policy.ts'
import { quoted } from './names.ts'
import { replaceFile } from './replace.ts'
import { inItsFolder } from './write.ts'

/**
 * Writes a new file, whole or not at all. One that exists and holds exactly these bytes is left as it is, so that an action can be
 * repeated; any other is refused. `own`: the bridge's own folder.
 */
export async function writeNew(own: string, policy: Policy, path: string, bytes: Uint8Array): Promise<void> {
  const found = await policy.admit(path, 'write')
  await inItsFolder(own, found, policy, async (folder) => {
    if (!found.exists) return replaceFile(folder, found.name, bytes, null)
    const handle = await openFile(found.real, found.name, folder, policy, constants.O_RDONLY)
    try {
      const { size } = await handle.stat()
      if (size === bytes.length && Buffer.compare(await handle.readFile(), bytes) === 0) return
    } finally {
      await handle.close()
    }
    throw failed(`${quoted(found.real)} exists already and holds something else; nothing was changed.`)
  })
}
