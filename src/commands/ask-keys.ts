import type { Context } from '../context.ts'
import { openSecrets } from '../effects/store/secrets.ts'
import type { Situation } from '../effects/manifest/open.ts'
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
