import childProcess from 'node:child_process'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import timers from 'node:timers'
import timersPromises from 'node:timers/promises'
import { afterEach, expect } from 'vitest'

/*
 * Holds the project `unit` to its promise: a test here starts no process, opens no socket and does not wait for the
 * clock. A deadline may be set and taken back; what fails is one that was waited for.
 */

/** The longest wait that nobody would notice, in ms. */
const longest = 40

const marked = Symbol.for('mcp-twin.pure')
const place = globalThis as typeof globalThis & { [marked]?: string[] }

function forbid(): string[] {
  const found: string[] = []
  const note = (what: string): string => {
    found.push(
      `${what} in ${expect.getState().currentTestName ?? 'a test file'}: a test of the project "unit" may not, move it to test/integration`,
    )
    return found.at(-1) ?? ''
  }
  const refuse = (what: string) => (): never => {
    throw new Error(note(what))
  }
  for (const name of ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync', 'fork'] as const)
    Object.assign(childProcess, { [name]: refuse(`child_process.${name}`) })
  net.Server.prototype.listen = refuse('net.Server.listen')
  net.Socket.prototype.connect = refuse('net.Socket.connect')
  Atomics.wait = refuse('Atomics.wait')

  const { setTimeout: start } = globalThis
  const watched = (work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
    start(
      (...given: unknown[]) => {
        if (ms >= longest) note(`a timer of ${ms} ms ran out`)
        work(...given)
      },
      ms,
      ...args,
    )
  // What `util.promisify` looks for stands beside the function.
  Object.defineProperties(watched, Object.getOwnPropertyDescriptors(start))
  Object.assign(globalThis, { setTimeout: watched })
  Object.assign(timers, { setTimeout: watched })
  const { setTimeout: sleep } = timersPromises
  Object.assign(timersPromises, {
    setTimeout: async (ms = 0, ...rest: unknown[]) => {
      const value = await Reflect.apply(sleep, timersPromises, [ms, ...rest])
      if (ms >= longest) note(`a wait of ${ms} ms`)
      return value
    },
  })
  syncBuiltinESMExports()
  return found
}

// Without isolation every file of a worker shares one set of modules.
place[marked] ??= forbid()
const found = place[marked]

afterEach(() => {
  expect(found.splice(0)).toEqual([])
})
