import { lstat, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { limits } from '../base/limits.ts'
import { inFolder } from '../policy/folder.ts'
import { checkWhole } from '../policy/meaning.ts'
import type { Admitted, Policy } from '../policy/policy.ts'
import { codeOf, fromFileTrouble } from '../base/refusal.ts'
import { quoted } from './names.ts'
import { copyTree, removeTree } from './tree.ts'

/** Where deleted things wait: one folder a deletion, named by its time, with a note of where the thing was. */
export class Trash {
  private readonly folder: string
  private readonly now: () => number
  private readonly random: (bytes: number) => string
  private cleaned = false

  constructor(folder: string, now: () => number, random: (bytes: number) => string) {
    this.folder = folder
    this.now = now
    this.random = random
  }

  /** Takes a file or a folder away; answers where it lies now. A link is taken itself, never what it leads to. */
  async take(policy: Policy, path: string): Promise<{ real: string; kept: string }> {
    const found = await policy.itself(path)
    // Loaded when needed: a bridge starts without it.
    const { inTurn } = await import('./turn.ts')
    return inTurn(dirname(this.folder), [found.real], policy, () => this.takeNow(policy, found))
  }

  private async takeNow(policy: Policy, found: Admitted): Promise<{ real: string; kept: string }> {
    await checkWhole(policy, found.real, 'Deleting', true)
    const stamp = new Date(this.now()).toISOString().replaceAll(':', '-')
    const place = join(this.folder, `${stamp}-${this.random(4)}`)
    let begun = false
    try {
      await mkdir(place, { recursive: true, mode: 0o700 })
      await writeFile(join(place, 'origin.json'), `${JSON.stringify({ path: found.real, at: new Date(this.now()).toISOString() })}\n`, {
        mode: 0o600,
      })
      const kept = join(place, 'item', found.name)
      await mkdir(join(place, 'item'), { mode: 0o700 })
      await inFolder(found, 'take', policy, async (folder) => {
        const from = folder.at(found.name)
        await rename(from, kept).catch(async (error) => {
          if (codeOf(error) !== 'EXDEV') throw error
          // Another disk: copied whole, then removed.
          await copyTree(folder, found.name, kept, policy)
          begun = true
          await removeTree(folder, found.name, policy)
        })
        begun = true
      })
      // What is old and cannot be removed now is removed another time.
      await this.clean().catch(() => undefined)
      return { real: found.real, kept }
    } catch (error) {
      // Nothing was taken away, so a copy of a part of it is of no use.
      if (!begun) await rm(place, { recursive: true, force: true }).catch(() => undefined)
      throw fromFileTrouble(error, `${quoted(found.real)} cannot be deleted`)
    }
  }

  /** Once a process: what is older than the limit goes for good. */
  private async clean(): Promise<void> {
    if (this.cleaned) return
    this.cleaned = true
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name)
      const facts = await lstat(path)
      if (/^\d{4}-\d\d-\d\dT/.test(name) && this.now() - facts.mtimeMs > limits.trashAgeMs) await rm(path, { recursive: true, force: true })
    }
  }
}
