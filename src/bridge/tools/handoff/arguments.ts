import { denied } from '../../base/refusal.ts'
import type { Bridge } from '../../contract/bridge.ts'

/** The client that `to` names; null: `any`, or nothing, which is every client but the one that calls. Throws a Refusal where nobody is called so. */
export async function recipientOf(bridge: Bridge, client: string, to: string | undefined): Promise<string | null> {
  const { recipient } = await import('../../handoff/recipient.ts')
  return recipient(await bridge.store(), to, {
    here: [client, bridge.settings.client],
    takingPart: await bridge.settings.takingPart?.(),
    now: bridge.now(),
  })
}

/** Refuses to store what holds a key: the other program's model would read it. */
export function withoutKeys({ redaction }: Bridge, stored: unknown): void {
  if (redaction.keyIn(stored)) throw denied('Nothing was stored: the text holds a stored key; name the key instead of quoting it.')
}
