import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { lacks, lacksRoot } from '../../support/machine.ts'
import { miniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { leftovers } from '../../support/processes.ts'
import { sample } from '../../support/runs.ts'
import { diskCalls, lacksStrace, steadyThreads } from '../../support/strace.ts'
import { everything, killedAt, prepared, sampled, type Scenario, textOf } from '../support/killed.ts'
import { codeFile, cursorFile, documentOf, expectTidy, type Home, home, oldFile } from '../support/place.ts'

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

const env = { MCP_TWIN_SECRET_SOME_KEY: 'some-key-0123456789', ...steadyThreads }
const scenarios: Record<string, Scenario> = {
  sync: { prepare: used, args: ['sync'], files: clientFiles, env },
  init: {
    prepare: untouched,
    args: ['init', '--yes'],
    files: [codeFile, oldFile, '.config/Claude/claude_desktop_config.json'],
    env,
    // Servers that do not answer are said by init's exit code.
    codes: [0, 3],
  },
}

async function finishes(place: Home, scenario: Scenario, after: readonly (string | null)[]): Promise<void> {
  const rerun = await place.run([...scenario.args, '--json'], { env })
  expect(scenario.codes ?? [0], rerun.output).toContain(rerun.code)
  expect(documentOf(rerun)).toMatchObject({ inSync: true })
  expect(scenario.files.map((file) => textOf(place, file))).toEqual(after)
  const check = await place.run(['sync', '--json'])
  expect(documentOf(check), check.output).toMatchObject({ inSync: true, changed: false, steps: [] })
  expectTidy(place.home)
}

describeUnless(lacksStrace(), 'a run that is killed at one of its system calls', () => {
  // An init costs as much as ten syncs, so usually every second group of calls does for it.
  const cases = [...diskCalls.map((call) => ['sync', call] as const), ...sample(diskCalls, 4).map((call) => ['init', call] as const)]

  it.each(cases)(
    'leaves every file old or new, and the next run finishes: %s at %s',
    async (name, call) => {
      const scenario = scenarios[name]
      if (scenario === undefined) throw new Error(name)
      await killedAt(scenario, call, ({ place, after }) => finishes(place, scenario, after))
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
    const { place, restore, before, after, callsOf, disturbed } = await prepared(scenario)
    for (const each of sampled(callsOf(call))) {
      restore()
      const result = await disturbed(each, `error=${error}`, ['--verbose'])
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
