import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll } from 'vitest'

/** A child of ours, started and waiting for its turn. */
export interface Waiting {
  readonly process: ChildProcess
  /** Lets it begin; resolves when it has ended. `output`: everything it said. */
  go(): Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>
  /** Resolves when it has said `word`. */
  said(word: string): Promise<void>
}

let folder = ''
const living = new Set<ChildProcess>()

/** Bundles the child once for a test file, and ends what a failed test left running. */
export function children(): (args: readonly string[], env?: Record<string, string>, uid?: number) => Promise<Waiting> {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mcp-twin-child-'))
    const input = fileURLToPath(new URL('child.ts', import.meta.url))
    const bundle = await rolldown({ input, platform: 'node', resolve: { mainFields: ['module', 'main'] } })
    await bundle.write({ file: join(folder, 'child.mjs'), format: 'esm', codeSplitting: false })
    await bundle.close()
    // Children of another user read it too.
    chmodSync(folder, 0o755)
  })
  afterAll(() => {
    for (const child of living) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })
  return async (args, env = {}, uid) => {
    const child = spawn(process.execPath, [join(folder, 'child.mjs'), ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: 'pipe',
      ...(uid === undefined ? {} : { uid, gid: uid }),
    })
    const waiting = await watched(child)
    await waiting.said('ready')
    return waiting
  }
}

async function watched(child: ChildProcess): Promise<Waiting> {
  living.add(child)
  let output = ''
  const listeners = new Set<() => void>()
  const hear = (chunk: Buffer): void => {
    output += String(chunk)
    for (const listener of listeners) listener()
  }
  child.stdout?.on('data', hear)
  child.stderr?.on('data', hear)
  child.stdin?.on('error', () => undefined)
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>((resolve) => {
    child.on('close', (code, signal) => {
      living.delete(child)
      resolve({ code, signal, output })
    })
  })
  const said = (word: string) =>
    new Promise<void>((resolve, reject) => {
      const check = (): void => {
        if (!output.includes(word)) return
        listeners.delete(check)
        resolve()
      }
      listeners.add(check)
      check()
      void ended.then(() => reject(new Error(`it ended without saying ${word}: ${output}`)))
    })
  return {
    process: child,
    said,
    go: () => {
      child.stdin?.end('go\n')
      return ended
    },
  }
}

/** A pause that a test needs when nothing tells it the moment. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
