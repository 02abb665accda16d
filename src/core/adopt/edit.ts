import type { Environment } from '../../model/environment.ts'
import { type Override, type ServerSpec, serverKinds } from '../../model/manifest.ts'
import { Secret } from '../../model/secret.ts'
import { extractKeys } from '../keys/extract.ts'
import type { SecretNames } from '../keys/naming.ts'
import { meansEnvironment } from '../participants.ts'

/** A hand edit of one entry, in neutral form on both sides of the edit: values are plain, nothing is a template. */
interface HandEdit {
  readonly name: string
  readonly environment: Environment
  /** What we had written. */
  readonly before: ServerSpec
  /** The present entry. */
  readonly after: ServerSpec
  /** Turns a path of this side into one for every side; null: it is no path, or only this side has the server. */
  everywhere(text: string): string | null
  readonly names: SecretNames
}

interface AdoptedEdit {
  readonly server: ServerSpec
  readonly secrets: readonly { readonly name: string; readonly value: Secret }[]
}

const ONE_SECRET = /^\$\{secret:([A-Za-z_][A-Za-z0-9_]*)\}$/

/** A hand edit taken into the server it was made on: what was not edited keeps its templates, a changed key goes to the store. */
export function takeEdit(server: ServerSpec, edit: HandEdit): AdoptedEdit {
  const word = Object.keys(server.on ?? {}).find((each) => meansEnvironment(each, edit.environment))
  const over: Override = word === undefined ? {} : (server.on?.[word] ?? {})
  const secrets: { name: string; value: Secret }[] = []
  const plain = extractKeys(edit.after, { server: edit.name, names: edit.names })
  const changed = { ...kindChange(edit, plain.server), ...listChange(server, over, edit, plain.server.args ?? []) } as Override
  for (const part of ['env', 'headers'] as const) {
    const own = { ...server[part], ...over[part] }
    const values = tableChange(own, edit.before[part] ?? {}, edit.after[part] ?? {}, plain.server[part] ?? {}, secrets)
    if (values !== null) changed[part] = values
  }
  const used = new Set(JSON.stringify(changed).match(/\$\{secret:[A-Za-z_]\w*\}/g) ?? [])
  secrets.push(...plain.secrets.filter((each) => used.has(`\${secret:${each.name}}`)))
  return { server: lay(server, word, over, changed), secrets }
}

/** Another package, program or address; whichever it is, the others go. */
function kindChange({ before, after }: HandEdit, plain: Pick<ServerSpec, (typeof serverKinds)[number]>): Override {
  const change: Override = {}
  for (const kind of serverKinds) if (after[kind] !== undefined && after[kind] !== before[kind]) change[kind] = plain[kind]
  if (after.transport !== before.transport && after.transport !== undefined) change.transport = after.transport
  return change
}

function listChange(server: ServerSpec, over: Override, edit: HandEdit, plain: readonly string[]): Override {
  const [was, is] = [edit.before.args ?? [], edit.after.args ?? []]
  if (was.length === is.length && was.every((text, at) => text === is[at])) return {}
  const own = over.args ?? server.args ?? []
  const pairs = align(was, is)
  return {
    args: is.map(
      (text, at) => (own.length === was.length ? own[pairs.get(at) ?? -1] : undefined) ?? edit.everywhere(text) ?? plain[at] ?? text,
    ),
  }
}

/** Variables or headers after the edit; null when none of them changed. */
function tableChange(
  own: Readonly<Record<string, string>>,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  plain: Readonly<Record<string, string>>,
  secrets: { name: string; value: Secret }[],
): Record<string, string> | null {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  if ([...names].every((name) => before[name] === after[name])) return null
  const values: Record<string, string> = {}
  for (const [name, text] of Object.entries(after)) {
    const template = own[name]
    const secret = template === undefined ? undefined : ONE_SECRET.exec(template)?.[1]
    if (template !== undefined && before[name] === text) values[name] = template
    else if (template !== undefined && secret !== undefined) {
      values[name] = template
      secrets.push({ name: secret, value: new Secret(text) })
    } else values[name] = plain[name] ?? text
  }
  return values
}

/** Lays the change over the server: into its part for this side where that part says the same thing already, else into the server itself. */
function lay(server: ServerSpec, word: string | undefined, over: Override, changed: Override): ServerSpec {
  const kind = serverKinds.find((each) => changed[each] !== undefined)
  const base: ServerSpec = { ...server }
  const side: Override = { ...over }
  if (kind !== undefined) {
    const holder = word !== undefined && serverKinds.some((each) => over[each] !== undefined) ? side : base
    for (const each of serverKinds) delete holder[each]
  }
  for (const key of Object.keys(changed) as (keyof Override)[]) {
    const inSide = word !== undefined && (over[key] !== undefined || (key === kind && serverKinds.some((each) => over[each] !== undefined)))
    Object.assign(inSide ? side : base, { [key]: changed[key] })
  }
  for (const part of [base, side])
    for (const key of ['args', 'env', 'headers'] as const)
      if (part[key] !== undefined && Object.keys(part[key] ?? {}).length === 0) delete part[key]
  return word === undefined ? base : { ...base, on: { ...server.on, [word]: side } }
}

/**
 * Pairs of positions at which two lists hold the same word, in order: the longest such chain. Lists of arguments are
 * short, so the plain table is fine.
 */
export function align(before: readonly string[], after: readonly string[]): Map<number, number> {
  const table: number[][] = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0))
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0
  for (let i = before.length - 1; i >= 0; i--) {
    const row = table[i] ?? []
    for (let j = after.length - 1; j >= 0; j--)
      row[j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  }
  const pairs = new Map<number, number>()
  let [i, j] = [0, 0]
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) pairs.set(j++, i++)
    else if (at(i + 1, j) >= at(i, j + 1)) i++
    else j++
  }
  return pairs
}
