import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cliPath } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { nodePath } from '../../support/machine.ts'
import { type Bridge, greeted } from '../../support/mcp.ts'
import { lacksNodeSqlite, nodeWithSqlite } from '../../support/node-sqlite.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const bridge = (place: Scratch, client: string, env: Record<string, string> = {}, node = nodePath): Promise<Bridge> =>
  greeted({ command: node, args: [cliPath, 'serve', '--client', client], env: { ...place.env, ...env }, cwd: place.root }, client)

describe('two programs over one store', () => {
  it('remember a decision of the one for the other, in its project', async () => {
    const place = scratch()
    const project = join(place.root, 'shop')
    mkdirSync(join(project, 'src'), { recursive: true })
    execFileSync('git', ['init', '-q', project])
    const [desktop, code] = await Promise.all([
      bridge(place, 'claude-desktop'),
      bridge(place, 'claude-code', { CLAUDE_PROJECT_DIR: join(project, 'src') }),
    ])
    const value = { method: 'JWT', library: 'jose' }
    const set = await desktop.call('memory_set', { key: 'auth-approach', value, rationale: 'no session store', tags: ['auth'] })
    expect(set.data).toEqual({ version: 1, namespace: 'shared', cursor: expect.any(Number) })
    const got = await code.call('memory_get', { key: 'auth-approach' })
    expect(got.data).toMatchObject({
      found: true,
      value,
      version: 1,
      rationale: 'no session store',
      tags: ['auth'],
      by: 'claude-desktop',
      namespace: 'shared',
    })
    const written = await code.call('memory_set', { key: 'port', value: 4000 })
    expect(written.data?.namespace).toMatch(/^shop-[0-9a-f]{4}$/)
    expect((await desktop.call('memory_get', { key: 'port' })).data).toMatchObject({
      found: true,
      value: 4000,
      namespace: written.data?.namespace,
    })
    expect((await code.call('memory_set', { key: 'port', value: 1, if_version: 7 })).text).toMatch(/at version 1, not 7/)
    for (const each of [desktop, code]) expect((await each.end()).code).toBe(0)
  })

  it('hand work over from creation to done, with a question between', async () => {
    const place = scratch()
    const [desktop, code, second] = await Promise.all(
      ['claude-desktop', 'claude-code', 'claude-code'].map((client) => bridge(place, client)),
    )
    if (desktop === undefined || code === undefined || second === undefined) throw new Error('no bridge')
    const before = (await code.call('wait_for_change', { timeout_ms: 1 })).data?.cursor
    const waited = code.call('wait_for_change', { since: before, timeout_ms: 50_000 })
    const made = await desktop.call('handoff_create', {
      title: 'Login form',
      goal: 'Users can log in',
      sections: [
        { heading: 'Background', body: 'x'.repeat(4000), priority: 5 },
        { heading: 'Design', body: 'One form, JWT', priority: 1 },
      ],
      files: ['~/plan.md'],
      acceptance: 'the test passes',
    })
    const { id } = made.data as { id: string }
    expect((await waited).data?.changes).toMatchObject([{ kind: 'handoff', id, by: 'claude-desktop' }])
    expect((await code.call('inbox')).data?.handoffs).toMatchObject([{ id, title: 'Login form', status: 'open' }])
    expect((await desktop.call('inbox')).data?.handoffs).toEqual([])
    expect((await code.call('handoff_claim', { id })).refused).toBe(false)
    expect((await second.call('handoff_claim', { id })).text).toMatch(/claimed by claude-code/)
    const read = await code.call('handoff_read', { id, max_tokens: 300 })
    expect(read.data).toMatchObject({
      goal: 'Users can log in',
      sections: [{ heading: 'Design', body: 'One form, JWT' }, { heading: 'Background' }],
      omitted: [{ heading: 'Background' }, { part: 'note' }],
      call: expect.stringContaining('handoff_read'),
    })
    const asked = await code.call('ask_twin', { question: 'Which colour?', handoff: id })
    const questions = (await desktop.call('inbox')).data?.questions as { id: string }[]
    expect(questions).toMatchObject([{ id: asked.data?.id, question: 'Which colour?' }])
    await desktop.call('answer_twin', { question_id: asked.data?.id, answer: 'Blue' })
    expect((await code.call('inbox')).data?.answers).toMatchObject([{ answer: 'Blue', by: 'claude-desktop' }])
    expect((await code.call('inbox')).data?.answers).toEqual([])
    // The claim ends with the process of the session that holds it.
    process.kill(code.pid ?? 0, 'SIGKILL')
    await code.end()
    expect((await second.call('handoff_claim', { id })).refused).toBe(false)
    expect((await second.call('handoff_update', { id, status: 'done', note: 'shipped' })).data).toMatchObject({ status: 'done' })
    expect((await desktop.call('handoff_list', { status: 'done' })).data?.handoffs).toMatchObject([{ id }])
    for (const each of [desktop, second]) expect((await each.end()).code).toBe(0)
  })

  it('continue when either is killed, the holder of the lease included', async () => {
    const place = scratch()
    let living = await Promise.all(['a', 'b', 'c'].map((client) => bridge(place, client)))
    for (const each of living) await each.call('memory_set', { key: 'n', value: 0 })
    while (living.length > 1) {
      const [killed, ...rest] = living
      process.kill(killed?.pid ?? 0, 'SIGKILL')
      for (const each of rest) {
        expect((await each.call('memory_set', { key: 'n', value: rest.length })).refused).toBe(false)
        expect((await each.call('memory_get', { key: 'n' })).data).toMatchObject({ value: rest.length })
      }
      living = rest
    }
    for (const each of living) expect((await each.end()).code).toBe(0)
  })

  it('increment one counter without losing a step', async () => {
    const place = scratch()
    const both = await Promise.all([bridge(place, 'a'), bridge(place, 'b')])
    const written = await Promise.all(
      both.flatMap((each, at) => Array.from({ length: 20 }, (_, n) => each.call('memory_set', { key: `k${at}-${n}`, value: n }))),
    )
    expect(written.filter(({ data }) => data?.version !== 1)).toEqual([])
    const listed = await both[0]?.call('memory_list', { prefix: 'k' })
    expect(listed?.data?.entries).toHaveLength(40)
    for (const each of both) await each.end()
  })
})

describeUnless(await lacksNodeSqlite(), 'two bridges with different engines', () => {
  it('share what they store, and print nothing', async () => {
    const place = scratch()
    const [old, recent] = await Promise.all([bridge(place, 'a'), bridge(place, 'b', {}, await nodeWithSqlite())])
    await Promise.all([old.call('memory_set', { key: 'from-a', value: 1 }), recent.call('memory_set', { key: 'from-b', value: 2 })])
    expect((await recent.call('memory_get', { key: 'from-a' })).data).toMatchObject({ value: 1, by: 'a' })
    expect((await recent.call('bridge_status')).data?.store).toMatchObject({ engine: 'node', generation: 1 })
    expect((await old.call('bridge_status')).data?.store).toMatchObject({
      engine: process.versions.node.startsWith('20.') ? 'libsql' : 'node',
    })
    expect((await old.call('memory_get', { key: 'from-b' })).data).toMatchObject({ value: 2, by: 'b' })
    for (const each of [old, recent]) {
      expect((await each.end()).code).toBe(0)
      expect([each.stderr(), each.stray]).toEqual(['', []])
    }
  })
})
