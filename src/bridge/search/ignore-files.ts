import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { inName } from '../base/text.ts'
import { limits } from '../base/limits.ts'
import { codeOf } from '../base/refusal.ts'
import { MiB } from '../base/units.ts'

/** Files in which ripgrep reads what to leave out, in each folder that it enters and in all above. */
const names = ['.gitignore', '.ignore', '.rgignore'] as const

/**
 * Whether ripgrep would not come to an end with such a file: it opens what the name leads to, so a pipe holds it for ever, and a device
 * or a file of gigabytes fills its memory. It cannot open a socket, and reads nothing of a folder.
 */
async function isEndless(path: string): Promise<boolean> {
  const facts = await stat(path).catch((error: unknown) => {
    if (codeOf(error) === '') throw error
    return null
  })
  return facts !== null && !facts.isDirectory() && !facts.isSocket() && (!facts.isFile() || facts.size > limits.searchIgnoreFile)
}

/** Why such a file keeps a folder from being searched. */
export const endlessWords = (path: string): string =>
  `${inName(path)} leads to a pipe, a device or more than ${limits.searchIgnoreFile / MiB} MiB, which ripgrep would read for ever; remove it, or search a folder beside it`

/** The first such file of a folder; null: none. */
export async function endlessIn(folder: string): Promise<string | null> {
  for (const name of names) if (await isEndless(join(folder, name))) return name
  return null
}

/** Whether one of the folders above a folder has such a file. */
export async function isEndlessAbove(folder: string): Promise<boolean> {
  const above = dirname(folder)
  return above !== folder && ((await endlessIn(above)) !== null || isEndlessAbove(above))
}

/** Such a file below a folder, by its path from there, but in those that are left out; null: none, or the signal came first. */
export async function endlessBelow(folder: string, left: readonly string[], signal: AbortSignal): Promise<string | null> {
  const waiting = ['']
  for (let place = waiting.pop(); place !== undefined && !signal.aborted; place = waiting.pop()) {
    const entries = await readdir(join(folder, place), { withFileTypes: true }).catch((error: unknown) => {
      if (codeOf(error) === '') throw error
      return []
    })
    for (const entry of entries) {
      const path = join(place, entry.name)
      if (entry.isDirectory()) {
        if (entry.name !== '.git' && !left.includes(path)) waiting.push(path)
      } else if (names.some((name) => name === entry.name) && (await isEndless(join(folder, path)))) return signal.aborted ? null : path
    }
  }
  return null
}
