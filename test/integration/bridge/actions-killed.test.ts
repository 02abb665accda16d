import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { bundle } from '../../support/bundle.ts'
import { nodePath, projectFolder } from '../../support/machine.ts'
import { runs } from '../../support/runs.ts'
import { type Desk, desk } from '../../support/desk.ts'
import { beginNext, settle } from '../../../src/bridge/actions/running.ts'
import { nodeSystem } from '../../../src/system/node.ts'

let program = ''
beforeAll(async () => {
  const entry = fileURLToPath(new URL('actions-process.ts', import.meta.url))
  program = await bundle(entry, join(mkdtempSync(join(tmpdir(), 'actions-program-')), 'process.mjs'))
})

let place: Desk
const living = new Map<ChildProcess, string>()
const printed: string[] = []
afterEach(async () => {
  for (const child of living.keys()) child.kill('SIGKILL')
  living.clear()
  await place.close()
})

function start(role: 'runner' | 'claimer'): ChildProcess {
  const env = { PATH: process.env.PATH, TMPDIR: tmpdir(), NODE_PATH: join(projectFolder, 'node_modules') }
  const child = spawn(nodePath, [program, place.base, role], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  living.set(child, role)
  return child
}

const gone = (child: ChildProcess) =>
  new Promise((resolve) => ((child.exitCode ?? child.signalCode) === null ? child.once('exit', resolve) : resolve(0)))

const data = (name: string, args: object) => place.data(name, args, { client: 'asker', session: 'asker' })

interface Ended {
  readonly id: string
  readonly type: string
  readonly status: string
  readonly result: { readonly unknown?: true; readonly path?: string } | null
}

const all = async () => (await data('list_actions', { limit: 1000 })).actions as unknown as Ended[]
const isFinal = ({ status }: Ended) => ['done', 'failed', 'needs_user'].includes(status)

describe('actions whose runners and claimers are killed at random', () => {
  const [many, kills] = [Math.min(200, runs(60)), runs(12)]

  it(`${many} of them: each ends, each effect happens once or is said to be unknown`, { timeout: 120_000 + kills * 5000 }, async () => {
    place = desk({ isAlive: nodeSystem().isAlive, isBrief: true })
    const types = ['open_conversation', 'save_conversation', 'execute_from_code'] as const
    for (let at = 0; at < many; at++) {
      const type = types[at % 3]
      const params =
        type === 'save_conversation' ? { title: `t${at}`, content: `c${at}`, path: join(place.A, `saved-${at}.md`) } : { prompt: `p${at}` }
      await data('queue_action', { type, params, ...(type === 'open_conversation' && { to: 'claude-desktop' }) })
    }
    const crew = ['runner', 'runner', 'claimer', 'claimer'] as const
    for (const role of crew) start(role)
    for (let killed = 0; killed < kills; killed++) {
      await sleep(Math.random() * 250)
      const [child, role] = [...living][Math.floor(Math.random() * living.size)] ?? []
      if (child === undefined) continue
      child.kill('SIGKILL')
      living.delete(child)
      await gone(child)
      start(role === 'runner' ? 'runner' : 'claimer')
    }
    // Claimers find out by claiming, so nothing here waits for one action after another.
    let ended = await all()
    while (!ended.every(isFinal)) {
      await sleep(100)
      ended = await all()
    }
    expect(printed.join('')).toBe('')
    const links = existsSync(join(place.base, 'links')) ? readFileSync(join(place.base, 'links'), 'utf8').trim().split('\n') : []
    const counts = { done: 0, unknown: 0 }
    for (const { id, type, status, result } of ended) {
      counts[result?.unknown === true ? 'unknown' : 'done']++
      if (type === 'execute_from_code') expect([id, status]).toEqual([id, 'done'])
      if (type === 'open_conversation') {
        const times = links.filter((link) => link.includes(`%20${id}%20`)).length
        expect([id, status, times]).toEqual(status === 'failed' ? [id, 'failed', Math.min(times, 1)] : [id, 'needs_user', 1])
      }
      if (type === 'save_conversation' && status === 'done') expect(existsSync(String(result?.path))).toBe(true)
      if (status === 'failed') expect(result).toMatchObject({ unknown: true })
    }
    expect(ended).toHaveLength(many)
    const files = readdirSync(place.A).filter((name) => name.startsWith('saved-'))
    for (const name of files) {
      const [, at] = /^saved-(\d+)\.md$/.exec(name) ?? []
      expect(readFileSync(join(place.A, name), 'utf8')).toBe(`# t${at}\n\nc${at}\n`)
    }
    console.log(`${many} actions, ${kills} kills: ${counts.done} known, ${counts.unknown} unknown`)
  })
})

describe('a runner that is killed', () => {
  it('is followed by another, which carries on', async () => {
    place = desk({ isAlive: nodeSystem().isAlive, isBrief: true })
    await data('queue_action', { type: 'save_conversation', params: { title: 'a', content: 'a', path: join(place.A, 'first.md') } })
    const first = start('runner')
    const [action] = await all()
    expect(await data('get_action', { id: action?.id, timeout_ms: 50_000 })).toMatchObject({ status: 'done' })
    start('runner')
    first.kill('SIGKILL')
    const { id } = await data('queue_action', {
      type: 'save_conversation',
      params: { title: 'b', content: 'b', path: join(place.A, 'second.md') },
    })
    expect(await data('get_action', { id, timeout_ms: 50_000 })).toMatchObject({ status: 'done' })
  })
})

describe('a claim', () => {
  it('goes back when its process is killed', async () => {
    place = desk({ isAlive: nodeSystem().isAlive, isBrief: true })
    const claimer = start('claimer')
    const { id } = await data('queue_action', { type: 'execute_from_code', params: { prompt: 'x' } })
    await data('get_action', { id, timeout_ms: 50_000 })
    claimer.kill('SIGKILL')
    await gone(claimer)
    const { spawnSync } = await import('node:child_process')
    const dead = spawnSync(nodePath, ['-e', '']).pid
    const held = await data('queue_action', { type: 'execute_from_code', params: { prompt: 'y' } })
    const store = await place.bridge.store()
    const { claim } = await import('../../../src/bridge/actions/claims.ts')
    await store.write({ client: 'gone', session: 'gone' }, (transaction) =>
      claim(transaction, String(held.id), { client: 'gone', session: 'gone', pid: dead, start: '1' }, () => true),
    )
    expect(await data('get_action', { id: held.id })).toMatchObject({ status: 'pending' })
    expect(await data('list_actions', { status: 'pending' })).toMatchObject({ actions: [{ id: held.id }] })
    start('claimer')
    expect(await data('get_action', { id: held.id, timeout_ms: 50_000 })).toMatchObject({ status: 'done' })
  })
})

describe('an action whose process dies each time', () => {
  it.each([
    ['that may be repeated is carried out twice at most', true, ['pending again', 'failed']],
    ['that may not be repeated is carried out once', false, ['failed']],
  ])('%s', async (_title, repeatable, outcomes) => {
    place = desk({ isBrief: true })
    const { id } = await data('queue_action', {
      type: 'save_conversation',
      params: { title: 'a', content: 'a', path: join(place.A, 'a.md') },
    })
    const store = await place.bridge.store()
    const by = { client: 'holder', session: 'holder', pid: 1, start: '1' }
    const settled: string[] = []
    for (let generation = 1; generation <= 4; generation++)
      await store.write(by, (transaction) => {
        const begun = beginNext(transaction, { ...by, generation }, () => true)
        // The next holder of the lease has another generation, and carries nothing out yet.
        const settling = { generation: generation + 1, current: new Set<string>(), isRepeatable: () => repeatable }
        const ended = settle(transaction, settling, () => true)
        expect(ended.map((each) => each.id)).toEqual(begun === null ? [] : [id])
        settled.push(...ended.map(({ outcome }) => outcome.replace(/:.*/, '')))
      })
    expect(settled).toEqual(outcomes)
    expect(await data('get_action', { id })).toMatchObject({ status: 'failed', result: { unknown: true } })
  })
})
