import type { Context } from '../context.ts'
import { keysOfAll } from '../core/manifest/names.ts'
import type { Situation } from '../effects/situation/open.ts'
import type { Ground } from './at-home.ts'

/**
 * A project's files are written whether its manifest is trusted or not, since nothing of it is run by that. But its
 * servers with keys start only when it is: on a terminal that is asked here, `--trust` answers, `--yes` does not.
 * Returns what is to be said when it is not trusted.
 */
export async function checkTrust(context: Context, ground: Ground, situation: Situation, answered: boolean): Promise<string[]> {
  const { system, io, prompt } = context
  const { place, manifest, bytes, home } = situation
  if (place.project === null || bytes === null) return []
  const { isTrusted } = await import('../effects/trust/trust.ts')
  const project = { shown: place.shown, bytes }
  if (await isTrusted(system, home.here, project)) return []
  if (!answered && prompt.able) {
    io.note(`This project's manifest is not trusted. Its servers:`)
    const { whatStarts } = await import('./trust.ts')
    for (const line of whatStarts(manifest)) io.note(`  ${line}`)
  }
  const granted =
    answered ||
    (prompt.able && (await prompt.confirm('May they be started, until the manifest changes?', { flag: '--trust', default: false })))
  if (!granted) return [`this project's manifest is not trusted, so its servers with keys will not start: mcp-twin trust ${place.project}`]
  const { grantTrust } = await import('../effects/trust/grant.ts')
  await grantTrust(system, ground, project, keysOfAll(manifest))
  return []
}
