import { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'

/** A password manager may ask its owner to unlock it; this long it may take. */
const ANSWER_MS = 60_000

/** A key, or in words why there is none. */
export type Asked = { readonly key: Secret<string> } | { readonly trouble: string }

/** Asks the manifest's own program for a key: no shell, `{name}` replaced in every word, one newline off the end of its answer. */
export async function askForKey(system: System, words: readonly string[], name: string): Promise<Asked> {
  const argv = words.map((word) => word.replaceAll('{name}', name))
  const shown = words.join(' ')
  const { code, stdout, timedOut, trouble } = await system.ask({ argv, timeoutMs: ANSWER_MS, env: withoutOurs(system) })
  if (trouble !== undefined) return { trouble: `"${shown}" could not be started (${trouble})` }
  if (timedOut) return { trouble: `"${shown}" did not answer within ${ANSWER_MS / 1000} s` }
  // What it printed is not repeated here: it may be a key, or a part of one.
  if (code !== 0) return { trouble: `"${shown}" ended with code ${code ?? 'none'} for ${name}` }
  const value = Buffer.from(stdout)
    .toString('utf8')
    .replace(/\r?\n$/, '')
  return value === '' ? { trouble: `"${shown}" printed nothing for ${name}` } : { key: new Secret(value) }
}

/** The program gets its user's environment without the keys that were meant for us. */
const withoutOurs = (system: System): Record<string, undefined> =>
  Object.fromEntries(
    Object.keys(system.variables)
      .filter((name) => /^MCP_TWIN_SECRET_/i.test(name))
      .map((name) => [name, undefined]),
  )
