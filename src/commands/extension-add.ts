import type { add as spec } from '../cli/specs/add.ts'
import type { Context } from '../context.ts'
import { keysAmong, serverName, whyLeft } from '../core/extensions/offer.ts'
import { addCommand, extensionDigest } from '../core/launch/extension.ts'
import { lookUp } from '../core/lookup.ts'
import { observeExtensions } from '../effects/extensions/observe.ts'
import { forbidsExtensions } from '../effects/machine/policies.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { usageError } from '../errors.ts'
import type { InstalledExtension } from '../model/extension.ts'
import type { OptionsOf } from '../model/command-line.ts'
import type { ServerSpec } from '../model/manifest.ts'
import { Secret } from '../model/secret.ts'
import { visible } from '../ui/escape.ts'
import { extensionLines } from './extension-words.ts'
import { type NewServers, storedNames } from './pasted.ts'
import { keyFor } from './registry-add.ts'

/** Servers that extensions become, and the digests of what a person agrees to by bringing them. */
export interface BroughtExtensions extends NewServers {
  readonly agreed: readonly string[]
}

/** An extension of Claude Desktop as a server for the other programs: `add extension:ID`. */
export async function fromExtension(
  context: Context,
  situation: Situation,
  id: string,
  rest: readonly string[],
  options: OptionsOf<typeof spec>,
  only: readonly string[],
): Promise<BroughtExtensions> {
  const again = addCommand(visible(id))
  if (situation.place.project !== null)
    throw usageError('An extension lies on one computer, and a project serves others too.', { hint: addCommand(visible(id), '--user ') })
  if (rest.length > 0 || [options.env, options.secret, options.header, options.transport].some((each) => each !== undefined))
    throw usageError('An extension says itself how it is started.', { hint: again })
  const { found, trouble } = await observeExtensions(context.system, situation, { wanted: new Set([id]) })
  const extension = found.get(id)
  if (extension === undefined)
    throw usageError(trouble === null ? `Claude Desktop has no extension "${visible(id)}".` : `${trouble.reason}.`, {
      hint: trouble?.hint ?? 'to see those that it has: mcp-twin list',
    })
  const [known, standing] = Object.entries(situation.manifest.servers).find(([, server]) => server.extension === id) ?? []
  const isForbidden = await forbidsExtensions(context.system, situation.world, extension.environment)
  const left = whyLeft(extension, isForbidden, standing?.settings)
  if (left !== null)
    throw usageError(`${visible(id)} cannot be brought to other programs: ${visible(left)}.`, {
      hint: `change that in Claude Desktop, then: ${again}`,
    })
  const name = options.name ?? known ?? serverName(extension)
  for (const line of extensionLines(extension)) context.io.noteWhole(visible(line), context.prompt.able)
  if (!context.prompt.able && context.options.yes !== true)
    throw usageError(`${visible(id)} would be started by other programs, and nobody can be asked.`, { hint: `${again} --yes` })
  const taken = new Set(await storedNames(context, situation))
  return broughtAs(context, extension, { name, standing: lookUp(situation.manifest.servers, name), only }, taken)
}

interface BroughtPlace {
  readonly name: string
  /** The server of that name now. */
  readonly standing: ServerSpec | undefined
  readonly only: readonly string[]
}

/** The server of an extension, with its keys under names of the store. `taken`: names that are stored; new ones are added. */
export async function broughtAs(
  context: Context,
  extension: InstalledExtension,
  { name, standing, only }: BroughtPlace,
  taken: Set<string>,
): Promise<BroughtExtensions> {
  const isAgain = standing?.extension === extension.id
  const settings: NonNullable<ServerSpec['settings']> = { ...(isAgain ? standing.settings : {}) }
  const keys = new Map<string, Secret>()
  for (const { value, label, plain } of keysAmong(extension, name)) {
    if (lookUp(settings, value) !== undefined) continue
    const stored = new Set(taken)
    const reference = await keyFor(context, name, { label, isVariable: true }, taken)
    const key = reference.slice('${secret:'.length, -1)
    settings[value] = reference
    if (plain === null || stored.has(key)) continue
    keys.set(key, new Secret(plain))
    context.io.hide(new Secret(plain))
  }
  const server: ServerSpec = {
    ...(isAgain ? standing : { extension: extension.id }),
    ...(Object.keys(settings).length === 0 ? {} : { settings }),
    ...(only.length === 0 ? {} : { only: [...only] }),
  }
  const agreed = extension.manifest === null ? [] : [extensionDigest(extension.id, extension.manifest)]
  return { servers: { [name]: server }, keys, builtins: [], notes: [], agreed }
}
