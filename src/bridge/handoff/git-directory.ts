import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { limits } from '../base/limits.ts'
import { codeOf, failed } from '../base/refusal.ts'
import type { Policy } from '../policy/policy.ts'

/** Git follows alternates of alternates five levels deep. */
const deepest = 6
/** The only folders of a store of objects that git looks into. */
const folders = /^(?:[0-9a-f]{2}|pack|info)$/

/** Resolves to the real path of a file or folder that policy allows to read. Throws a Refusal for any other. */
export const openPath = async (policy: Policy, path: string): Promise<string> => (await policy.existing(path, 'read')).real

/**
 * Checks that policy allows to read all that git reads of a repository: a git directory may consist of links into another one,
 * and take its objects from there. Throws a Refusal.
 */
export async function checkGitDirectory(policy: Policy, own: string, common: string): Promise<void> {
  for (const folder of new Set([own, common])) await linksIn(policy, folder)
  await checkObjects(policy, join(common, 'objects'), deepest)
}

async function checkObjects(policy: Policy, path: string, left: number): Promise<void> {
  const objects = await openPath(policy, path)
  await linksIn(policy, objects)
  const inside = await namesIn(objects)
  for (const { name } of inside) if (folders.test(name)) await linksIn(policy, join(objects, name))
  const others = await alternatesIn(join(objects, 'info', 'alternates'))
  if (others.length > 0 && left === 0) throw failed('The repository takes its objects from too many others; leave repository out.')
  for (const line of others) await checkObjects(policy, resolve(objects, line), left - 1)
}

async function linksIn(policy: Policy, folder: string): Promise<void> {
  const links = (await namesIn(folder)).filter((each) => each.isSymbolicLink())
  if (links.length > limits.handoffGitLinks) throw failed(`${JSON.stringify(folder)} holds too many links; leave repository out.`)
  for (const { name } of links) await openPath(policy, join(folder, name))
}

/** The entries of a folder; none where there is no folder. */
async function namesIn(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch((error) => {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return []
    throw error
  })
}

/** The lines of a file that names other stores of objects. The links on the way to it have been checked. */
async function alternatesIn(path: string): Promise<string[]> {
  try {
    const facts = await stat(path)
    if (!facts.isFile() || facts.size > limits.handoffGitLinks)
      throw failed('The repository takes its objects from too many others; leave repository out.')
    return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return []
    throw error
  }
}
