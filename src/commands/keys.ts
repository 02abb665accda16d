import { builtinKey } from '../catalog/servers/index.ts'
import type { Context } from '../context.ts'
import { shapeTrouble } from '../core/keys/shape.ts'
import { toHere } from '../core/paths.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { absolute } from '../effects/manifest/place.ts'
import { readStandardInput } from '../effects/run/standard-input.ts'
import { parseKeyLines } from '../effects/store/secret-lines.ts'
import { openSecrets } from '../effects/store/secrets.ts'
import { usageError } from '../errors.ts'
import { Secret } from '../model/secret.ts'

/**
 * Asks for the keys that the store does not have, with hidden input. What was answered once is remembered in `answers`,
 * so that planning again does not ask again. Without a terminal nothing is asked: the plan then says what is missing.
 */
export async function askKeys(
  context: Context,
  situation: Situation,
  names: Iterable<string>,
  answers: Map<string, Secret>,
): Promise<void> {
  if (!context.prompt.able) return
  const store = openSecrets(context.system, situation.home.here, situation.manifest, situation.self.id)
  if (store.kind !== 'file') return
  for (const name of names) {
    if (answers.has(name) || (await store.has(name))) continue
    const value = await askKey(context, name, (made) => `${name}${made}, empty to enter it later:`, '--secrets FILE')
    if (value === '') continue
    context.io.hide(value)
    answers.set(name, new Secret(value))
  }
}

/**
 * Asks for one key with hidden input, and names the page where it is made if it is a built-in server's. What does not look
 * like such a key is asked about, and taken if the person says so.
 */
export async function askKey({ prompt, io }: Context, name: string, question: (made: string) => string, flag: string): Promise<string> {
  const source = await builtinKey(name)
  for (;;) {
    const value = await prompt.secret(question(source === null ? '' : ` (made at ${source.url})`), { flag })
    const trouble = value === '' ? null : shapeTrouble(name, value, source?.begins)
    if (trouble === null) return value
    io.hide(value)
    if (await prompt.confirm(`This does not look like ${name}: ${trouble}. Use it anyway?`, { flag, default: false })) return value
  }
}

/** The keys of `--secrets FILE`, or of standard input for `-`; none without the flag. Each is hidden in all output. */
export async function keysFromFile(
  context: Context,
  situation: Situation,
  source: string | undefined,
): Promise<ReadonlyMap<string, Secret>> {
  if (source === undefined) return new Map()
  const text = source === '-' ? await readStandardInput('the keys', '--secrets FILE') : await textOf(context, situation, source)
  const keys = parseKeyLines(text, source === '-' ? 'standard input' : source)
  for (const { value } of keys) context.io.hide(value)
  return new Map(keys.map(({ name, value }) => [name, value]))
}

async function textOf({ system }: Context, { self, world }: Situation, path: string): Promise<string> {
  const here = toHere(self, absolute(system, self, path, world))
  const bytes = here === null ? null : await system.files.read(here)
  if (bytes === null)
    throw usageError(`No such file: ${path}.`, { hint: '--secrets takes a file of NAME=value lines, or - for standard input' })
  return new TextDecoder().decode(bytes)
}
