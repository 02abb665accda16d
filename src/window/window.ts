import { randomBytes, randomUUID } from 'node:crypto'
import { isOwnPeer } from '../effects/machine/peer.ts'
import { Doing } from './doing.ts'
import { Entrance } from './entrance.ts'
import { Happenings } from './happening.ts'
import { Life } from './life.ts'
import { listen, type Route } from './listening.ts'
import { Live } from './live.ts'
import { readPage } from './page-files.ts'
import type { WindowPlan } from './plan.ts'
import { apiRoutes } from './routes.ts'
import { FactsWatch, type WatchedSides } from './watching.ts'

export interface OpenWindow {
  readonly port: number
  /** A new ticket, for a link. */
  ticket(): string
  proof(question: string): string
  /** Resolves when it ended by itself, and says why. */
  readonly over: Promise<'idle' | 'old'>
  close(why: string): Promise<void>
}

/** How often files are looked at while a page is open, in ms; those of other sides every fifth time. */
const lookMs = 400
const beatMs = 15_000

/** Opens the page on loopback. */
export async function openWindow(plan: WindowPlan): Promise<OpenWindow> {
  const { system } = plan
  const now = () => system.now()
  const entrance = new Entrance(now, () => randomBytes(32).toString('base64url'))
  const life = new Life(now, plan.idleMs)
  const live = new Live()
  const doing = new Doing({ ...plan, live, id: randomUUID })
  const files = await readPage(plan.page)
  // Where owners cannot be read nobody could ever come in: better said at once.
  await isOwnPeer(system, plan.isWsl, 0, 0)
  const timers = ticking(plan, live, life)
  const routes: readonly (readonly [path: string, Route])[] = [
    ...[...files].map(([path, file]): [string, Route] => {
      const isEntry = path === '/' ? { entry: true as const } : {}
      return [path, { method: 'GET', open: true, ...isEntry, answer: () => ({ file }) }]
    }),
    ...apiRoutes(plan, { doing, life, entrance, live }),
    [
      '/api/live',
      {
        method: 'GET',
        answer: ({ lastMessage }) => ({ start: (write) => following({ live, life, look: timers.look }, write, lastMessage) }),
      },
    ],
  ]
  const listening = await listen({
    port: plan.port,
    route(path, method) {
      const here = routes.filter(([each]) => each === path).map(([, route]) => route)
      return here.find((each) => each.method === method) ?? here[0] ?? null
    },
    admits: (session) => entrance.admits(session),
    mayTalk: (theirs, ours) => isOwnPeer(system, plan.isWsl, theirs, ours),
    onUnknown: plan.onUnknown,
  }).catch((error: unknown) => {
    timers.stop()
    throw error
  })
  return {
    port: listening.port,
    ticket: () => entrance.ticket(),
    proof: (question) => entrance.proof(question),
    over: timers.over,
    async close(why) {
      timers.stop()
      live.tell({ kind: 'bye', why })
      await listening.close()
    },
  }
}

/** Keeps a page informed. Files are looked at first: what changes after the page has read them is then told. */
function following(
  means: { live: Live; life: Life; look(): Promise<void> },
  write: (text: string) => void,
  last: number | null,
): () => void {
  const closed = means.life.opened()
  let unfollow: (() => void) | null = null
  let isGone = false
  void means.look().then(() => {
    if (!isGone) unfollow = means.live.follow(write, last)
  })
  return () => {
    isGone = true
    unfollow?.()
    closed()
  }
}

/** What happens by the clock: looking at files while somebody looks at them, and the end. */
function ticking(plan: WindowPlan, live: Live, life: Life) {
  const watching = new FactsWatch(plan.system.files)
  const happenings = new Happenings(plan.run)
  let watched: WatchedSides | null = null
  let round = 0
  let isBusy = false
  const look = async (isFar: boolean) => {
    // Which files there are is found out now and then: it means reading the state.
    watched = watched === null || round % 25 === 0 ? await plan.watched() : watched
    const what = [...(await watching.changed(watched.near)), ...(isFar ? await watching.changed(watched.far) : [])]
    if (what.length === 0) return
    watched = null
    live.tell({ kind: 'changed', what: [...new Set(what)].sort() })
    if (!what.includes('store') && !what.includes('events')) return
    for (const happened of await happenings.since()) live.tell({ kind: 'event', happened })
  }
  const lookAgain = async () => {
    if (isBusy || live.size === 0) return
    isBusy = true
    round += 1
    await look(round % 5 === 0).finally(() => {
      isBusy = false
    })
  }
  let end: (why: 'idle' | 'old') => void
  const over = new Promise<'idle' | 'old'>((resolve) => {
    end = resolve
  })
  const timers = [
    setInterval(() => void lookAgain(), lookMs),
    setInterval(() => live.beat(), beatMs),
    setInterval(() => {
      const why = life.over()
      if (why !== null) end(why)
    }, 1000),
  ]
  const begin = (): Promise<void> => {
    happenings.begin()
    return look(true)
  }
  return { over, look: begin, stop: () => timers.forEach(clearInterval) }
}
