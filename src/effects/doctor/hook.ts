import { clientById } from '../../catalog/clients/index.ts'
import { describeRefusal } from '../../core/formats/text/place.ts'
import type { HookFacts } from '../../core/doctor/facts.ts'
import { hookDigest, startHook, startsOurInbox } from '../../core/hooks/start-hook.ts'
import { readHookSettings } from '../../core/formats/json/hooks.ts'
import { toHere } from '../../core/paths.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import { isTrouble } from '../store/trouble.ts'

/** Compares the hook of our records with the settings file; undefined if there is no record. */
export async function observeHook(system: System, { state, home }: Situation): Promise<HookFacts | undefined> {
  const { environment, folder } = home
  const client = state.hook === undefined ? null : clientById(state.hook.client)
  if (state.hook === undefined || client === null || state.hook.environment !== environment.id) return undefined
  const file = native(state.hook.file)
  const facts = (found: HookFacts['found'], why: string | null = null): HookFacts => ({ client, environment, file, found, why })
  const here = toHere(environment, file)
  let bytes: Uint8Array | null = null
  try {
    bytes = here === null ? null : await system.files.read(here)
  } catch (error) {
    if (!isTrouble(error)) throw error
    return facts('unreadable', error.message)
  }
  const read = readHookSettings(bytes)
  if (!read.ok) return facts('unreadable', describeRefusal(read.refusal))
  const ours = read.hooks.find(({ hook }) => hookDigest(hook) === state.hook?.digest)
  if (ours === undefined) return facts(read.hooks.some(({ hook }) => startsOurInbox(hook)) ? 'edited' : 'gone')
  const wanted = startHook(environment, folder, client.id)
  if (wanted !== null && hookDigest(wanted) !== state.hook.digest) return facts('outdated')
  return facts(read.isOff ? 'off' : 'ours')
}
