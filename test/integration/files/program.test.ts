import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Program } from '../../../src/model/system.ts'
import { environmentOf } from '../../../src/system/program.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { atLimit } from '../../support/at-limit.ts'
import { folderOf, textOf } from '../../support/folder-of.ts'
import { describeUnless } from '../../support/left-out.ts'
import { lacksLinux } from '../../support/machine.ts'

const system = nodeSystem()
const node = (script: string, more: Partial<Program> = {}) =>
  system.run({ argv: [process.execPath, '-e', script], timeoutMs: 60_000, ...more })

describe('a program', () => {
  it('answers with its code and both streams', async () => {
    const answer = await node('process.stdout.write("out"); process.stderr.write("err"); process.exitCode = 3')
    expect({ ...answer, stdout: textOf(answer.stdout), stderr: textOf(answer.stderr) }).toEqual({
      code: 3,
      stdout: 'out',
      stderr: 'err',
      timedOut: false,
    })
  })

  it('gets its arguments as they are, through no shell', async () => {
    const odd = ['a b', '$HOME', '`id`', '"', "'", '*', '', 'ü\n']
    const { stdout } = await system.ask({
      argv: [process.execPath, '-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...odd],
      timeoutMs: 60_000,
    })
    expect(JSON.parse(textOf(stdout) ?? '')).toEqual(odd)
  })

  it('gets input, working directory and variables', async () => {
    const at = folderOf()
    const script =
      'process.stdin.on("data", (d) => console.log(JSON.stringify([String(d), process.cwd(), process.env.ONE, process.env.HOME ?? null])))'
    const { stdout } = await node(script, { input: 'in', cwd: at(), env: { ONE: '1', HOME: undefined } })
    expect(JSON.parse(textOf(stdout) ?? '')).toEqual(['in', at(), '1', null])
  })

  it('sees only the variables given, when asked so', async () => {
    const { stdout } = await node('console.log(JSON.stringify(process.env))', { env: { ONE: '1' }, onlyEnv: true })
    expect(JSON.parse(textOf(stdout) ?? '')).toEqual({ ONE: '1' })
  })

  it('that does not read its input does no harm', async () => {
    expect(await node('process.exit(0)', { input: Buffer.alloc(1024 * 1024) })).toMatchObject({ code: 0 })
  })

  it('that says too much is cut, and heard in full by whoever listens', async () => {
    let heard = 0
    const answer = await node('process.stdout.write("x".repeat(300000))', {
      maxBytes: 1000,
      onOutput: (chunk) => {
        heard += chunk.length
      },
    })
    expect([answer.stdout.length, heard]).toEqual([1000, 300_000])
  })

  it('that cannot be started says why', async () => {
    const at = folderOf()
    writeFileSync(at('plain'), 'x', { mode: 0o644 })
    expect(await system.ask({ argv: [at('gone')], timeoutMs: 1000 })).toMatchObject({ code: null, trouble: 'ENOENT', timedOut: false })
    expect(await system.ask({ argv: [at('plain')], timeoutMs: 1000 })).toMatchObject({ code: null, trouble: 'EACCES' })
    expect((await system.ask({ argv: ['a\0b'], timeoutMs: 1000 })).trouble).toBeTruthy()
    expect(await system.ask({ argv: [], timeoutMs: 1000 })).toMatchObject({ trouble: 'ENOENT' })
    expect(await node('0', { signal: AbortSignal.abort() })).toMatchObject({ code: null, trouble: 'ECANCELED' })
  })

  it('that ended by a signal has no code', async () => {
    expect(await node('process.kill(process.pid, "SIGKILL")')).toMatchObject({ code: null, timedOut: false })
  })

  it('that left a child with its streams behind is not waited for', async () => {
    const at = folderOf()
    const answer = await system.run({ argv: ['sh', '-c', `sleep 300 & echo $! > "${at('pid')}"; echo done`], timeoutMs: 60_000 })
    expect([answer.code, textOf(answer.stdout)]).toEqual([0, 'done\n'])
    expect(answer.timedOut).toBe(false)
    // It is still there, so nobody waited for its end.
    process.kill(Number(readFileSync(at('pid'), 'utf8')))
  })
})

/** A tree of three that ignores being asked to end, and writes down who it is. */
const stubborn = (file: string): string =>
  `trap '' TERM; sh -c "trap '' TERM; echo \\$\\$ >> '${file}'; sleep 300 & echo \\$! >> '${file}'; wait" & echo $$ >> '${file}'; wait`

const gone = async (file: string): Promise<boolean> => {
  const pids = readFileSync(file, 'utf8').trim().split('\n').map(Number)
  expect(pids).toHaveLength(3)
  for (let tries = 0; tries < 2400 && pids.some(system.isAlive); tries++) await system.sleep(25)
  return !pids.some((pid) => system.isAlive(pid) && !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z'))
}

describeUnless(lacksLinux, 'a program that takes too long', () => {
  it('is ended with everything it started', async () => {
    const at = folderOf()
    const started = () => existsSync(at('pids')) && readFileSync(at('pids'), 'utf8').split('\n').length === 4
    const attempt = (timeoutMs: number) => {
      rmSync(at('pids'), { force: true })
      return system.run({ argv: ['sh', '-c', stubborn(at('pids'))], timeoutMs })
    }
    const answer = await atLimit(attempt, started)
    expect(answer).toMatchObject({ code: null, timedOut: true })
    expect(await gone(at('pids'))).toBe(true)
  })

  it('is ended the same way when the caller gives up', async () => {
    const at = folderOf()
    const controller = new AbortController()
    const answer = system.run({ argv: ['sh', '-c', stubborn(at('pids'))], timeoutMs: 60_000, signal: controller.signal })
    while (!existsSync(at('pids')) || readFileSync(at('pids'), 'utf8').split('\n').length < 4) await system.sleep(10)
    controller.abort()
    expect(await answer).toMatchObject({ code: null, timedOut: false })
    expect(await gone(at('pids'))).toBe(true)
  })
})

describe('the variables of a program on Windows', () => {
  it('have one spelling each', () => {
    const result = environmentOf({ argv: [], timeoutMs: 1, onlyEnv: false, env: { path: 'x', Gone: undefined } }, 'win32')
    expect(Object.keys(result).filter((name) => name.toUpperCase() === 'PATH')).toEqual(['path'])
  })
})

describe('a process id', () => {
  it('is alive or not, and zero is nobody', () => {
    expect([process.pid, process.ppid, 4_000_000, 0, -1, Number.NaN].map(system.isAlive)).toEqual([true, true, false, false, false, false])
  })
})
