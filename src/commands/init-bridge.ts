import type { Context } from '../context.ts'
import type { ManifestChange } from '../effects/sync/edit-manifest.ts'
import type { Situation } from '../effects/manifest/open.ts'

/** What the manifest shall say of the bridge; nothing where its defaults are meant. */
export interface BridgeWish {
  readonly enabled?: false
  readonly terminal?: 'on'
}

/** Asks for the bridge and, plainly, for commands. `--no-bridge`, an answer given before, or no terminal: nothing is asked. */
export async function askBridge(context: Context, situation: Situation, options: Record<string, unknown>): Promise<BridgeWish> {
  if (options.bridge === false) return { enabled: false }
  const { prompt } = context
  if (!prompt.able || options.dryRun === true || situation.place.project !== null || situation.manifest.bridge !== undefined) return {}
  if (!(await prompt.confirm('Let both programs share files through the bridge?', { flag: '--no-bridge' }))) return { enabled: false }
  const question = 'May they also run commands here? This lets a model run programs as you.'
  return (await prompt.confirm(question, { flag: '--yes', default: false })) ? { terminal: 'on' } : {}
}

/** The wish as changes of the manifest, written down so that it holds for every later sync. */
export const bridgeChanges = ({ manifest }: Situation, { enabled, terminal }: BridgeWish): ManifestChange[] => [
  ...(enabled === false && manifest.bridge?.enabled !== false ? [{ kind: 'set', path: ['bridge', 'enabled'], value: false } as const] : []),
  ...(terminal !== undefined && manifest.bridge?.terminal !== terminal
    ? [{ kind: 'set', path: ['bridge', 'terminal'], value: terminal } as const]
    : []),
]
