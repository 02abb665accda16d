import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { constants } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits } from '../../../src/bridge/base/limits.ts'
import { Redaction } from '../../../src/bridge/base/redaction.ts'
import type { CommandStart } from '../../../src/bridge/terminal/session.ts'
import { agentArguments } from '../../../src/bridge/terminal/agent.ts'
import { demandStarted, startSession } from '../../../src/bridge/terminal/start-command.ts'
import { type Desk, desk } from '../../support/desk.ts'

let place: Desk
beforeEach(() => {
  place = desk({ terminal: 'on' })
})
afterEach(() => place.close())

describe('a NUL character', () => {
  it.each([
    ['command', { command: 'echo \0' }],
    ['cwd', { command: 'true', cwd: '.\0' }],
  ])('in %s is refused in words', async (name, args) => {
    expect(await place.refused('execute_command', args)).toBe(
      `Nothing is run: "${name}" holds a NUL character, which no system takes; leave it out.`,
    )
  })
})

describe('a command that the system does not start', () => {
  const facts = { id: 't1', command: '', shell: 'bash', environment: 'linux', startedAt: 0, client: 'tester', mark: '' }
  const start = async (more: Partial<CommandStart>): Promise<string> => {
    const plan: CommandStart = {
      argv: ['/bin/sh'],
      cwd: place.A,
      env: {},
      verbatim: false,
      input: true,
      windows: false,
      order: null,
      enclosed: null,
      ...more,
    }
    try {
      const session = startSession(facts, plan, false, new Redaction(() => Promise.resolve([])))
      // What is still written to it, as input or as an order, harms nobody.
      session.child.stdin?.write('text\n')
      await demandStarted(session, plan)
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    }
    return 'started'
  }
  it('is refused when it is too long', async () => {
    const command = `: ${'x'.repeat(limits.commandCharacters - 2)}`
    expect(await place.refused('execute_command', { command })).toBe(
      'Nothing is run: the command is longer than the system takes in one; write it to a file and run that.',
    )
    await place.ok('execute_command', { command: 'true' })
  })
  it('is refused when its shell is gone or no program', async () => {
    expect(await start({ argv: ['/bin/none'] })).toBe('Refusal: Nothing is run: /bin/none no longer exists; name another shell.')
    const file = place.put('file', '', 0o644)
    expect(await start({ argv: [file] })).toBe(`Refusal: Nothing is run: ${file} may not be used by this user; name another shell.`)
  })
  it('is refused when its folder is gone', async () => {
    rmSync(place.A, { recursive: true })
    expect(await start({})).toBe(`Refusal: Nothing is run: the folder ${place.A} no longer exists; name another as cwd.`)
  })
})

describe('what starts commands on the other side', () => {
  const ordered = async (command: string, lines: readonly (string | null)[]) => {
    const agent = spawn(process.execPath, agentArguments(), { stdio: ['pipe', 'pipe', 'inherit'] })
    const order = { file: '/bin/sh', args: ['-c', command], cwd: place.A, verbatim: false, input: true, allowed: '^PATH$', env: {} }
    for (const line of [order, ...lines]) agent.stdin.write(`${JSON.stringify(line)}\n`)
    let output = ''
    agent.stdout.on('data', (chunk) => {
      output += chunk
    })
    const code = await new Promise((resolve) => agent.once('close', resolve))
    return { code, output }
  }
  it('gives them input and its end', async () => {
    expect(await ordered('cat; exit 3', ['one\n', 'two\n', null])).toEqual({ code: 3, output: 'one\ntwo\n' })
  })
  it('says by which signal they ended', async () => {
    expect((await ordered('kill -SEGV $$', [])).code).toBe(128 + constants.signals.SIGSEGV)
  })
})
