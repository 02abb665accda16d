import type { Context } from '../context.ts'
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
  where: (name: string) => string | undefined = () => undefined,
): Promise<void> {
  if (!context.prompt.able) return
  const store = openSecrets(context.system, situation.home.here, situation.manifest, situation.self.id)
  if (store.kind !== 'file') return
  for (const name of names) {
    if (answers.has(name) || (await store.has(name))) continue
    const source = where(name)
    const value = await context.prompt.secret(`${name}${source === undefined ? '' : ` (from ${source})`}, empty to enter it later:`, {
      flag: '--secrets FILE',
    })
    if (value === '') continue
    context.io.hide(value)
    answers.set(name, new Secret(value))
  }
}

/** The keys of `--secrets FILE`, or of standard input for `-`; none without the flag. Each is hidden in all output. */
export async function keysFromFile(context: Context, situation: Situation, source: unknown): Promise<ReadonlyMap<string, Secret>> {
  if (typeof source !== 'string') return new Map()
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
