import type { init as spec } from '../cli/specs/init.ts'
import type { Context } from '../context.ts'
import { type ExtensionRow, isTaken } from '../core/extensions/offer.ts'
import { addCommand } from '../core/launch/extension.ts'
import { observeExtensions } from '../effects/extensions/observe.ts'
import { installedRows } from '../effects/extensions/rows.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { OptionsOf } from '../model/command-line.ts'
import type { Manifest, ServerSpec } from '../model/manifest.ts'
import type { Secret } from '../model/secret.ts'
import { visible } from '../ui/escape.ts'
import { broughtAs } from './extension-add.ts'
import { extensionLines, extensionWords } from './extension-words.ts'
import { storedNames } from './pasted.ts'

/** What becomes of the extensions that a person installed in Claude Desktop. */
export interface ExtensionChoice {
  readonly rows: readonly ExtensionRow[]
  /** The servers that they become. */
  readonly servers: Readonly<Record<string, ServerSpec>>
  readonly keys: ReadonlyMap<string, Secret>
  /** Digests of what is agreed to by bringing them. */
  readonly agreed: readonly string[]
  readonly notes: readonly string[]
}

/**
 * Asks which extensions the other programs get: none is ticked, since they are code of strangers that Claude Desktop updates by itself.
 * Without a terminal none comes, with `--both` all that can. `fresh`: servers that come with them.
 */
export async function chooseExtensions(
  context: Context,
  situation: Situation,
  options: OptionsOf<typeof spec>,
  fresh: Manifest['servers'],
): Promise<ExtensionChoice> {
  const { rows, extensions } = await installedRows(context.system, situation)
  const open = rows.filter(({ server, reason }) => server === null && reason === null)
  const picked = await pick(context, open, options)
  const found = (await observeExtensions(context.system, situation, { wanted: new Set(picked) })).found
  const taken = new Set(await storedNames(context, situation))
  const servers: Record<string, ServerSpec> = {}
  const keys = new Map<string, Secret>()
  const [agreed, notes]: [string[], string[]] = [[], []]
  for (const { id, name } of open.filter(({ id: each }) => picked.includes(each))) {
    const extension = found.get(id) ?? extensions.found.get(id)
    if (isTaken({ servers: { ...situation.manifest.servers, ...fresh, ...servers } }, name) || extension === undefined) {
      notes.push(`the name ${visible(name)} is taken: ${addCommand(visible(id))} --name NAME`)
      continue
    }
    for (const line of extensionLines(extension)) context.io.noteWhole(visible(line), context.prompt.able)
    const brought = await broughtAs(context, extension, { name, standing: undefined, only: [] }, taken)
    Object.assign(servers, brought.servers)
    for (const [key, value] of brought.keys) keys.set(key, value)
    agreed.push(...brought.agreed)
  }
  const left = rows.filter(({ id }) => !picked.includes(id))
  const serverOf = (id: string) => Object.entries(servers).find(([, { extension }]) => extension === id)?.[0] ?? null
  return {
    rows: rows.map((row) => ({ ...row, server: row.server ?? serverOf(row.id) })),
    servers,
    keys,
    agreed,
    notes: [...notes, ...extensionWords(left, context.prompt.able || options.both === true)],
  }
}

async function pick(
  { prompt }: Context,
  open: readonly ExtensionRow[],
  { both, dryRun }: OptionsOf<typeof spec>,
): Promise<readonly string[]> {
  if (both === true) return open.map(({ id }) => id)
  if (open.length === 0 || !prompt.able || dryRun === true) return []
  const choices = open.map(({ id, name, version, source }) => ({
    value: id,
    name: visible(`${name} ${version ?? ''}, source ${source ?? 'not known'} (${id})`),
    short: visible(name),
    checked: false,
  }))
  const question = 'Extensions of Claude Desktop: which ones should your other programs start too?'
  return prompt.chooseMany(question, choices, { flag: '--both' })
}
