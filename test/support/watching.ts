import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { cliPath } from './cli.ts'
import { nodePath } from './machine.ts'
import type { Planted } from './world.ts'

// biome-ignore lint/suspicious/noExplicitAny: documents are read by path; each test says what they must be
export type Document = any

/** A watcher that runs. */
export interface Watching {
  readonly child: ChildProcess
  readonly documents: Document[]
  /** Everything it said on stderr. */
  said(): string
  /** The first document, of those not waited for yet, that is as asked. */
  next(what: string, fits: (document: Document) => boolean, withinMs?: number): Promise<Document>
  /** Ends it, and answers its exit code. */
  end(signal?: NodeJS.Signals): Promise<number | null>
}

/** Waits until something is so. */
export async function until(what: string, isSo: () => boolean, withinMs = 60_000): Promise<void> {
  const began = Date.now()
  while (!isSo()) {
    if (Date.now() - began > withinMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await sleep(20)
  }
}

/** `sync --watch --json` as the program at `program` in the planted world; it is ended by the caller. */
export function watching(planted: Planted, args: readonly string[] = [], program = cliPath, cwd = planted.scratch.home): Watching {
  const child = spawn(nodePath, [program, 'sync', '--watch', '--json', ...args], {
    cwd,
    env: planted.env(),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const documents: Document[] = []
  let [text, errors, taken] = ['', '', 0]
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) documents.push(JSON.parse(line))
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  return {
    child,
    documents,
    said: () => errors,
    async next(what, fits, withinMs = 60_000) {
      await until(
        `${what}\n${JSON.stringify(documents.slice(taken), null, 1)}\n${errors}`,
        () => documents.slice(taken).some(fits) || child.exitCode !== null,
        withinMs,
      )
      const at = documents.findIndex((document, index) => index >= taken && fits(document))
      if (at < 0) throw new Error(`it ended before ${what}:\n${errors}`)
      taken = at + 1
      return documents[at]
    },
    async end(signal = 'SIGTERM') {
      child.kill(signal)
      const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
      const [code] = await ended
      clearTimeout(timer)
      return code
    },
  }
}

/** Seconds of processor time that a process has used (Linux). */
export function processorTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
