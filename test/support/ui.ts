import { spawn } from 'node:child_process'
import { request } from 'node:http'
import { onTestFinished } from 'vitest'
import { cliPath, killWithStreams } from './cli.ts'
import { nodePath } from './machine.ts'
import type { Scratch } from './scratch.ts'

/** What the server of a page answered. */
export interface UiAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests are about
  readonly json: any
}

export interface UiAsked {
  readonly method?: string
  readonly headers?: Record<string, string | readonly string[]>
  readonly body?: unknown
  /** Sent as it is. */
  readonly raw?: string
}

/** A request to 127.0.0.1, with exactly these headers. */
export function ask(port: number, path: string, { method, headers = {}, body, raw }: UiAsked = {}): Promise<UiAnswer> {
  const text = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  const how = method ?? (text === undefined ? 'GET' : 'POST')
  const all: Record<string, string | readonly string[]> = {
    host: `127.0.0.1:${port}`,
    ...(text !== undefined && { 'content-type': 'application/json' }),
    ...headers,
  }
  return new Promise((resolve, reject) => {
    // As names and values in turn, a header may be sent twice.
    const pairs = Object.entries({ ...all, ...(text !== undefined && { 'content-length': String(Buffer.byteLength(text)) }) })
    const flat = pairs.flatMap(([name, value]) => [value].flat().flatMap((each) => [name, each]))
    const asked = request({ host: '127.0.0.1', port, path, method: how, headers: flat, setHost: false, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const said = Buffer.concat(chunks).toString()
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: said,
          get json() {
            return JSON.parse(said)
          },
        })
      })
    })
    asked.on('error', reject)
    asked.end(text)
  })
}

/** `mcp-twin ui` of a home, without a terminal; ended with the test. `--open` among its arguments: it opens its link. */
export interface Ui {
  readonly port: number
  readonly url: string
  readonly ticket: string
  readonly pid: number
  /** Changes the ticket of the link for a session. */
  enter(): Promise<string>
  get(path: string, session: string): Promise<UiAnswer>
  post(path: string, session: string, body: unknown): Promise<UiAnswer>
  /** All that it said so far. */
  said(): string
  /** Ends it by a signal, or waits for its end. */
  ended(signal?: NodeJS.Signals): Promise<number | null>
}

export async function ui(place: Pick<Scratch, 'home' | 'env'>, args: readonly string[] = []): Promise<Ui> {
  const child = spawn(
    nodePath,
    [cliPath, 'ui', ...(args.includes('--open') ? [] : ['--no-open']), ...args.filter((word) => word !== '--open')],
    {
      cwd: place.home,
      env: place.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  onTestFinished(() => killWithStreams(child))
  let said = ''
  const over = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)))
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString()
      const [found] = /http:\/\/127\.0\.0\.1:\d+\/#mtu_[\w-]{43}/.exec(said) ?? []
      if (found !== undefined) resolve(found)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void over.then((code) => reject(new Error(`it ended with ${code}: ${said}`)))
  })
  const port = Number(new URL(url).port)
  const ticket = new URL(url).hash.slice(1)
  const mine = (session: string) => ({ authorization: `Bearer ${session}` })
  return {
    ...{ port, url, ticket, pid: child.pid ?? 0 },
    enter: async () => (await ask(port, '/api/enter', { body: { ticket } })).json.session,
    get: (path, session) => ask(port, path, { headers: mine(session) }),
    post: (path, session, body) => ask(port, path, { headers: mine(session), body }),
    said: () => said,
    ended(signal) {
      if (signal !== undefined) child.kill(signal)
      return over
    },
  }
}
