import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { afterAll, expect } from 'vitest'
import type { EngineName } from '../../../src/bridge/store/engine.ts'
import { bundle } from '../../support/bundle.ts'
import { nodePath, projectFolder } from '../../support/machine.ts'
import { nodeWithSqlite } from '../../support/node-sqlite.ts'

/** One process with the store of a folder (process.ts). */
export interface StoreProcess {
  readonly pid: number
  readonly folder: string
  /** Rejects with what was thrown there, or when the process ends before its answer. */
  ask<T = unknown>(name: string, args?: object): Promise<T>
  /** Ends it as a power cut would, and waits until it is gone. */
  kill(signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): Promise<void>
  /** Closes the store and lets the process end by itself; fails where it printed a word or does not end well. */
  end(): Promise<void>
}

let program: Promise<string> | undefined
const living = new Set<ChildProcessByStdio<Writable, Readable, Readable>>()
afterAll(() => {
  for (const child of living) child.kill('SIGKILL')
})

/** Starts a process over the store of `folder`, and opens it unless told otherwise. */
export async function storeProcess(folder: string, engine: EngineName, open = true): Promise<StoreProcess> {
  program ??= bundle(
    fileURLToPath(new URL('process.ts', import.meta.url)),
    join(mkdtempSync(join(tmpdir(), 'store-program-')), 'process.mjs'),
  )
  const node = engine === 'node' ? await nodeWithSqlite() : nodePath
  const session = `session-${Math.random()}`
  // The program lies outside of the project, where its binary is.
  const env = { PATH: '', TMPDIR: tmpdir(), NODE_PATH: join(projectFolder, 'node_modules') }
  const child = spawn(node, [await program, folder, engine, session], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  living.add(child)
  const waiting = new Map<number, { resolve(result: never): void; reject(error: Error): void }>()
  let printed = ''
  let id = 0
  child.stderr.on('data', (chunk: Buffer) => {
    printed += chunk
  })
  child.stdin.on('error', () => undefined)
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line)
    const { resolve, reject } = waiting.get(id) ?? {}
    waiting.delete(id)
    if (error === undefined) resolve?.(result as never)
    else reject?.(new Error(error))
  })
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)))
  void ended.then((code) => {
    living.delete(child)
    for (const { reject } of waiting.values()) reject(new Error(`the process ended with ${code}: ${printed}`))
  })
  const self: StoreProcess = {
    pid: child.pid ?? 0,
    folder,
    ask: (name, args = {}) =>
      new Promise((resolve, reject) => {
        waiting.set(++id, { resolve, reject })
        child.stdin.write(`${JSON.stringify({ id, name, args })}\n`)
      }),
    async kill(signal) {
      child.kill(signal)
      if (signal === 'SIGKILL') await ended
    },
    async end() {
      await self.ask('close').catch(() => undefined)
      child.stdin.end()
      expect([await ended, printed]).toEqual([0, ''])
    },
  }
  if (open) await self.ask('open')
  return self
}

/** Several processes as one: each question goes to the next of them. */
export function inTurn(processes: readonly StoreProcess[]): StoreProcess {
  const [first] = processes
  if (first === undefined) throw new Error('no process')
  let turn = 0
  return {
    ...first,
    async ask(name, args) {
      if (name !== 'at') return (processes[turn++ % processes.length] ?? first).ask(name, args)
      const [answer] = await Promise.all(processes.map((each) => each.ask<never>(name, args)))
      return answer as never
    },
    async end() {
      for (const each of processes) await each.end()
    },
  }
}
