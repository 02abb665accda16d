import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { bundle } from '../../support/bundle.ts'
import type { CliResult } from '../../support/cli.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacks, nodePath } from '../../support/machine.ts'
import { runs } from '../../support/runs.ts'
import { codeFile, expectTidy, type Home, home, oldFile } from '../support/place.ts'

const rounds = runs(4)

describe('two of our own commands at once', { concurrent: true }, () => {
  it('keep both changes, every time', async () => {
    const place = home()
    place.write(codeFile, '{"theirs": [1.0], "mcpServers": {}}')
    place.manifest({})
    for (let round = 0; round < rounds; round++) {
      const names = [`a${round}`, `b${round}`]
      const ended = await Promise.all(names.map((name) => place.run(['add', name, '--command', '/opt/thing'])))
      for (const { code, output } of ended) expect({ code, output }).toMatchObject({ code: 0 })
    }
    const expected = Array.from({ length: rounds }, (_, round) => [`a${round}`, `b${round}`]).flat()
    for (const file of [codeFile, oldFile]) expect(Object.keys(place.servers(file)).sort()).toEqual(expected.sort())
    expect(place.read(codeFile)).toContain('"theirs": [1.0]')
    expect(Object.keys((place.readJson('.mcp-twin/mcp-twin.json') as { servers: object }).servers).sort()).toEqual(expected)
    expect((await place.run(['sync', '--check'])).code).toBe(0)
    expectTidy(place.home)
  })

  it('name the other one when it works for too long', async () => {
    const place = home()
    place.manifest({ a: { command: 'x' } })
    const program = await bundle(fileURLToPath(new URL('../secrets/keeper.ts', import.meta.url)), `${place.root}/keeper.mjs`)
    const child = spawn(nodePath, [program, place.path('.mcp-twin')], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      await new Promise((resolve, reject) => {
        child.stdout.once('data', resolve)
        child.once('exit', () => reject(new Error('the keeper ended')))
      })
      const { code, output } = await place.run(['sync'], { timeoutMs: 60_000 })
      expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining(String(child.pid)) })
      expect(place.has(codeFile)).toBe(false)
    } finally {
      child.kill('SIGKILL')
    }
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expectTidy(place.home)
  })
})

/** Another program's change of Claude Code's file, as a whole new file in its place. */
function writeTheirs(place: Home): void {
  const file = place.path(codeFile)
  const config = place.readJson(codeFile) as Record<string, unknown> & { count: number }
  config.count += 1
  config[`k${config.count}`] = config.count
  writeFileSync(`${file}.theirs`, JSON.stringify(config))
  renameSync(`${file}.theirs`, file)
}

/**
 * A command that is stopped wherever it waits for the disk, by strace; `act` is what others do meanwhile. So every attempt to
 * replace a file is met after it has read the file and before it looks at it for the last time, however slow the machine is.
 */
async function stoppedAtFlushes(place: Home, args: readonly string[], act: () => void): Promise<CliResult> {
  const log = place.path('../strace.log')
  writeFileSync(log, '')
  const calls = 'fsync,fdatasync'
  const wrapper = ['strace', '-f', '-qq', '-o', log, '-e', `trace=${calls}`, '-e', `inject=${calls}:signal=STOP`]
  let tracer = 0
  let isRunning = true
  const ended = place.run(args, { wrapper, started: ({ pid = 0 }) => (tracer = pid) }).finally(() => (isRunning = false))
  const lastStop = (): number => readFileSync(log, 'utf8').lastIndexOf('--- stopped by SIGSTOP ---')
  const delivered = (): number => readFileSync(log, 'utf8').lastIndexOf('--- SIGSTOP {')
  for (let seen = -1; isRunning; await sleep(5)) {
    const at = delivered()
    if (at <= seen || lastStop() < at) continue
    act()
    seen = at
    process.kill(Number(readFileSync(`/proc/${tracer}/task/${tracer}/children`, 'utf8').split(' ')[0]), 'SIGCONT')
  }
  return ended
}

describeUnless(lacks('strace'), 'another program that writes the same file between our look at it and our write', () => {
  const prepare = () => {
    const place = home()
    place.write(codeFile, '{"count":0,"mcpServers":{}}')
    place.manifest({}, { clients: { 'claude-code-config': false } })
    return place
  }
  /** Adds a server while the other program writes into so many of our attempts; how many there were. */
  const addBeside = async (place: Home, name: string, writes: number) => {
    const attempts = new Set<string>()
    const result = await stoppedAtFlushes(place, ['add', name, '--command', '/opt/thing'], () => {
      const attempt = readdirSync(place.home).find((each) => /^\.claude\.json\.mcp-twin-\d+-[0-9a-f]+\.tmp$/.test(each))
      if (attempt === undefined || attempts.has(attempt)) return
      attempts.add(attempt)
      if (attempts.size <= writes) writeTheirs(place)
    })
    return { code: result.code, output: result.output.replace(/\s+/g, ' '), attempts: attempts.size }
  }
  const expectAllOfTheirs = (place: Home, count: number) => {
    const config = place.readJson(codeFile) as Record<string, unknown>
    expect(config).toMatchObject({ count, ...Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at + 1}`, at + 1])) })
  }

  it('loses nothing of ours or its own when it writes in between', async () => {
    const place = prepare()
    for (const writes of [0, 1, 2, 3]) {
      const { code, output, attempts } = await addBeside(place, `s${writes}`, writes)
      expect({ code, attempts }, output).toEqual({ code: 0, attempts: writes + 1 })
    }
    expectAllOfTheirs(place, 1 + 2 + 3)
    expect(Object.keys(place.servers(codeFile)).sort()).toEqual(['s0', 's1', 's2', 's3'])
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true, changed: false })
    expectTidy(place.home)
  })

  it('is refused where it never stops, and the next run finishes', async () => {
    const place = prepare()
    const { code, output, attempts } = await addBeside(place, 's', Infinity)
    expect(code, output).toBe(3)
    expect(output).toContain('keeps being changed by another program')
    expect(attempts).toBeGreaterThanOrEqual(5)
    expectAllOfTheirs(place, attempts)
    expect(place.servers(codeFile)).toEqual({})
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expect(Object.keys(place.servers(codeFile))).toEqual(['s'])
    expectTidy(place.home)
  })
})

describe("Claude Code's own lock", { concurrent: true }, () => {
  const lock = (place: ReturnType<typeof home>) => `${place.path(codeFile)}.lock`
  const ready = () => {
    const place = home()
    place.write(codeFile, '{"theirs":1}')
    place.manifest({ a: { command: 'x' } })
    return place
  }

  it('is waited for while another process holds it', async () => {
    const place = ready()
    mkdirSync(lock(place))
    const running = place.run(['sync'])
    // Our own lock on the file is taken first, and Claude Code's inside it.
    await expect.poll(() => existsSync(place.path(`${codeFile}.mcp-twin-lock`))).toBe(true)
    expect(place.read(codeFile)).toBe('{"theirs":1}')
    writeFileSync(`${place.path(codeFile)}.new`, '{"theirs":2}')
    renameSync(`${place.path(codeFile)}.new`, place.path(codeFile))
    rmdirSync(lock(place))
    expect((await running).code).toBe(0)
    expect(place.readJson(codeFile)).toEqual({ theirs: 2, mcpServers: { a: { command: 'x' } } })
    expectTidy(place.home)
  })

  it('is taken over when its holder has died, and not left behind', async () => {
    const place = ready()
    mkdirSync(lock(place))
    const long = new Date(Date.now() - 3_600_000)
    utimesSync(lock(place), long, long)
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expect(existsSync(lock(place))).toBe(false)
    expectTidy(place.home)
  })

  it('is refused when it is kept alive for too long, and the other file is written', async () => {
    const place = ready()
    mkdirSync(lock(place))
    const alive = setInterval(() => utimesSync(lock(place), new Date(), new Date()), 1000)
    try {
      const document = await place.json(['sync'])
      expect(document.code).toBe(3)
      expect(document.steps.find((step) => step.client === 'claude-code')).toMatchObject({
        outcome: 'refused',
        reason: expect.stringContaining('Claude Code is writing'),
      })
      expect(place.servers(oldFile)).toEqual({ a: { command: 'x' } })
      expect(place.read(codeFile)).toBe('{"theirs":1}')
    } finally {
      clearInterval(alive)
    }
    rmdirSync(lock(place))
    expect(readdirSync(place.home).filter((name) => name.includes('lock'))).toEqual([])
  })
})
