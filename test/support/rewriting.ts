import type { Decide, Decision, RewriteTarget } from '../../src/effects/store/rewrite.ts'
import type { ReachablePath } from '../../src/model/path.ts'
import type { System } from '../../src/model/system.ts'

/** A target with nothing special about it. */
export const targetAt = (here: ReachablePath, more: Partial<RewriteTarget> = {}): RewriteTarget => ({
  here,
  shown: here,
  side: 'linux',
  links: 'follow',
  within: null,
  ...more,
})

export const bytesOf = (text: string): Uint8Array => Buffer.from(text)
export const textOf = (bytes: Uint8Array | null): string | null => (bytes === null ? null : Buffer.from(bytes).toString('utf8'))

/** Replaces whatever is there by `text`; does nothing where it is there already. */
export const become =
  (text: string, more: Partial<Extract<Decision, { kind: 'replace' }>> = {}): Decide =>
  (bytes) =>
    textOf(bytes) === text ? { kind: 'nothing' } : { kind: 'replace', bytes: bytesOf(text), holdsKey: false, ...more }

/** Adds one member to a JSON object, as a stand-in for the real editor; a broken file is refused. */
export const addMember =
  (name: string, value: unknown): Decide =>
  (bytes) => {
    const text = textOf(bytes) ?? ''
    let object: Record<string, unknown>
    try {
      object = text === '' ? {} : JSON.parse(text)
    } catch {
      return { kind: 'refuse', reason: 'not JSON' }
    }
    if (JSON.stringify(object[name]) === JSON.stringify(value)) return { kind: 'nothing' }
    return { kind: 'replace', bytes: bytesOf(JSON.stringify({ ...object, [name]: value })), holdsKey: false }
  }

/** The same machine, on which waiting takes no time. */
export function hasty(system: System): System {
  let clock = 0
  return {
    ...system,
    now: () => system.now() + clock,
    sleep: async (ms) => {
      clock += ms
    },
  }
}

/** One on which nothing may be waited for: what sleeps, fails. */
export const impatient = (system: System): System => ({ ...system, sleep: () => Promise.reject(new Error('it waited')) })
