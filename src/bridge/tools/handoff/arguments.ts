import { denied } from '../../base/refusal.ts'
import type { Bridge } from '../../contract/bridge.ts'

/** `any`, or nothing, is every client but the one that calls. */
export const recipient = (to: string | undefined): string | null => (to === undefined || to === 'any' ? null : to)

/** Refuses to store what holds a key: the other program's model would read it. */
export function withoutKeys({ redaction }: Bridge, stored: unknown): void {
  if (redaction.keyIn(stored)) throw denied('Nothing was stored: the text holds a stored key; name the key instead of quoting it.')
}
