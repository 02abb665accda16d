import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { dirname } from 'node:path'
import type { ProgramAnswer, Program } from '../model/system.ts'
import { atExit } from './at-exit.ts'
import { killTree, killTreeNow } from './kill-tree.ts'
import { codeOf } from './trouble.ts'

/** Keeps the first `maxBytes` of a stream; the rest is dropped, so that a chatty program costs no memory. */
export function keptOutput(maxBytes: number): { add(chunk: Uint8Array): void; bytes(): Uint8Array } {
  const chunks: Uint8Array[] = []
  let room = maxBytes
  return {
    add(chunk) {
      if (room <= 0) return
      chunks.push(chunk.subarray(0, room))
      room -= chunk.length
    },
    bytes: () => Buffer.concat(chunks),
  }
}

/** The variables a program starts with. Windows takes `PATH` and `Path` for one name, so a new spelling replaces the old. */
export function environmentOf({ env = {}, onlyEnv }: Program, platform: NodeJS.Platform): NodeJS.ProcessEnv {
  const result: NodeJS.ProcessEnv = onlyEnv ? {} : { ...process.env }
  for (const [name, value] of Object.entries(env)) {
    if (platform === 'win32') {
      for (const known of Object.keys(result)) if (known.toUpperCase() === name.toUpperCase()) delete result[known]
    }
    if (value === undefined) delete result[name]
    else result[name] = value
  }
  return result
}

const maxBytesDefault = 4 * 1024 * 1024

/** How long the streams may stay open after the program's end: a process it left behind may hold them for ever. */
const drainMs = 500

function optionsOf(program: Program): SpawnOptions {
  const folder = folderOf(program)
  return {
    env: environmentOf(program, process.platform),
    stdio: [program.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    shell: false,
    windowsHide: true,
    // A group of its own, so that all of it can be ended at once. On Windows this would open a console window.
    detached: process.platform !== 'win32',
    ...(folder === undefined ? {} : { cwd: folder }),
  }
}

/**
 * Where a program is started that is named without a path and for no folder: beside our node. Windows looks for it in that folder
 * before it looks in PATH (uv_spawn of libuv), and so does an empty entry of PATH elsewhere: the folder that a person works in may be
 * a stranger's project with a git of its own.
 */
const folderOf = ({ argv: [name = ''], cwd }: Program): string | undefined =>
  cwd ?? (/[\\/]/.test(name) ? undefined : dirname(process.execPath))

/** A spawn that fails at once throws for some causes and reports the others: here both become a child or an error code. */
function start(program: Program): ChildProcess | string {
  const [command, ...args] = program.argv
  if (command === undefined || command === '') return 'ENOENT'
  try {
    return spawn(command, args, optionsOf(program))
  } catch (error) {
    return codeOf(error) || 'EINVAL'
  }
}

const notStarted = (word: string): ProgramAnswer => ({
  code: null,
  stdout: Buffer.alloc(0),
  stderr: Buffer.alloc(0),
  timedOut: false,
  trouble: word,
})

/** Resolves when the child has ended and its streams have, or had their time to. `trouble`: it never ran. */
function ended(child: ChildProcess): Promise<{ code: number | null; trouble?: string }> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    const end = (result: { code: number | null; trouble?: string }) => {
      clearTimeout(timer)
      child.stdout?.destroy()
      child.stderr?.destroy()
      resolve(result)
    }
    child.on('error', (error) => {
      if (child.pid === undefined) end({ code: null, trouble: codeOf(error) || 'EINVAL' })
    })
    child.on('exit', (code) => {
      timer = setTimeout(() => end({ code }), drainMs)
    })
    child.on('close', (code) => end({ code }))
  })
}

/**
 * Runs a program to its end, or ends it and all it started on time-out or abort. Never through a
 * shell, and by node:child_process itself: execa cannot end a whole tree, and would hand `.cmd` files to cmd.exe.
 */
export async function runProgram(program: Program): Promise<ProgramAnswer> {
  if (program.signal?.aborted) return notStarted('ECANCELED')
  const child = start(program)
  if (typeof child === 'string') return notStarted(child)
  const kept = { stdout: keptOutput(program.maxBytes ?? maxBytesDefault), stderr: keptOutput(program.maxBytes ?? maxBytesDefault) }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Uint8Array) => {
      kept[name].add(chunk)
      program.onOutput?.(chunk, name)
    })
  }
  // A program may end without reading its input; its exit code is what matters.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(program.input)

  let timedOut = false
  let stopKilling = (): void => undefined
  const stop = (): void => {
    stopKilling()
    stopKilling = killTree(child)
  }
  const timer = setTimeout(() => {
    timedOut = true
    stop()
  }, program.timeoutMs)
  program.signal?.addEventListener('abort', stop, { once: true })
  const forget = atExit(() => killTreeNow(child))
  try {
    const { code, trouble } = await ended(child)
    const end = { code: timedOut ? null : code, stdout: kept.stdout.bytes(), stderr: kept.stderr.bytes(), timedOut }
    return trouble === undefined ? end : { ...end, trouble }
  } finally {
    forget()
    clearTimeout(timer)
    if (timedOut || program.signal?.aborted) killTreeNow(child)
    stopKilling()
    program.signal?.removeEventListener('abort', stop)
  }
}
