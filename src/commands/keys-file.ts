import type { Context } from '../context.ts'
import { toHere } from '../core/paths.ts'
import { readStandardInput } from '../effects/run/standard-input.ts'
import { parseKeyLines } from '../effects/store/secret-lines.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { absolute } from '../effects/manifest/place.ts'
import { usageError } from '../errors.ts'
import type { Secret } from '../model/secret.ts'

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
