import { describe, expect, it } from 'vitest'
import type { RanInside } from '../../../src/context.ts'
import { withAgreed } from '../../../src/core/launch/identity.ts'
import { TwinError } from '../../../src/errors.ts'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import type { PageAnswer } from '../../../src/window/answers.ts'
import { answerOf, type AskingTerminal, Doing } from '../../../src/window/doing.ts'
import { Live } from '../../../src/window/live.ts'
import { ubuntu } from '../../support/launches.ts'

const tiny: ServerSpec = { command: 'tiny' }
const lock = { version: 1 as const, packages: {} }
const sync = { command: 'sync', args: [] }
const documentOf = (answer: PageAnswer) => ('document' in answer ? { status: answer.status, ...answer.document } : { status: 0 })

/** A page's changes over commands that only write down that they ran. */
function changes(
  more: {
    terminal?: AskingTerminal
    servers?: Record<string, ServerSpec>
    isReadOnly?: boolean
    /** What a line leads to, where it says so. */
    leadsTo?: (line: string) => Record<string, ServerSpec> | null
  } = {},
) {
  const world = {
    ran: [] as string[],
    digest: '1',
    document: { steps: [] } as object,
    told: [] as string[],
    audited: [] as string[],
    running: null as string | null,
  }
  const live = new Live()
  live.follow((text) => world.told.push(text), null)
  const servers = more.servers ?? { tiny }
  const standing = async () => ({
    manifest: { version: 1 as const, servers },
    state: { version: 1 as const, files: {}, agreed: withAgreed(undefined, { servers: { tiny } }, [ubuntu], lock) ?? [] },
    ...{ lock, sides: [ubuntu], builtins: [] },
  })
  const doing = new Doing({
    live,
    isReadOnly: more.isReadOnly === true,
    terminal: more.terminal ?? null,
    id: () => 'q1',
    async run(line, { judge } = {}): Promise<RanInside> {
      const then = more.leadsTo?.(line.join(' ')) ?? null
      try {
        if (then !== null) judge?.({ ...(await standing()), manifest: { version: 1, servers: then }, foreign: [] })
      } catch (error) {
        if (error instanceof TwinError) return { code: 1, document: { error: { code: error.code } } }
        throw error
      }
      world.ran.push(line.join(' '))
      return { code: 0, document: world.document }
    },
    look: async () => ({ digest: world.digest, standing: await standing() }),
    running: async () => world.running,
    async audit(command, by) {
      world.audited.push(`${command} ${by}`)
    },
  })
  const seen = async (wish: object): Promise<unknown> => Reflect.get(documentOf(await doing.preview(wish)), 'seen')
  /** The lines that were no plans. */
  const done = () => world.ran.filter((line) => !line.includes('--dry-run'))
  return { world, doing, seen, done }
}

/** Resolves when the page was told what became of its question. */
const told = (world: { told: string[] }, outcome: string) => expect.poll(() => world.told.join('')).toContain(`"outcome":"${outcome}"`)

describe('a change of the page', () => {
  it('is planned, and done as it was planned', async () => {
    const { world, doing, seen, done } = changes()
    expect(documentOf(await doing.do({ ...sync, seen: await seen(sync) }))).toMatchObject({ status: 200 })
    expect(done()).toEqual(['sync --no-try'])
    expect(world.audited).toEqual(['sync page'])
  })

  it.each<[string, (world: ReturnType<typeof changes>['world']) => void]>([
    ['a file that it rests on is another', (world) => (world.digest = '2')],
    ['its plan is another', (world) => (world.document = { steps: [{}] })],
  ])('is not done where %s', async (_, change) => {
    const { world, doing, seen, done } = changes()
    const before = await seen(sync)
    change(world)
    expect(documentOf(await doing.do({ ...sync, seen: before }))).toMatchObject({ status: 409, preview: { seen: expect.any(String) } })
    expect(done()).toEqual([])
  })

  it('is not done by the plan of another one', async () => {
    const { doing, seen, done } = changes()
    const other = await seen({ ...sync, options: { force: true } })
    expect(documentOf(await doing.do({ ...sync, seen: other }))).toMatchObject({ status: 409 })
    expect(done()).toEqual([])
  })

  it('is not done where only looking is allowed, nor where nothing can be written down', async () => {
    const quiet = changes({ isReadOnly: true })
    expect(documentOf(await quiet.doing.do({ ...sync, seen: await quiet.seen(sync) }))).toMatchObject({ status: 403 })
    expect(quiet.done()).toEqual([])
  })

  it('tells who else runs, while it waits for them', async () => {
    const { world, doing, seen, done } = changes()
    world.running = 'Waiting for another run: process 12.'
    expect(documentOf(await doing.do({ ...sync, seen: await seen(sync) }))).toMatchObject({ status: 200 })
    expect(world.told.join('')).toContain('event: progress\ndata: {"text":"Waiting for another run: process 12."}')
    expect(done()).toHaveLength(1)
  })

  it.each(['undo', 'sync --adopt'])('that leads to another manifest is judged by that one: %s', async (command) => {
    const wish = { command, args: [] }
    const evil = { tiny, evil: { command: 'evil' } }
    const asks = async (leadsTo: () => Record<string, ServerSpec> | null, servers?: Record<string, ServerSpec>) => {
      const { doing } = changes({ leadsTo, ...(servers && { servers }) })
      return Reflect.get(documentOf(await doing.preview(wish)), 'asks')
    }
    expect([await asks(() => ({ tiny })), await asks(() => evil), await asks(() => null)]).toEqual(['page', 'terminal', 'terminal'])
    // What is there now may go.
    expect(await asks(() => ({ tiny }), evil)).toBe('page')
  })

  it.each(['undo', 'sync --adopt', 'sync', 'disable'])('is stopped where it leads to more than its plan did: %s', async (command) => {
    const isPlan = (line: string): boolean => line.includes('--dry-run')
    const wish = { command, args: command === 'disable' ? ['tiny'] : [] }
    const { doing, seen, done } = changes({ leadsTo: (line) => (isPlan(line) ? { tiny } : { tiny, evil: { command: 'evil' } }) })
    expect(documentOf(await doing.do({ ...wish, seen: await seen(wish) }))).toMatchObject({ status: 409, preview: { asks: 'page' } })
    expect(done()).toEqual([])
  })

  it('waits for the one before', async () => {
    const { doing, seen, done } = changes()
    const both = await seen(sync)
    const answers = await Promise.all([doing.do({ ...sync, seen: both }), doing.do({ ...sync, seen: both })])
    expect(answers.map((each) => documentOf(each).status)).toEqual([200, 200])
    expect(done()).toHaveLength(2)
  })
})

describe('a change that a page may not do alone', () => {
  const evil = { servers: { tiny, evil: { command: 'evil' } } }
  const terminal = (answer: boolean | (() => Promise<boolean>)) => {
    const shown: string[][] = []
    const ran: string[] = []
    const asking: AskingTerminal = {
      async ask(_, { starts }) {
        shown.push([...starts])
        return typeof answer === 'boolean' ? answer : answer()
      },
      async run(line) {
        ran.push(line.join(' '))
        return 0
      },
    }
    return { asking, shown, ran }
  }

  it('is asked in the terminal, with all that would be started, and done there', async () => {
    const { asking, shown, ran } = terminal(true)
    const { world, doing, seen, done } = changes({ ...evil, terminal: asking })
    expect(documentOf(await doing.do({ ...sync, seen: await seen(sync) }))).toMatchObject({ status: 202, asked: 'q1' })
    await told(world, 'done')
    expect([shown, ran, done()]).toEqual([[['evil: evil']], ['sync --no-try'], []])
    expect(world.audited).toEqual(['sync terminal'])
  })

  it('is not done where the terminal says no, or fails', async () => {
    for (const [answer, outcome] of [
      [false, 'refused'],
      [() => Promise.reject(new Error('gone')), 'failed'],
    ] as const) {
      const { asking, ran } = terminal(answer)
      const { world, doing, seen } = changes({ ...evil, terminal: asking })
      await doing.do({ ...sync, seen: await seen(sync) })
      await told(world, outcome)
      expect(ran).toEqual([])
      // The next one may be asked again.
      expect(documentOf(await doing.do({ ...sync, seen: await seen(sync) }))).toMatchObject({ status: 202 })
    }
  })

  it('is not done where something changed while the terminal was asked, though it said yes', async () => {
    let answer: (yes: boolean) => void = () => undefined
    const asked = new Promise<boolean>((resolve) => {
      answer = resolve
    })
    const { asking, ran } = terminal(() => asked)
    const { world, doing, seen } = changes({ ...evil, terminal: asking })
    await doing.do({ ...sync, seen: await seen(sync) })
    expect(documentOf(await doing.do({ ...sync, seen: await seen(sync) })), 'one at a time').toMatchObject({ status: 423 })
    world.digest = '2'
    answer(true)
    await told(world, 'changed')
    expect(ran).toEqual([])
  })

  it('is refused with the command to type where there is no terminal', async () => {
    const { doing, seen, done } = changes(evil)
    expect(documentOf(await doing.do({ ...sync, seen: await seen(sync) }))).toMatchObject({ status: 403, error: { hint: 'mcp-twin sync' } })
    expect(done()).toEqual([])
  })
})

describe('how a command ended', () => {
  it.each<[number, RanInside]>([
    [200, { code: 0, document: {} }],
    [200, { code: 3, document: {} }],
    [400, { code: 2, document: { error: { code: 'usage' } } }],
    [423, { code: 1, document: { error: { code: 'locked' } } }],
    [500, { code: 1, document: { error: { code: 'E404' } } }],
    [500, { code: 130, document: null }],
  ])('is told as %i: %j', (status, ran) => expect(answerOf(ran)).toMatchObject({ status }))
})
