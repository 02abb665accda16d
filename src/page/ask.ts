import { withoutHidden } from '../model/hidden.ts'
import type { Happened, ShownTrouble } from './documents.ts'

const place = 'mcp-twin:session'

export const session = {
  get: (): string => sessionStorage.getItem(place) ?? '',
  set: (value: string): void => sessionStorage.setItem(place, value),
  forget: (): void => sessionStorage.removeItem(place),
}

/** What the server says is wrong. */
export class RefusedAnswer extends Error {
  readonly status: number
  readonly trouble: ShownTrouble
  /** The whole document: a plan that is out of date comes with the new one. */
  readonly document: unknown

  constructor(status: number, trouble: ShownTrouble, document: unknown) {
    super(trouble.message)
    this.status = status
    this.trouble = trouble
    this.document = document
  }
}

export const troubleOf = (error: unknown): ShownTrouble =>
  error instanceof RefusedAnswer ? error.trouble : { code: 'cut-off', message: 'mcp-twin does not answer.', hint: 'mcp-twin ui' }

/** Every text by strangers with its hidden characters as escapes, as a terminal shows it: here, so that no screen can forget it. */
function shown(value: unknown): unknown {
  if (typeof value === 'string') return withoutHidden(value)
  if (Array.isArray(value)) return value.map(shown)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [withoutHidden(name), shown(each)]))
}

/** Called when the session is missing or over. */
export const ended: { tell: (why: 'session' | 'gone') => void } = { tell: () => undefined }

const headers = () => ({ authorization: `Bearer ${session.get()}` })

async function answered<T>(asking: Promise<Response>): Promise<T> {
  const response = await asking
  const document = shown(await response.json())
  if (response.ok) return document as T
  if (response.status === 401) ended.tell('session')
  const { error } = document as { error: ShownTrouble }
  throw new RefusedAnswer(response.status, error, document)
}

/** Reads the document of a command. */
export const read = <T>(path: string): Promise<T> => answered<T>(fetch(`/api/${path}`, { headers: headers() }))

/** Does something, or asks for what it would do. */
export const send = <T>(path: string, body: object): Promise<T> =>
  answered<T>(
    fetch(`/api/${path}`, { method: 'POST', headers: { ...headers(), 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  )

export interface LiveMessage {
  readonly kind: string
  /** Its number; a stream that was cut off goes on behind it. */
  readonly id: string
  readonly data: {
    readonly what?: readonly string[]
    readonly id?: string
    readonly outcome?: string
    readonly why?: string
    readonly text?: string
    readonly client?: string
    readonly environment?: string
    readonly lines?: readonly string[]
    readonly happened?: Happened
  }
}

/** Follows what happens after the message `last`, '' for from now on; throws when it is cut off. */
export async function follow(last: string, tell: (message: LiveMessage) => void): Promise<void> {
  const response = await fetch('/api/live', { headers: { ...headers(), ...(last !== '' && { 'last-event-id': last }) } })
  if (response.status === 401) ended.tell('session')
  if (!response.ok || response.body === null) throw new Error('not followed')
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
  for (let rest = ''; ; ) {
    const { value, done } = await reader.read()
    if (done) throw new Error('cut off')
    const frames = (rest + value).split('\n\n')
    rest = frames.pop() ?? ''
    for (const frame of frames) {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1] ?? ''
      if (field('event') === '') continue
      tell({ kind: field('event'), id: field('id'), data: shown(JSON.parse(field('data'))) as LiveMessage['data'] })
    }
  }
}
