import { type ChildProcess, spawn } from 'node:child_process'
import { StringDecoder } from 'node:string_decoder'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { isObject } from '../../core/object.ts'
import { LineReader, textLine } from '../../core/rpc/line-reader.ts'
import { errorAnswer, idIn } from '../../core/rpc/message.ts'

/** A program as this process starts it. */
export interface StartedProgram {
  readonly file: string
  readonly args: readonly string[]
  readonly verbatim: boolean
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

/** A server on the other end of two pipes. */
export interface PipedServer {
  send(message: JsonObject): void
  /** Bytes that were sent and that it has not read yet. */
  unread(): number
  onMessage(listener: (message: JsonObject) => void): void
  /** Called with the size of each piece of its output, protocol or not. */
  onOutput(listener: (bytes: number) => void): void
  /** Called with the reason when the server has ended. */
  onEnd(listener: (why: string) => void): void
  /** Called with each piece of its stderr, as it comes; keys are in it. */
  onStderr(listener: (text: string) => void): void
  /** The end of its stderr, and the first line on stdout that was not part of the protocol. */
  stderr(): string
  noise(): string | undefined
  /** Ends it and its child processes. */
  stop(): Promise<void>
}

/** More than is shown: keys are masked before the text is cut. */
const STDERR_BYTES = 64 * 1024
const NOISE_CHARACTERS = 64 * 1024
/** Time for a server to end by itself when its input ends; one across the border can be ended in no other way. */
const POLITE_MS = 700
const TERM_MS = 700

/** Starts a server on two pipes, in a process group of its own. */
export function startPiped(started: StartedProgram): PipedServer {
  const windows = process.platform === 'win32'
  const child = spawn(started.file, [...started.args], {
    cwd: started.cwd,
    env: { ...started.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    // A process group of its own, so that its child processes can be ended with it.
    detached: !windows,
    windowsHide: true,
    windowsVerbatimArguments: started.verbatim,
  })
  let stderr = Buffer.alloc(0)
  let noise: string | undefined
  let tell: (message: JsonObject) => void = () => {}
  let ended: string | null = null
  let stopping: Promise<void> | null = null
  const listeners: ((why: string) => void)[] = []
  const end = (why: string): void => {
    if (ended !== null) return
    ended = why
    for (const listener of listeners) listener(why)
  }
  const line = textLine((text) => {
    const message = messageIn(text)
    if (message !== null) tell(message)
    else noise ??= text.trim().slice(0, NOISE_CHARACTERS)
  })
  // A response that is too long to read fails its request, if its id is found.
  const exceeded = (head: Buffer): void => {
    const id = idIn(head)
    if (id === null) line(head)
    else tell(errorAnswer(id, 'the answer is longer than 32 MiB'))
  }
  const reader = new LineReader({ line, exceeded })
  child.stdout.on('data', (chunk: Buffer) => reader.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = Buffer.concat([stderr, chunk]).subarray(-STDERR_BYTES)
  })
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream.on('error', () => {})
  child.once('error', (error: NodeJS.ErrnoException) => end(`it could not be started (${error.code ?? error.message})`))
  child.once('close', (code, signal) => end(signal === null ? `it ended by itself (exit code ${code})` : `it was ended by ${signal}`))
  return {
    send: (message) => child.stdin.write(`${JSON.stringify(message)}\n`),
    unread: () => child.stdin.writableLength,
    onMessage: (listener) => {
      tell = listener
    },
    onOutput: (listener) => {
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => listener(chunk.length))
    },
    onStderr: (listener) => {
      const decoder = new StringDecoder('utf8')
      child.stderr.on('data', (chunk: Buffer) => listener(decoder.write(chunk)))
    },
    onEnd: (listener) => (ended === null ? listeners.push(listener) : listener(ended)),
    stderr: () => stderr.toString('utf8'),
    noise: () => noise,
    stop: () => {
      stopping ??= stop(child, windows)
      return stopping
    },
  }
}

/** Returns the protocol message of a line; null for anything else. */
function messageIn(text: string): JsonObject | null {
  try {
    const value: JsonValue = JSON.parse(text)
    return isObject(value) && value.jsonrpc === '2.0' ? value : null
  } catch {
    return null
  }
}

const gone = (child: ChildProcess, ms: number): Promise<boolean> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve(true)
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), ms)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}

async function stop(child: ChildProcess, windows: boolean): Promise<void> {
  child.stdin?.end()
  if (!(await gone(child, POLITE_MS))) {
    signalTree(child, 'SIGTERM', windows)
    if (!(await gone(child, TERM_MS))) signalTree(child, 'SIGKILL', windows)
    await gone(child, TERM_MS)
  }
  // Child processes may have outlived the server.
  signalTree(child, 'SIGKILL', windows)
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
}

function signalTree(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL', windows: boolean): void {
  if (child.pid === undefined) return
  if (windows) {
    if (child.exitCode === null)
      spawn(`${process.env.SystemRoot ?? 'C:\\Windows'}\\System32\\taskkill.exe`, ['/pid', String(child.pid), '/t', '/f'], {
        stdio: 'ignore',
        windowsHide: true,
      }).on('error', () => child.kill(signal))
    return
  }
  try {
    process.kill(-child.pid, signal)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !['ESRCH', 'EPERM'].includes(String(error.code))) throw error
  }
}
