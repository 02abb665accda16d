import { lstatSync, type Stats } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { codeOf, denied, failed } from '../base/refusal.ts'

/**
 * Returns the canonical form of a path. Its last parts may be missing. Refuses a link that leads nowhere: writing through it
 * would create its target.
 */
export async function canonical(path: string): Promise<{ real: string; missing: string[] }> {
  const missing: string[] = []
  for (let at = path; ; ) {
    try {
      return { real: await realpath(at), missing }
    } catch (error) {
      const code = codeOf(error)
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
      const there = code === 'ENOENT' ? factsAt(at) : undefined
      // What does not resolve and is still there is a link that leads nowhere: writing through it would create its target.
      if (there?.isSymbolicLink()) throw denied(`${JSON.stringify(path)} is a link that leads nowhere; name the file itself.`)
      // It was made in between.
      if (there !== undefined) continue
    }
    // Not dirname(): it would drop a separator at the end and hide what follows it.
    const cut = Math.max(at.lastIndexOf('/'), sep === '\\' ? at.lastIndexOf('\\') : -1)
    const name = at.slice(cut + 1)
    if (name === '..') throw denied(`${JSON.stringify(path)} goes up from a folder that does not exist; give the path without "..".`)
    if (name !== '' && name !== '.') missing.unshift(name)
    const parent = cut <= 0 ? sep : at.slice(0, cut)
    if (parent === at) throw failed(`${JSON.stringify(path)} cannot be found.`)
    at = /^[A-Za-z]:$/.test(parent) ? parent + sep : parent
  }
}

/** Looks at a path; undefined: it cannot be read. Synchronous: the file system has just answered for this folder. */
function factsAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (codeOf(error) === '') throw error
    return undefined
  }
}
