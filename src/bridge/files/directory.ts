import { lstat, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { inFolder } from '../policy/folder.ts'
import type { Admitted, Policy } from '../policy/policy.ts'
import { codeOf, failed, fromFileTrouble } from '../base/refusal.ts'
import { checkNew, quoted } from './names.ts'

async function thatIsThere(real: string, path: string): Promise<{ real: string; created: boolean }> {
  const facts = await lstat(real).catch((error) => Promise.reject(fromFileTrouble(error, `${quoted(path)} cannot be looked at`)))
  if (!facts.isDirectory()) throw failed(`${quoted(path)} already exists and is not a directory; choose another name.`)
  return { real, created: false }
}

/** Makes folders below `base`, each in the one before it, held open. False: the last one was there already. */
async function makeAll(policy: Policy, base: string, names: readonly string[]): Promise<boolean> {
  let at = base
  let made = false
  for (const name of names) {
    made = await inFolder({ folder: at, name }, 'write', policy, (folder) =>
      mkdir(folder.at(name)).then(
        () => true,
        (error) => {
          if (codeOf(error) === 'EEXIST') return false
          throw error
        },
      ),
    )
    at = join(at, name)
  }
  return made
}

/** Admits a file that is to be written, and makes the folders above it that are missing. */
export async function admitNew(policy: Policy, path: string): Promise<Admitted> {
  const found = await policy.admit(path, 'write')
  checkNew(found)
  if (found.missing.length < 2) return found
  try {
    await makeAll(policy, found.base, found.missing.slice(0, -1))
  } catch (error) {
    throw fromFileTrouble(error, `The folder of ${quoted(path)} cannot be made`)
  }
  // What was made is judged like any other folder: another program may have put a link in its place.
  return policy.admit(path, 'write')
}

/** Makes a folder and those above it that are missing, each in the one before it, held open. */
export async function createDirectory(policy: Policy, path: string): Promise<{ real: string; created: boolean }> {
  const found = await policy.admit(path, 'write')
  checkNew(found)
  if (found.exists) return thatIsThere(found.real, path)
  try {
    const made = await makeAll(policy, found.base, found.missing)
    // Several make one path at once: only the one that made its last folder created it.
    return made ? { real: found.real, created: true } : await thatIsThere(found.real, path)
  } catch (error) {
    throw fromFileTrouble(error, `${quoted(path)} cannot be made`)
  }
}
