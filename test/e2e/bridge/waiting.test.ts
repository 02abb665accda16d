import { mkdirSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { greeted, session } from '../../support/mcp.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

const start = (place: Scratch, client: string) => ({
  ...{ command: nodePath, args: [cliPath, 'serve', '--client', client], env: place.env, cwd: place.root },
})
const bridge = (place: Scratch, client: string) => greeted(start(place, client), client)

async function hello(place: Scratch, client: string): Promise<string> {
  const server = session(start(place, client))
  const hello = await server.ask('initialize', {
    ...{ protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: client, version: '1' } },
  })
  await server.end()
  return String(hello.instructions)
}

describe('what waits for a program', () => {
  it('is reported once in an answer of each session, and in the greeting', async () => {
    const place = scratch()
    const [desktop, code] = await Promise.all([bridge(place, 'claude-desktop'), bridge(place, 'claude-code')])
    expect((await code.call('memory_list')).data).not.toHaveProperty('waiting')
    const { data } = await desktop.call('handoff_create', { title: 'Secret title', goal: 'g', sections: [{ heading: 'h', body: 'b' }] })
    // Not on an error, and not to who made it.
    expect((await code.call('memory_get')).text).not.toContain('waits')
    expect((await desktop.call('memory_list')).data).not.toHaveProperty('waiting')
    const told = await code.ask('tools/call', { name: 'memory_list', arguments: {} })
    expect(told.structuredContent).toMatchObject({ waiting: '1 handoff waits for you: call inbox.' })
    expect((told.content as unknown[]).at(-1)).toEqual({ type: 'text', text: '1 handoff waits for you: call inbox.' })
    expect(told.content).toHaveLength(2)
    expect((await code.call('memory_list')).data).not.toHaveProperty('waiting')
    expect(await hello(place, 'claude-code')).toMatch(/1 handoff waits for you: call inbox\.$/)
    expect(await hello(place, 'claude-desktop')).not.toContain('wait')
    await desktop.call('ask_twin', { question: 'a?', to: 'claude-code' })
    await desktop.call('ask_twin', { question: 'b?', to: 'cursor' })
    expect((await code.call('memory_list')).data?.waiting).toBe('1 question waits for you: call inbox.')
    expect((await cli(place, ['inbox', '--brief', '--client', 'claude-code'])).stdout).toBe(
      'mcp-twin: 1 handoff and 1 question wait for you: call inbox.\n',
    )
    expect((await cli(place, ['inbox', '--brief', '--client', 'Code'])).stdout).toContain('1 handoff and 1 question wait')
    // Whoever reads the inbox needs no line about it.
    const second = await bridge(place, 'claude-code')
    expect((await second.call('inbox')).data).not.toHaveProperty('waiting')
    expect((await second.call('memory_list')).data).not.toHaveProperty('waiting')
    // What is claimed waits for nobody while the claimer lives, and again when it is gone.
    await second.call('handoff_claim', { id: data?.id })
    expect(await hello(place, 'claude-code')).toMatch(/\n1 question waits for you: call inbox\.$/)
    process.kill(second.pid ?? 0, 'SIGKILL')
    await second.end()
    expect(await hello(place, 'claude-code')).toMatch(/\n1 handoff and 1 question wait for you: call inbox\.$/)
    for (const each of [desktop, code]) await each.end()
  })

  it('tells the person, and no program, of an action that a person has to approve', async () => {
    const place = scratch()
    const [desktop, code] = await Promise.all([bridge(place, 'claude-desktop'), bridge(place, 'claude-code')])
    const asked = await code.call('queue_action', { type: 'update_mcp_config', params: { name: 'time', command: 'true' } })
    const [id = ''] = /a-[0-9a-f]{12}/.exec(asked.text) ?? []
    const line = '1 action waits for your approval: mcp-twin actions list'
    expect((await cli(place, ['inbox', '--brief', '--client', 'claude-desktop'])).stdout).toBe(`mcp-twin: ${line}\n`)
    expect((await cli(place, ['inbox', '--brief'])).stdout).toBe(`mcp-twin: ${line}\n`)
    const whole = await cli(place, ['inbox'])
    expect([whole.code, whole.stdout]).toEqual([0, expect.stringMatching(/1 action waits for your approval:\n.*mcp-twin actions list\n/)])
    expect((await cli(place, ['inbox', '--json'])).json).toMatchObject({ approvals: 1 })
    expect((await desktop.call('memory_list')).data).not.toHaveProperty('waiting')
    await desktop.call('handoff_create', { title: 't', goal: 'g', sections: [{ heading: 'h', body: 'b' }] })
    expect((await cli(place, ['inbox', '--brief', '--client', 'claude-code'])).stdout).toBe(
      `mcp-twin: 1 handoff waits for you: call inbox. ${line}\n`,
    )
    await code.call('cancel_action', { id })
    await expect.poll(async () => (await cli(place, ['inbox', '--brief', '--client', 'claude-desktop'])).stdout).toBe('')
    for (const each of [desktop, code]) await each.end()
  })

  it('is shown again when its file was lost, damaged or is not a file', async () => {
    const place = scratch()
    expect(await cli(place, ['handoff', 'new', 'A title', '--goal', 'g'])).toMatchObject({ code: 0 })
    const file = place.path('.mcp-twin/bridge/waiting.json')
    place.write('.mcp-twin/mcp-twin.json', '{ "version": 1, "servers": {} }')
    const look = async () => (await cli(place, ['doctor', '--check', 'store-integrity', '--json'])).json.findings
    expect(await look()).not.toContainEqual(expect.objectContaining({ level: 'warning' }))
    writeFileSync(file, '{"waiting":[{}')
    expect(await look()).toContainEqual(expect.objectContaining({ level: 'warning', subject: 'waiting.json', fix: 'mcp-twin inbox' }))
    expect((await cli(place, ['inbox', '--brief'])).output).toBe('')
    expect(await hello(place, 'claude-code')).not.toContain('wait')
    expect((await cli(place, ['inbox'])).stdout).toContain('A title')
    await expect.poll(async () => (await cli(place, ['inbox', '--brief'])).stdout).toContain('1 handoff waits')
    expect(await look()).not.toContainEqual(expect.objectContaining({ level: 'warning' }))
  })

  it('lets the hook end with 0, whatever is wrong', async () => {
    const place = scratch()
    const folder = place.path('.mcp-twin/bridge')
    for (const words of [[], ['--client', 'nobody'], ['--nonsense'], ['--client'], ['extra', 'words']])
      expect(await cli(place, ['inbox', '--brief', ...words])).toMatchObject({ code: 0, stdout: '' })
    mkdirSync(`${folder}/waiting.json`, { recursive: true })
    expect(await cli(place, ['inbox', '--brief'])).toMatchObject({ code: 0, output: '' })
    expect(await cli(place, ['inbox', '--brief'], { env: { HOME: undefined, MCP_TWIN_HOME: 'x' } })).toMatchObject({ code: 0, stdout: '' })
    expect((await cli(place, ['inbox', '--nonsense'])).code).toBe(2)
  })
})

describe('handoffs on the command line', () => {
  it('are made, listed and shown', async () => {
    const place = scratch()
    const made = await cli(place, [
      ...['handoff', 'new', 'Login form', '--goal', 'Users can log in', '--to', 'claude-code', '--file', 'plan.md'],
      ...['--section', '1 Design: one form: JWT', '--section', 'Background: long', '--json'],
    ])
    expect(made.json).toMatchObject({ command: 'handoff', status: 'open' })
    const { id } = made.json
    expect((await cli(place, ['handoff', 'list', '--json'])).json.handoffs).toMatchObject([{ id, to: 'claude-code', by: 'terminal' }])
    expect((await cli(place, ['handoff', 'list', '--status', 'done'])).stdout).toContain('No handoffs')
    const shown = (await cli(place, ['handoff', 'show', id, '--json'])).json
    expect(shown).toMatchObject({ goal: 'Users can log in', files: [{ path: place.path('plan.md') }] })
    expect(shown.sections).toMatchObject([
      { heading: 'Design', body: 'one form: JWT', priority: 1 },
      { heading: 'Background', body: 'long', priority: 3 },
    ])
    const piped = { title: 'T', goal: 'g', sections: [{ heading: 'h', body: 'b' }] }
    expect((await cli(place, ['handoff', 'new', '-'], { input: JSON.stringify(piped) })).code).toBe(0)
    expect((await cli(place, ['inbox', '--client', 'claude-desktop', '--json'])).json.handoffs).toMatchObject([{ title: 'T' }])
    const missing = await cli(place, ['handoff', 'show', 'h-0'])
    expect(missing.code).toBe(2)
    expect(missing.stderr).toContain('handoff list')
    for (const words of [['steal'], ['new'], ['new', 'T'], ['new', 'T', '--goal', 'g', '--section', 'x'], ['show'], ['list', 'x']])
      expect((await cli(place, ['handoff', ...words])).code).toBe(2)
  })

  it('takes a person’s answer to a question, once', async () => {
    const place = scratch()
    const code = await bridge(place, 'claude-code')
    const { data } = await code.call('ask_twin', { question: 'Which colour?' })
    const id = String(data?.id)
    expect(await cli(place, ['handoff', 'answer', id, 'Blue', '--json'])).toMatchObject({ code: 0, json: { id, to: 'claude-code' } })
    expect((await code.call('inbox')).data?.answers).toMatchObject([{ answer: 'Blue', by: 'terminal' }])
    const again = await cli(place, ['handoff', 'answer', id, '-'], { input: 'Red\n' })
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('was answered by terminal already') })
    expect(again.stderr).not.toMatch(/ask_twin|answer_twin/)
    await code.end()
  })

  it('show an answer to the client that asked', async () => {
    const place = scratch()
    const [desktop, code] = await Promise.all([bridge(place, 'claude-desktop'), bridge(place, 'claude-code')])
    const { data } = await code.call('ask_twin', { question: 'Which colour?' })
    await desktop.call('answer_twin', { question_id: data?.id, answer: 'Blue' })
    expect((await cli(place, ['inbox', '--client', 'claude-code', '--json'])).json.answers).toMatchObject([{ answer: 'Blue' }])
    expect((await code.call('inbox')).data?.answers).toMatchObject([{ answer: 'Blue' }])
    for (const each of [desktop, code]) await each.end()
  })
})
