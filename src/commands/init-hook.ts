import type { init as spec } from '../cli/specs/init.ts'
import type { Context } from '../context.ts'
import { readHookSettings } from '../core/formats/json/hooks.ts'
import { hookDigest } from '../core/hooks/start-hook.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { hookPlace } from '../effects/hook/place.ts'
import { ifPossible } from '../effects/store/trouble.ts'
import { usageError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import { tilde } from '../ui/labels.ts'

/** Whether to write the hook, and whether a person was asked. */
export interface HookChoice {
  readonly wanted: boolean
  readonly asked: boolean
}

const no: HookChoice = { wanted: false, asked: false }

/**
 * Whether Claude Code shall get a hook that shows what waits when a conversation begins: as the flag says, else as a person
 * answers, once. `bridge`: the answer about the bridge, without which nothing ever waits.
 */
export async function askHook(
  { prompt, system }: Context,
  { home, place, state, manifest }: Situation,
  options: OptionsOf<typeof spec>,
  bridge: { readonly enabled?: boolean },
): Promise<HookChoice> {
  const hasBridge = bridge.enabled ?? manifest.bridge?.enabled !== false
  if (options.hook === true && (!hasBridge || place.project !== null))
    throw usageError('--hook needs the bridge: the hook shows what waits in it.', {
      hint: place.project !== null ? 'leave --project out: mcp-twin init --hook' : 'leave --no-bridge out',
    })
  if (options.hook !== undefined) return { ...no, wanted: options.hook }
  const found = place.project === null && hasBridge ? hookPlace(home) : null
  if (found === null || state.askedHook === true || !prompt.able || options.dryRun === true || options.install === false) return no
  const bytes = (await ifPossible(system.files.read(found.here))) ?? null
  const read = readHookSettings(bytes)
  if (read.ok && read.hooks.some(({ hook }) => hookDigest(hook) === hookDigest(found.hook))) return no
  const file = tilde(found.file, home.environment.home)
  const question = `Show ${found.client.label} what waits for it? This adds a hook to ${file}.`
  return { wanted: await prompt.confirm(question, { flag: '--hook' }), asked: true }
}
