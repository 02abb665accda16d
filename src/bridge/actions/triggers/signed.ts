import { createHmac, timingSafeEqual } from 'node:crypto'
import { isDeeper, isObject } from '../../../core/object.ts'
import { limits } from '../../base/limits.ts'

/** The content of a signed object whose signature fits. */
export interface Trigger {
  /** The session that signed it. */
  readonly session: string
  readonly nonce: string
  readonly type: string
  readonly params: unknown
  readonly to?: string | undefined
  readonly id?: string | undefined
}

/** The valid sessions, and the keys of those that can sign. */
export interface Signers {
  readonly valid: ReadonlySet<string>
  readonly keys: ReadonlyMap<string, Buffer>
}

/** Why a signed object is refused. `isTorn`: its file may still be being written. */
export class Unfit extends Error {
  readonly isTorn: boolean

  constructor(reason: string, isTorn = false) {
    super(reason)
    this.isTorn = isTorn
  }
}

const sign = (key: Buffer, payload: string): string => createHmac('sha256', key).update(payload, 'utf8').digest('hex')

/** A signed object, as a file of `triggers/` or `pending_actions` holds it. */
export const signed = (key: Buffer, payload: object): { payload: string; signature: string } => {
  const text = JSON.stringify(payload)
  return { payload: text, signature: sign(key, text) }
}

function isSignedBy(key: Buffer, payload: string, signature: string): boolean {
  const [own, given] = [Buffer.from(sign(key, payload)), Buffer.from(signature)]
  return own.length === given.length && timingSafeEqual(own, given)
}

const isId = (value: unknown): value is string => typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value)
const again = 'make a new one with mcp-twin actions drop'

/** Parses JSON. Throws `Unfit` for other text, and for deeply nested values: walking them could overflow the stack. */
function parsed(text: string, what: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Unfit(`${what} is no JSON; ${again}`)
  }
  checkDepth(value, what)
  return value
}

/** Throws `Unfit` for a value that is nested too deep. */
export function checkDepth(value: unknown, what: string): void {
  if (isDeeper(value, limits.nesting)) throw new Unfit(`${what} is nested more than ${limits.nesting} levels deep`)
}

/** Checks the text of a trigger. Throws `Unfit` with the reason. */
export const readTrigger = (text: string, signers: Signers, now: number): Trigger => checkTrigger(parsed(text, 'it'), signers, now)

/** Checks a parsed trigger. Trusts nothing in the payload before its signature fits the key of a session. Throws `Unfit`. */
export function checkTrigger(object: unknown, signers: Signers, now: number): Trigger {
  if (!isObject(object)) throw new Unfit(`it is no object with "payload" and "signature"; ${again}`)
  const { payload, signature } = object
  if (typeof payload !== 'string' || typeof signature !== 'string') throw new Unfit(`it is not signed; ${again}`)
  if (!/^[0-9a-f]{64}$/.test(signature)) throw new Unfit(`its signature is not 64 lower-case hexadecimal digits; ${again}`)
  if (payload.length > limits.triggerBytes) throw new Unfit(`its payload is longer than ${limits.triggerBytes} bytes`)
  const signer = [...signers.keys].find(([id, key]) => signers.valid.has(id) && isSignedBy(key, payload, signature))?.[0]
  if (signer === undefined) throw new Unfit(whyUnsigned(payload, signers))
  const content = parsed(payload, 'its payload')
  if (!isObject(content)) throw new Unfit('its payload is no object')
  const { session, nonce, timestamp, action } = content
  if (session !== undefined && session !== signer) throw new Unfit('it names another session than the one that signed it')
  if (typeof nonce !== 'string' || nonce === '' || nonce.length > limits.nonceCharacters)
    throw new Unfit(`its nonce is no text of 1 to ${limits.nonceCharacters} characters`)
  if (typeof timestamp !== 'number' || !Number.isFinite(timestamp)) throw new Unfit('its timestamp is no number of milliseconds')
  if (Math.abs(now - timestamp) > limits.triggerAgeMs)
    throw new Unfit(`its timestamp is more than ${limits.triggerAgeMs / 60_000} minutes from now; ${again}`)
  if (!isObject(action)) throw new Unfit('it has no action')
  const { type, params, to, id } = action
  if (typeof type !== 'string') throw new Unfit('its action has no type')
  if (to !== undefined && (typeof to !== 'string' || to === '' || to.length > limits.clientCharacters))
    throw new Unfit('its action is for no client: "to" is a short text, or is left out')
  if (id !== undefined && !isId(id)) throw new Unfit('its action has an id with other characters than letters, digits, - and _')
  return { session: signer, nonce, type, params: params ?? {}, to, id }
}

/** Why the signature is that of no valid session. The payload may name its session, which is not proven. */
function whyUnsigned(payload: string, { valid, keys }: Signers): string {
  let named: unknown
  try {
    const content: unknown = JSON.parse(payload)
    named = isObject(content) ? content.session : undefined
  } catch {
    named = undefined
  }
  if (isId(named) && named.startsWith('mtw_'))
    return 'it holds the token in place of the id of its session; mcp-twin session new --json prints the id'
  if (!isId(named)) return 'its signature is that of no valid session; mcp-twin session new makes one'
  if (!valid.has(named)) return `session ${named} is unknown or has ended; mcp-twin session new makes another`
  if (!keys.has(named)) return `session ${named} was made by an older version and cannot sign; mcp-twin session new makes one that can`
  return `its signature is not that of session ${named}`
}
