import type { Environment } from '../../model/environment.ts'
import { denied, type Refusal } from '../base/refusal.ts'
import type { Sides } from '../base/settings.ts'
import { CanonicalList } from './canonical-list.ts'
import { closedByName, isKernel } from './closed.ts'
import { within } from './region.ts'

/** Says why a path is closed, and how to open it. `deny`: paths that a person has closed in the manifest. */
export async function closedRefusal(
  real: string,
  asked: string,
  deny: readonly string[],
  fold: (path: string) => string,
): Promise<Refusal> {
  const rules = closedByName(real) ? [] : await new CanonicalList(deny).all()
  if (rules.some((path) => within(real, path, fold)))
    return denied(
      `${JSON.stringify(asked)} is closed: bridge.deny in the manifest names it, or a folder around it, and a person can change that.`,
    )
  if (isKernel(real)) return denied(`${JSON.stringify(asked)} is closed: it is a part of the system, not a file of the user.`)
  return denied(`${JSON.stringify(asked)} is closed: it holds keys, logins or settings of programs. No setting of this server opens it.`)
}

/** It may be read all the same. */
export const autorunRefusal = (asked: string): Refusal =>
  denied(
    `${JSON.stringify(asked)} may be read but not changed: programs run it, or what it names, later and by themselves. A person can open it to writing by naming it in bridge.allow in the manifest.`,
  )

/** It lies in an allowed folder that is open to reading only. */
export const readableRefusal = (asked: string, root: string, { self }: Sides): Refusal =>
  denied(
    `${JSON.stringify(asked)} may be read but not changed: its folder is open to reading only. A person can open it to writing: ${addRoot(root, self)}`,
  )

/** The command that opens a folder, as the shell of a side takes it. */
export const addRoot = (folder: string, { kind }: Pick<Environment, 'kind'>): string =>
  `mcp-twin roots add ${kind === 'windows' ? `"${folder}"` : `'${folder.replaceAll("'", "'\\''")}'`}`

/** It is outside since the manifest cannot be read; `unreadable` says why. */
export const unreadableRefusal = (asked: string, open: readonly string[], unreadable: string): Refusal =>
  denied(`${JSON.stringify(asked)} is outside the allowed folders (${open.join(', ') || 'none'}). ${unreadable}`)

/**
 * `linked`: the path itself is in an allowed folder and leads out of it; where to is not said. `way`: the folder that would open it;
 * null: flags name the folders. '': none is offered.
 */
export function outsideRefusal(asked: string, open: readonly string[], linked: boolean, way: string | null, { self }: Sides): Refusal {
  const folders = open.join(', ') || 'none'
  const what = linked ? `leads outside the allowed folders (${folders}), through a link` : `is outside the allowed folders (${folders})`
  if (way === null)
    return denied(`${JSON.stringify(asked)} ${what}. A person can add --root FOLDER to the client's entry, where it replaces bridge.roots.`)
  const how = linked || way === '' ? 'A person can open a folder: mcp-twin roots add FOLDER' : `A person can open it: ${addRoot(way, self)}`
  return denied(`${JSON.stringify(asked)} ${what}. ${how}`)
}
