import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { lacks, lacksRoot } from '../../support/machine.ts'
import { miniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { leftovers } from '../../support/processes.ts'
import { codeFile, cursorFile, documentOf, expectTidy, type Home, home, oldFile } from '../support/place.ts'
import { factor, sample } from '../../support/runs.ts'

/** Why system calls cannot be tampered with here, or null. */
function lacksStrace(): string | null {
  if (process.platform !== 'linux') return 'strace is a tool of Linux'
  const lacking = lacks('strace')
  if (lacking !== null) return lacking
  return spawnSync('strace', ['-e', 'inject=getppid:error=EPERM', 'true'], { stdio: 'ignore' }).status === 0
    ? null
    : 'strace may not trace here'
}

/** A thorough run takes every single call, not a sample. */
const everything = factor > 1

const clientFiles = [codeFile, oldFile, cursorFile]
const KEY = 'ghp_012345678901234567890123456789abcdef'

/** A home in the middle of its life: one entry of ours to change, one to remove, one to add, and what is others'. */
async function used(): Promise<Home> {
  const place = home()
  place.write(codeFile, '{\n  "theirs": [1.0],\n  "mcpServers": {\n    "foreign": { "command": "f" }\n  }\n}\n')
  place.write(cursorFile, '{\n  // theirs\n  "mcpServers": {}\n}\n')
  place.manifest({ change: { command: 'c', args: ['1'] }, go: { command: 'g' } })
  expect((await place.run(['sync'])).code).toBe(0)
  place.manifest({ change: { command: 'c', args: ['2'] }, come: { command: 'n', env: { K: '${secret:SOME_KEY}' } } })
  return place
}

/** A home that init finds for the first time: a server with a key to take over, and in a thorough run the program itself to install. */
async function untouched(): Promise<Home> {
  const place = home()
  place.write(
    codeFile,
    JSON.stringify({
      theirs: 1,
      mcpServers: { foreign: { ...place.tiny, env: { GITHUB_TOKEN: KEY } }, web: { type: 'http', url: 'http://127.0.0.1:9/mcp' } },
    }),
  )
  place.write('.config/Claude/claude_desktop_config.json', '{"preferences":{}}')
  // Else most of what an init does is to copy 300 files of the program.
  if (!everything) putProgram(place.path('.mcp-twin'))
  return place
}

interface Scenario {
  readonly prepare: () => Promise<Home>
  readonly args: readonly string[]
  readonly files: readonly string[]
}
const env = { MCP_TWIN_SECRET_SOME_KEY: 'some-key-0123456789', UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' }
const scenarios: Record<string, Scenario> = {
  sync: { prepare: used, args: ['sync'], files: clientFiles },
  init: {
    prepare: untouched,
    args: ['init', '--yes'],
    files: [codeFile, oldFile, '.config/Claude/claude_desktop_config.json'],
  },
}

/** The calls that change something on a disk, in groups that strace counts together. */
const calls = [
  'rename,renameat,renameat2',
  'mkdir,mkdirat',
  'unlink,unlinkat,rmdir',
  'fsync,fdatasync',
  'openat',
  'write,pwrite64,writev',
  'chmod,fchmod,utimensat,link,symlink,copy_file_range',
]

/** Stops at the calls that are traced alone: a node makes thousands of others, and each stop costs two changes of process. */
const strace = ['strace', '-f', '--seccomp-bpf', '-qq']

const trace = (call: string, action: string): string[] => [
  ...strace,
  '-o',
  '/dev/null',
  '-e',
  `trace=${call}`,
  '-e',
  `inject=${call}:${action}`,
]

const textOf = (place: Home, file: string): string | null => (place.has(file) ? place.read(file).replaceAll(place.root, 'ROOT') : null)

/** A scenario's home, and what a run of it comes to that nobody disturbs. */
interface Prepared {
  readonly place: Home
  /** Puts the home back as the scenario begins: at the same path, since what lies in it names that. */
  restore(): void
  readonly before: readonly (string | null)[]
  readonly after: readonly (string | null)[]
  /** How often the run makes calls of a group on its busiest thread. */
  countOf(call: string): number
}

async function prepare(scenario: Scenario): Promise<Prepared> {
  const place = await scenario.prepare()
  const kept = `${place.root}/kept`
  execFileSync('cp', ['-a', place.home, kept])
  const before = scenario.files.map((file) => textOf(place, file))
  const log = `${place.root}/trace`
  const wrapper = [...strace, '-o', log, '-e', `trace=${calls.join(',')}`]
  const result = await place.run([...scenario.args, '--json'], { env, wrapper })
  expect(documentOf(result), result.output).toMatchObject({ inSync: true })
  const traced = readFileSync(log, 'utf8')
  return {
    place,
    restore() {
      rmSync(place.home, { recursive: true })
      execFileSync('cp', ['-a', kept, place.home])
    },
    before,
    after: scenario.files.map((file) => textOf(place, file)),
    countOf(call) {
      const perThread = new Map<string, number>()
      for (const [, thread = '', name = ''] of traced.matchAll(/^(\d+) +(\w+)\(/gm))
        if (call.split(',').includes(name)) perThread.set(thread, (perThread.get(thread) ?? 0) + 1)
      const most = Math.max(0, ...perThread.values())
      // What a run without keys or links never calls is no reason to fail; everything else must have been seen.
      if (!call.startsWith('chmod')) expect(most, call).toBeGreaterThan(0)
      return most
    },
  }
}

const known = new Map<Scenario, Promise<Prepared>>()

/** The home of a scenario, prepared once for all its tests, which therefore run one after another. */
function prepared(scenario: Scenario): Promise<Prepared> {
  const found = known.get(scenario) ?? prepare(scenario)
  known.set(scenario, found)
  return found
}

async function finishes(place: Home, scenario: Scenario, after: readonly (string | null)[]): Promise<void> {
  const rerun = await place.run([...scenario.args, '--json'], { env })
  // Servers that do not answer are said by init's exit code.
  expect(scenario.args[0] === 'init' ? [0, 3] : [0], rerun.output).toContain(rerun.code)
  expect(documentOf(rerun)).toMatchObject({ inSync: true })
  expect(scenario.files.map((file) => textOf(place, file))).toEqual(after)
  const check = await place.run(['sync', '--json'])
  expect(documentOf(check), check.output).toMatchObject({ inSync: true, changed: false, steps: [] })
  expectTidy(place.home)
}

/** One of the calls, another one each time, so that many runs see all of them; a thorough run takes every one. */
function sampled(count: number): number[] {
  if (everything) return Array.from({ length: count }, (_, at) => at + 1)
  return count === 0 ? [] : [1 + Math.floor(Math.random() * count)]
}

describeUnless(lacksStrace(), 'a run that is killed at one of its system calls', () => {
  // An init costs as much as ten syncs, so usually every second group of calls does for it.
  const cases = [...calls.map((call) => ['sync', call] as const), ...sample(calls, 4).map((call) => ['init', call] as const)]

  it.each(cases)(
    'leaves every file old or new, and the next run finishes: %s at %s',
    async (name, call) => {
      const scenario = scenarios[name]
      if (scenario === undefined) throw new Error(name)
      const { place, restore, before, after, countOf } = await prepared(scenario)
      for (const at of sampled(countOf(call))) {
        restore()
        await place.run(scenario.args, { env, wrapper: trace(call, `signal=KILL:when=${at}`) })
        for (const [index, file] of scenario.files.entries()) {
          expect([before[index], after[index]], `${file}, killed at ${call} ${at}`).toContain(textOf(place, file))
        }
        await finishes(place, scenario, after)
      }
    },
    everything ? 3_600_000 : 120_000,
  )
})

describeUnless(lacksStrace(), "a run that is killed while it holds Claude Code's lock", () => {
  it.each(['nothing', 'another command'])(
    'has it released by the next sync, which finds that file up to date, after %s in between',
    async (between) => {
      const place = await used()
      const lock = `${place.path(codeFile)}.lock`
      // A path is nothing that the kernel's filter of calls could compare.
      const wrapper = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', lock, '-e', 'trace=rmdir', '-e', 'inject=rmdir:signal=KILL:when=1']
      await place.run(['sync'], { env, wrapper })
      expect(existsSync(lock)).toBe(true)
      if (between !== 'nothing') expect((await place.run(['secret', 'set', 'OTHER_KEY'], { input: 'other-key-0123456789\n' })).code).toBe(0)
      expect((await place.run(['sync'], { env })).code).toBe(0)
      expect(existsSync(lock)).toBe(false)
      expectTidy(place.home)
    },
  )
})

describeUnless(lacksStrace(), 'a disk that fails', () => {
  it.each([
    ['fsync,fdatasync', 'EIO', /input\/output error|EIO/],
    ['rename,renameat,renameat2', 'ENOSPC', /disk is full|ENOSPC/],
    ['mkdir,mkdirat', 'ENOSPC', /disk is full|ENOSPC/],
  ])('keeps old bytes and ends with 1 and the cause, until it works again: %s, %s', async (call, error, cause) => {
    const scenario = scenarios.sync
    if (scenario === undefined) throw new Error('sync')
    const { place, restore, before, after, countOf } = await prepared(scenario)
    for (const at of sampled(countOf(call))) {
      restore()
      const result = await place.run([...scenario.args, '--verbose'], { env, wrapper: trace(call, `error=${error}:when=${at}`) })
      const found = scenario.files.map((file) => textOf(place, file))
      for (const [index, file] of scenario.files.entries()) expect([before[index], after[index]], file).toContain(found[index])
      if (result.code !== 0) {
        expect(result, result.output).toMatchObject({ code: 1, output: expect.stringMatching(cause) })
        expect(result.output).not.toContain('unexpected error')
      } else expect(found).toEqual(after)
      await finishes(place, scenario, after)
    }
  })
})

describeUnless(lacksRoot ?? lacks('mount'), 'a disk that is full', () => {
  it('keeps the old bytes of what did not fit, and finishes when there is room', async () => {
    const place = home()
    const small = place.path('small')
    mkdirSync(small)
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'tmpfs', small])
    } catch {
      console.log('left out: a full disk, since nothing may be mounted here')
      return
    }
    try {
      const big = JSON.stringify({ history: 'x'.repeat(60_000), mcpServers: {} })
      place.write('small/code.json', big)
      place.manifest({ a: { command: 'x' } }, { clients: { 'claude-code': { file: `${small}/code.json` } } })
      const document = await place.json(['sync'])
      expect(document).toMatchObject({ code: 1, inSync: false })
      expect(document.steps.find((step) => step.client === 'claude-code')).toMatchObject({
        outcome: 'failed',
        reason: expect.stringContaining('disk is full'),
      })
      expect(place.read('small/code.json')).toBe(big)
      expect(place.servers(oldFile)).toEqual({ a: { command: 'x' } })
      execFileSync('mount', ['-o', 'remount,size=1m', small])
      expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
      expectTidy(place.home)
    } finally {
      execFileSync('umount', [small])
    }
  })
})

describe('a run that ends by a signal', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('%s in the middle of an install: exit 130 and nothing changed', async (signal) => {
    const registry = await miniRegistry()
    registry.publish({ manifest: { name: 'slow', version: '1.0.0', bin: { slow: 's.js' } }, files: { 's.js': '' } })
    registry.stalled.add('slow')
    try {
      const place = home({ npmrc: `registry=${registry.url}`, npmCache: 'own' })
      place.write(codeFile, '{"mcpServers":{"mine":{"command":"x"}}}')
      const before = place.read(codeFile)
      const result = await place.run(['init', '--yes', '--server', 'slow@1.0.0'], {
        started: (child) => {
          const timer = setInterval(() => {
            if (!registry.requests.some((path) => path.includes('/-/'))) return
            clearInterval(timer)
            setTimeout(() => child.kill(signal), 300)
          }, 50)
        },
      })
      expect(result).toMatchObject({ code: 130 })
      expect(place.read(codeFile)).toBe(before)
      expect(await leftovers(place.root)).toEqual([])
      for (const each of [
        '.mcp-twin/mcp-twin.json',
        '.mcp-twin/mcp-twin.lock.json',
        '.mcp-twin/state.json',
        '.mcp-twin/secrets.json',
        oldFile,
      ])
        expect(place.has(each)).toBe(false)
      expect(place.has('.mcp-twin/npm') ? readdirSync(place.path('.mcp-twin/npm')) : []).toEqual([])
      expectTidy(place.home)
    } finally {
      await registry.close()
    }
  })
})
