import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { createInterface } from 'node:readline'

/** A program as a client starts it: nothing is inherited but what `env` holds. */
export interface ServerStart {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Record<string, string>
  readonly cwd: string
  /** Default 60 s for every answer, the most that Claude Desktop waits for a call. */
  readonly timeoutMs?: number
}

export interface ServerAnswer {
  readonly serverInfo: { name: string; version: string }
  readonly protocolVersion: string
  readonly tools: readonly { name: string }[]
  /** Lines on stdout that are no JSON-RPC: a client logs them as errors. */
  readonly stray: readonly string[]
  readonly stderr: string
  readonly code: number | null
}

export interface Session {
  readonly pid: number | undefined
  ask(method: string, params?: object): Promise<Record<string, unknown>>
  notify(method: string, params?: object): void
  /** Closes its input and waits for its end; it is killed after 5 s. */
  end(): Promise<{ code: number | null }>
  readonly stray: string[]
  stderr(): string
}

/** A session in which tools are called. */
export interface Bridge extends Session {
  call(name: string, args?: object): Promise<{ text: string; data: Record<string, unknown> | undefined; refused: boolean }>
}

/**
 * Greets a bridge under a client's name; `as` is what the program calls itself, by which a real Claude Code gets words without data.
 */
export async function greeted(start: ServerStart, client: string, as = `${client} of a test`): Promise<Bridge> {
  const server = session(start)
  await server.ask('initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: as, version: '1' } })
  server.notify('notifications/initialized')
  return {
    ...server,
    async call(name, args = {}) {
      const result = (await server.ask('tools/call', { name, arguments: args })) as {
        content: { text: string }[]
        structuredContent?: Record<string, unknown>
        isError?: boolean
      }
      return { text: result.content.map(({ text }) => text).join('\n'), data: result.structuredContent, refused: result.isError === true }
    },
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>
type Waiting = Map<number, (message: Record<string, unknown>) => void>

/** Speaks JSON-RPC with a stdio server, line by line, with no library between: what comes is what it said. */
export function session(start: ServerStart): Session {
  const child: Child = spawn(start.command, [...start.args], { env: start.env, cwd: start.cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  const waiting: Waiting = new Map()
  const stray: string[] = []
  const errors: Buffer[] = []
  let id = 0
  let trouble: Error | null = null
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', resolve)
    child.on('error', (error) => {
      trouble = error
      resolve(null)
    })
  })
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', (line) => take(line, child, waiting, stray))
  const stderr = () => Buffer.concat(errors).toString()
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  const gone = ended.then((code) => {
    throw new Error(`${start.command} ${start.args.join(' ')}: ${trouble?.message ?? `ended with ${code}`}\n${stderr()}`)
  })
  gone.catch(() => {})
  return {
    pid: child.pid,
    stray,
    stderr,
    notify: (method, params = {}) => void send({ method, params }),
    async ask(method, params = {}) {
      const key = ++id
      const answer = new Promise<Record<string, unknown>>((resolve) => waiting.set(key, resolve))
      send({ id: key, method, params })
      const message = await limited(Promise.race([answer, gone]), start.timeoutMs ?? 60_000, `${method}: no answer\n${stderr()}`)
      if (message.error) throw new Error(`${method}: ${JSON.stringify(message.error)}`)
      return message.result as Record<string, unknown>
    },
    async end() {
      child.stdin.end()
      const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
      const code = await ended
      clearTimeout(timer)
      return { code }
    },
  }
}

function take(line: string, child: Child, waiting: Waiting, stray: string[]): void {
  let message: Record<string, unknown>
  try {
    message = JSON.parse(line)
  } catch {
    stray.push(line)
    return
  }
  // A server may ask too (roots, ping): an empty answer is an answer.
  if (message.method !== undefined && message.id !== undefined)
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: {} })}\n`)
  else if (typeof message.id === 'number') waiting.get(message.id)?.(message)
}

async function limited<T>(promise: Promise<T>, timeoutMs: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), timeoutMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Handshake, list of tools, end: what a client does with an entry before a model sees it. */
export async function greet(start: ServerStart): Promise<ServerAnswer> {
  const server = session(start)
  try {
    const hello = await server.ask('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'claude-ai', version: '0.1.0' },
    })
    server.notify('notifications/initialized')
    const { tools } = await server.ask('tools/list')
    const { code } = await server.end()
    return {
      ...(hello as Pick<ServerAnswer, 'serverInfo' | 'protocolVersion'>),
      tools: tools as ServerAnswer['tools'],
      stray: server.stray,
      stderr: server.stderr(),
      code,
    }
  } finally {
    await server.end()
  }
}
