import { readFileSync, rmSync } from 'node:fs'
import { expect } from 'vitest'
import type { Program } from '../support/program.ts'
import { type Player, searchesIn, type Stage } from './stage.ts'

/** What the steps of a day hand on to later ones. */
interface Day {
  readonly stage: Stage
  readonly desktop: Program
  readonly code: Program
  /** The plan's path on either side, the handoff, and the run that changed the configs. */
  plan: string
  handoff: string
  run: string
  readonly morning: Readonly<Record<Player, string>>
}

const steps: readonly (readonly [title: string, play: (day: Day) => Promise<void>])[] = [
  ['both programs offer the same tools, the shared search among them', sameTools],
  ['Desktop searches the web and decides', decide],
  ['Desktop writes the plan and hands it off', handOff],
  ['Code learns of it and picks it up', pickUp],
  ['Code finds what Desktop had searched, and uses it without a request', searchAgain],
  ['Code implements it, and Desktop sees the plan change', implement],
  ['Code asks back, Desktop answers', askBack],
  ['Code asks for a server, a person approves it, both configs have it', changeConfig],
  ['Code is done, and Desktop sees how', finish],
]

/** A working day of one person with Claude Desktop on Windows and Claude Code in WSL. Nothing is copied by hand. */
export async function twoWindows(stage: Stage): Promise<void> {
  const morning = { 'claude-desktop': read(stage, 'claude-desktop'), 'claude-code': read(stage, 'claude-code') }
  // What init had started to try it is not counted.
  rmSync(stage.log, { force: true })
  const [desktop, code] = await Promise.all([stage.open('claude-desktop', 'legacy'), stage.open('claude-code', 'modern')])
  const day: Day = { stage, desktop, code, plan: '', handoff: '', run: '', morning }
  try {
    for (const [title, play] of steps) await named(title, () => play(day))
  } finally {
    await Promise.all([desktop, code].map(({ client }) => client.close()))
  }
  await named('The day leaves no process', async () => expect(await stage.leftovers()).toEqual([]))
  await named('Undo takes the changes back', () => takeBack(day))
}

async function named(title: string, play: () => Promise<void>): Promise<void> {
  try {
    await play()
  } catch (error) {
    if (error instanceof Error) error.message = `Step “${title}”: ${error.message}`
    throw error
  }
}

const read = ({ configs }: Stage, player: Player): string => readFileSync(configs[player], 'utf8')
const searches = ({ log }: Stage) => searchesIn(log)

/** Waits until a program has heard of this change by another one. Other changes may come before it. */
async function learns(program: Program, since: unknown, change: Readonly<Record<string, unknown>>): Promise<void> {
  const { cursor, changes } = await program.data('wait_for_change', { since, timeout_ms: 50_000 })
  expect(changes, `no change ${JSON.stringify(change)}`).not.toEqual([])
  const isIt = (each: Record<string, unknown>) => Object.entries(change).every(([name, value]) => each[name] === value)
  if (!(changes as Record<string, unknown>[]).some(isIt)) await learns(program, cursor, change)
}

async function sameTools({ stage, desktop, code, morning }: Day) {
  const [theirs, ours] = await Promise.all(
    [desktop, code].map(async ({ client }) => (await client.listTools()).tools.map(({ name }) => name)),
  )
  expect(theirs).toEqual(ours)
  expect(ours).toEqual(
    expect.arrayContaining(['web__find', 'search_history', 'memory_set', 'handoff_create', 'execute_command', 'queue_action']),
  )
  // The shared server runs behind the bridge, once somebody searches, and neither config starts it too.
  expect(searches(stage)).toEqual({ started: 0, asked: [] })
  for (const config of Object.values(morning)) expect(Object.keys(JSON.parse(config).mcpServers)).toEqual(['mcp-twin'])
}

async function decide({ stage, desktop, code }: Day) {
  expect(await desktop.text('web__find', { q: 'login libraries' })).toBe('found login libraries, call 1')
  await desktop.data('memory_set', {
    ...{ key: 'auth-approach', value: { library: 'jose' }, rationale: 'No session store to run', tags: ['auth'] },
  })
  expect(await code.data('memory_get', { key: 'auth-approach' })).toMatchObject({ value: { library: 'jose' }, by: 'claude-desktop' })
  expect(searches(stage)).toEqual({ started: 1, asked: [{ q: 'login libraries' }] })
}

async function handOff(day: Day) {
  const { desktop } = day
  await desktop.data('create_directory', { path: 'login' })
  await desktop.data('write_file', { path: 'login/plan.md', content: '- [ ] log in\n- [ ] log out\n' })
  await desktop.client.subscribeResource({ uri: 'twin://workspace/login/plan.md' })
  day.plan = await desktop.text('translate_path', { path: 'login/plan.md', to: 'windows' })
  // The person picks a prompt, which names the tool; what the model then calls is the next line.
  expect(await desktop.prompt('hand_off', { to: 'claude-code' })).toMatch(/handoff_create[\s\S]*to: claude-code/)
  const made = await desktop.data('handoff_create', {
    ...{ title: 'Login', to: 'claude-code', goal: 'Users log in and out', acceptance: 'login.test.mjs passes', files: [day.plan] },
    sections: [{ heading: 'Decided', body: 'As in memory auth-approach.', priority: 1 }],
  })
  expect(made.status).toBe('open')
  day.handoff = String(made.id)
}

async function pickUp({ stage, desktop, code, handoff, plan }: Day) {
  // The hook of Claude Code prints this line when a conversation begins; later answers of tools carry it.
  expect((await stage.typeInWsl(['inbox', '--brief', '--client', 'claude-code'])).stdout).toBe(
    'mcp-twin: 1 handoff waits for you: call inbox.\n',
  )
  expect((await code.data('memory_list')).waiting).toBe('1 handoff waits for you: call inbox.')
  expect(await code.prompt('pick_up')).toMatch(/Users log in and out[\s\S]*As in memory auth-approach\./)
  const { status, claimed_by: by, files } = await code.data('handoff_read', { id: handoff })
  expect([status, by]).toEqual(['claimed', 'claude-code'])
  const [file] = files as { path: string; windows: string }[]
  expect(file).toEqual({ path: expect.stringMatching(/^\/.*\/login\/plan\.md$/), windows: plan })
  expect(await code.text('read_file', { path: file?.path })).toBe('- [ ] log in\n- [ ] log out\n')
  await expect(desktop.data('handoff_claim', { id: handoff })).rejects.toThrow(/claimed by claude-code/)
}

async function searchAgain({ stage, code }: Day) {
  const found = (await code.data('search_history', { query: 'login' })).searches as { id: string }[]
  expect(found).toMatchObject([{ server: 'web', tool: 'find', by: 'claude-desktop', arguments: { q: 'login libraries' } }])
  expect(await code.text('search_reuse', { id: found[0]?.id })).toBe('found login libraries, call 1')
  expect(await code.text('web__find', { q: 'login libraries' })).toBe('found login libraries, call 1')
  expect(await code.text('web__find', { q: 'jose examples' })).toBe('found jose examples, call 2')
  expect(searches(stage)).toEqual({ started: 1, asked: [{ q: 'login libraries' }, { q: 'jose examples' }] })
}

async function implement({ desktop, code, plan }: Day) {
  const test = "import assert from 'node:assert'\nimport { login } from './login.mjs'\nassert.equal(login('ana'), 'hello ana')\n"
  await code.data('write_file', { path: 'login/login.test.mjs', content: test })
  await code.data('write_file', { path: 'login/login.mjs', content: 'export const login = (name) => `hallo ${name}`\n' })
  const run = () => code.data('execute_command', { command: 'node login.test.mjs', cwd: 'login' })
  expect(await run()).toMatchObject({ exit_code: 1, output: expect.stringContaining("'hallo ana'") })
  await code.data('edit_file', { path: 'login/login.mjs', edits: [{ old_string: 'hallo', new_string: 'hello' }] })
  expect(await run()).toMatchObject({ exit_code: 0 })
  await code.data('edit_file', { path: 'login/plan.md', edits: [{ old_string: '[ ] log in', new_string: '[x] log in' }] })
  await expect.poll(() => desktop.told).toContain('twin://workspace/login/plan.md')
  expect(await desktop.text('read_file', { path: plan })).toBe('- [x] log in\n- [ ] log out\n')
}

async function askBack({ desktop, code, handoff }: Day) {
  const question = 'Does log out end all sessions?'
  const { cursor } = await code.data('wait_for_change', { timeout_ms: 1 })
  const { id } = await code.data('ask_twin', { question, handoff })
  const waited = learns(code, cursor, { kind: 'answer', id, by: 'claude-desktop' })
  expect((await desktop.data('memory_list')).waiting).toBe('1 question waits for you: call inbox.')
  expect((await desktop.data('inbox')).questions).toMatchObject([{ id, question, by: 'claude-code', handoff }])
  await desktop.data('answer_twin', { question_id: id, answer: 'No, only this one.' })
  await waited
  expect((await code.data('inbox')).answers).toMatchObject([{ id, answer: 'No, only this one.', by: 'claude-desktop' }])
}

async function changeConfig(day: Day) {
  const { stage, desktop, code, morning } = day
  const params = { name: 'jose-docs', command: 'node', args: ['/opt/jose-docs/server.mjs', '--offline'] }
  const asked = await code.data('queue_action', { type: 'update_mcp_config', params })
  const [id, command] = [String(asked.id), `mcp-twin actions run ${String(asked.id)}`]
  expect(asked).toMatchObject({ status: 'needs_user', result: { command, change: 'jose-docs = node /opt/jose-docs/server.mjs --offline' } })
  const waiting = await stage.typeOnWindows(['actions', 'list', '--status', 'needs_user', '--json'])
  expect(waiting.json.actions).toMatchObject([{ id, type: 'update_mcp_config', from: 'claude-code', params }])
  // The person sees the whole command, and nothing happens before they agree.
  const { cursor } = await code.data('wait_for_change', { timeout_ms: 1 })
  const refused = await stage.typeInWsl(['actions', 'run', id])
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(
      /Claude Code asks to set up the server jose-docs[\s\S]* node \/opt\/jose-docs\/server\.mjs --offline\n[\s\S]*--yes/,
    ),
  ])
  for (const player of ['claude-desktop', 'claude-code'] as const) expect(read(stage, player)).toBe(morning[player])
  const approved = await stage.typeOnWindows(['actions', 'run', id, '--yes', '--json'])
  expect([approved.code, approved.json], approved.stderr).toEqual([0, expect.objectContaining({ id, status: 'done' })])
  await learns(code, cursor, { kind: 'action', id })
  day.run = approved.json.result.run
  for (const player of ['claude-desktop', 'claude-code'] as const) {
    const { mcpServers: now } = JSON.parse(read(stage, player))
    const { mcpServers: before } = JSON.parse(morning[player])
    expect(now).toEqual({ ...before, 'jose-docs': expect.objectContaining({ args: expect.arrayContaining(['--offline']) }) })
  }
  expect((await code.data('inbox')).finished_actions).toMatchObject([{ id, status: 'done' }])
  expect((await desktop.data('list_actions')).actions).toMatchObject([{ id, status: 'done' }])
}

async function finish({ desktop, code, handoff, plan }: Day) {
  const { cursor } = await desktop.data('wait_for_change', { timeout_ms: 1 })
  await code.data('edit_file', { path: 'login/plan.md', edits: [{ old_string: '[ ] log out', new_string: '[x] log out' }] })
  await code.data('handoff_update', { id: handoff, status: 'done', note: 'Both work, login.test.mjs passes.' })
  for (const change of [
    { kind: 'file', id: 'login/plan.md' },
    { kind: 'handoff', id: handoff },
  ])
    await learns(desktop, cursor, { ...change, by: 'claude-code' })
  expect(await desktop.data('handoff_read', { id: handoff })).toMatchObject({
    status: 'done',
    notes: expect.arrayContaining([expect.objectContaining({ note: 'Both work, login.test.mjs passes.', by: 'claude-code' })]),
    questions: [{ answer: 'No, only this one.', answeredBy: 'claude-desktop' }],
  })
  expect(await desktop.text('read_file', { path: plan })).toBe('- [x] log in\n- [x] log out\n')
  const { requests, reused } = await desktop.data('search_history')
  expect([requests, reused]).toEqual([2, 2])
}

async function takeBack({ stage, run, handoff, morning }: Day) {
  const { json } = await stage.typeInWsl(['events', '--json', '--lines', '100'])
  const by = (kind: string, id: string) =>
    new Set(
      json.changes
        .filter((each: { kind: string; id: string }) => each.kind === kind && each.id === id)
        .map((each: { by: string }) => each.by),
    )
  expect(by('handoff', handoff)).toEqual(new Set(['claude-desktop', 'claude-code']))
  const undone = await stage.typeInWsl(['undo', run])
  expect(undone.code, undone.stderr).toBe(0)
  for (const player of ['claude-desktop', 'claude-code'] as const) expect(read(stage, player)).toBe(morning[player])
}
