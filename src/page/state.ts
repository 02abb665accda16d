import { effect, type ReadonlySignal, type Signal, signal } from '@preact/signals'
import { ended, follow, type LiveMessage, read, RefusedAnswer, send, session } from './ask.ts'
import type { AboutDocument, Happened, ShownTrouble } from './documents.ts'

/** What a screen shows of one document: nothing yet, the document, or why there is none. A later trouble keeps the document before. */
export interface Shown<T> {
  readonly document: T | null
  readonly trouble: ShownTrouble | null
  readonly isLoading: boolean
}

export const screen = signal(location.hash.slice(1))
addEventListener('hashchange', () => {
  screen.value = location.hash.slice(1)
})

/** `out`: no session; `coming`: nothing heard yet; `cut`: it does not answer at the moment; `gone`: the program ended. */
export const link = signal<'out' | 'coming' | 'live' | 'cut' | 'gone'>(session.get() === '' ? 'out' : 'coming')
export const about = signal<AboutDocument | null>(null)
/** Why the ticket of the address was not taken. */
export const refused = signal('')
/** What a change waits for. */
export const progress = signal('')
/** Said after a change, and for what the terminal answered; it covers the page, so not for long. */
export const said = signal('')
effect(() => {
  if (said.value === '') return undefined
  const timer = setTimeout(() => {
    said.value = ''
  }, 10_000)
  return () => clearTimeout(timer)
})

const parts = new Map<string, Set<() => Promise<void>>>()

/** A document that is read while something on the screen shows it, and again whenever its address or one of these parts changes. */
export function kept<T>(address: string | ReadonlySignal<string>, ...of: readonly string[]): Signal<Shown<T>> {
  const at = typeof address === 'string' ? signal(address) : address
  let stop = () => {}
  let turn = 0
  const shown = signal<Shown<T>>(
    { document: null, trouble: null, isLoading: true },
    {
      watched() {
        stop = effect(() => {
          if (link.value === 'live') void load(at.value)
        })
        for (const part of [...of, 'everything']) parts.set(part, (parts.get(part) ?? new Set()).add(again))
      },
      unwatched() {
        stop()
        for (const all of parts.values()) all.delete(again)
      },
    },
  )
  const again = () => load(at.peek())
  const load = async (path: string) => {
    turn += 1
    const mine = turn
    const found = await outcome<T>(path)
    // A later reading may have been faster.
    if (mine === turn && found !== null) shown.value = { document: shown.peek().document, ...found, isLoading: false }
  }
  return shown
}

async function outcome<T>(path: string): Promise<{ document: T; trouble: null } | { trouble: ShownTrouble } | null> {
  try {
    return { document: await read<T>(path), trouble: null }
  } catch (error) {
    // Cut off: the frame stays as it is until it comes back.
    return error instanceof RefusedAnswer ? { trouble: error.trouble } : null
  }
}

/** One after another, as they came onto the screen: all at once, each would take as long as all of them. */
const reread = async (what: readonly string[]) => {
  for (const load of new Set(what.flatMap((part) => [...(parts.get(part) ?? [])]))) await load()
}

/** Answers of the terminal that somebody waits for. */
const waiting = new Map<string, (outcome: string) => void>()
export const answerOf = (id: string): Promise<string> => new Promise((resolve) => waiting.set(id, resolve))

/** Told what a server says while it is tried. */
export const logged: { tell: (said: LiveMessage['data']) => void } = { tell: () => undefined }

/** The most events that are kept. */
const eventsMost = 200
/** What happened while the page was open, as it happened. */
export const happened = signal<readonly Happened[]>([])

/** The number of the last message, of whatever tab: the one that follows next goes on there. */
let last = ''

function heard({ kind, id, data }: LiveMessage): void {
  if (id !== '') last = id
  if (kind === 'open') link.value = 'live'
  if (kind === 'changed') void reread(data.what ?? [])
  if (kind === 'event' && data.happened !== undefined) happened.value = [...happened.value, data.happened].slice(-eventsMost)
  if (kind === 'log') logged.tell(data)
  if (kind === 'progress') progress.value = data.text ?? ''
  if (kind === 'answered') waiting.get(data.id ?? '')?.(data.outcome ?? 'failed')
  if (kind === 'cut' && link.value === 'live') link.value = 'cut'
  if (kind === 'bye') ended.tell('gone')
}

ended.tell = (why) => {
  if (why === 'session') session.forget()
  link.value = why === 'session' ? 'out' : 'gone'
  about.value = null
}

/** Changes the ticket of the address for a session; the address loses it first. */
async function enter(): Promise<boolean> {
  const ticket = /^#(mtu_[\w-]{43})$/.exec(location.hash)?.[1]
  if (ticket !== undefined) {
    history.replaceState(null, '', '/#/servers')
    screen.value = '/servers'
    try {
      session.set((await send<{ session: string }>('enter', { ticket })).session)
    } catch (error) {
      if (error instanceof RefusedAnswer) refused.value = error.message
    }
  }
  return session.get() !== ''
}

/** Comes in, and stays informed. */
export async function begin(): Promise<void> {
  if (!(await enter())) return
  link.value = 'coming'
  const found = await outcome<AboutDocument>('about')
  about.value = found !== null && 'document' in found ? found.document : null
  if (session.get() !== '') await informed()
}

/**
 * All tabs share one stream: a browser opens six connections to a host, and with one stream each the seventh tab would hang. The tab that
 * has the lock follows and passes on what it hears; when it is closed, the next one gets the lock.
 */
async function informed(): Promise<void> {
  const others = new BroadcastChannel('mcp-twin')
  others.onmessage = ({ data }: MessageEvent<LiveMessage>) => {
    // A tab that comes later asks whether somebody follows; only who is live answers.
    if (data.kind === 'who' && isFollowing && link.value === 'live') others.postMessage({ kind: 'open', id: last, data: {} })
    else heard(data)
  }
  const pass = (message: LiveMessage) => {
    heard(message)
    others.postMessage(message)
  }
  let isFollowing = false
  others.postMessage({ kind: 'who', id: '', data: {} })
  await navigator.locks.request('mcp-twin:live', () => {
    isFollowing = true
    return following(pass)
  })
}

/** Follows until it is over; cut off, it comes back by itself. */
async function following(pass: (message: LiveMessage) => void): Promise<void> {
  const isOver = () => link.value === 'gone' || session.get() === ''
  for (let pauseMs = 250; !isOver(); pauseMs = Math.min(pauseMs * 2, 5000)) {
    try {
      await follow(last, pass)
    } catch {
      if (isOver()) return
      if (link.value === 'live') pauseMs = 250
      pass({ kind: 'cut', id: '', data: {} })
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

let clickedAt = 0
/** Tells now and then that a person is there: without a click the program ends after half a day. */
export function clicked(): void {
  if (link.value !== 'live' || Date.now() - clickedAt < 10 * 60_000) return
  clickedAt = Date.now()
  void send('click', {}).catch(() => undefined)
}
