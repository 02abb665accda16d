import { randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { isObject } from '../../core/object.ts'
import { limits } from '../base/limits.ts'
import { codeOf } from '../base/refusal.ts'
import { type Answerer, LeaseChannel } from './channel.ts'

/** Where the holder of a generation listens, as `bridge/run/holder.json` says it to processes of the same user. */
export interface HolderFile {
  readonly generation: number
  readonly socket: string
  /** Sent first by who connects. */
  readonly secret: string
}

/** Node cuts a longer path of a local socket without a word (107 bytes on Linux, 103 on macOS). */
const longestPath = 100
const temporaryName = 'mcp-twin-lease-'

/** A path for a new socket, in a folder for its owner alone; on Windows a pipe of random name. */
function socketPath(run: string, platform: NodeJS.Platform): string {
  const name = randomBytes(8).toString('hex')
  if (platform === 'win32') return `\\\\.\\pipe\\mcp-twin-${name}`
  mkdirSync(run, { recursive: true, mode: 0o700 })
  const path = join(run, `${name}.sock`)
  return Buffer.byteLength(path) <= longestPath ? path : join(mkdtempSync(join(tmpdir(), temporaryName)), 's')
}

/** The socket of one process that holds, or tries to hold, the lease. Keeps no process alive. */
export class Endpoint {
  readonly socket: string
  readonly secret = randomBytes(24).toString('hex')
  private readonly server: Server
  private readonly connections = new Set<Socket>()

  /** Listens; rejects where no socket can be had. `greeting` is the line that a process gets which knows the secret, `answer` answers its requests. */
  static async open(run: string, platform: NodeJS.Platform, greeting: () => string, answer: Answerer): Promise<Endpoint> {
    const endpoint = new Endpoint(socketPath(run, platform), greeting, answer)
    await new Promise<void>((resolve, reject) => endpoint.server.once('error', reject).listen(endpoint.socket, resolve))
    endpoint.server.on('error', () => undefined)
    if (platform !== 'win32') chmodSync(endpoint.socket, 0o600)
    return endpoint
  }

  private constructor(socket: string, greeting: () => string, answer: Answerer) {
    this.socket = socket
    this.server = createServer((connection) => this.welcome(connection, greeting, answer)).unref()
  }

  /** Writes `holder.json`, and removes sockets that killed holders left. */
  announce(run: string, generation: number): void {
    const before = temporaryFolder(readHolder(run)?.socket ?? '')
    if (before !== null && before !== temporaryFolder(this.socket)) rmSync(before, { recursive: true, force: true })
    mkdirSync(run, { recursive: true, mode: 0o700 })
    const file: HolderFile = { generation, socket: this.socket, secret: this.secret }
    const beside = join(run, `holder.${randomBytes(4).toString('hex')}`)
    writeFileSync(beside, `${JSON.stringify(file)}\n`, { mode: 0o600 })
    renameSync(beside, join(run, 'holder.json'))
  }

  close(): void {
    for (const each of this.connections) each.destroy()
    this.server.close()
    const folder = temporaryFolder(this.socket)
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  }

  private welcome(connection: Socket, greeting: () => string, answer: Answerer): void {
    connection.unref().on('error', () => undefined)
    this.connections.add(connection)
    connection.on('close', () => this.connections.delete(connection))
    const late = setTimeout(() => connection.destroy(), limits.leaseAnswerMs).unref()
    firstLine(connection, (line) => {
      clearTimeout(late)
      const [given, own] = [Buffer.from(line), Buffer.from(this.secret)]
      if (given.length !== own.length || !timingSafeEqual(given, own)) return void connection.destroy()
      connection.write(`${greeting()}\n`)
      new LeaseChannel(connection, answer)
    })
  }
}

/** The temporary folder that was made for a socket; null for any other path. */
function temporaryFolder(socket: string): string | null {
  const folder = dirname(resolve(socket))
  return dirname(folder) === resolve(tmpdir()) && basename(folder).startsWith(temporaryName) ? folder : null
}

/** What `holder.json` says; null where there is none that can be used. */
export function readHolder(run: string): HolderFile | null {
  try {
    const file: unknown = JSON.parse(readFileSync(join(run, 'holder.json'), 'utf8'))
    if (!isObject(file)) return null
    const { generation, socket, secret } = file
    return typeof generation === 'number' && typeof socket === 'string' && typeof secret === 'string'
      ? { generation, socket, secret }
      : null
  } catch (error) {
    if (codeOf(error) === '' && !(error instanceof SyntaxError)) throw error
    return null
  }
}

/** Removes the sockets of processes that were killed. Only the holder does, and its own stays. */
export function removeSockets(run: string, own: string): void {
  for (const name of readdirSync(run)) if (name.endsWith('.sock') && join(run, name) !== own) rmSync(join(run, name), { force: true })
}

/** Connects to a holder; null where nobody answers in time. */
export function joinHolder(file: HolderFile): Promise<LeaseChannel | null> {
  return new Promise((resolve) => {
    const socket = connect(file.socket).unref()
    const late = setTimeout(() => socket.destroy(), limits.leaseAnswerMs).unref()
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(null))
    firstLine(socket, () => {
      clearTimeout(late)
      resolve(new LeaseChannel(socket, null))
    })
    socket.write(`${file.secret}\n`)
  })
}

const longestLine = 200

/** Hands over the first line; a connection that sends a longer one is cut. */
function firstLine(socket: Socket, take: (line: string) => void): void {
  let text = ''
  const read = (chunk: Buffer) => {
    text += chunk.toString('latin1')
    const end = text.indexOf('\n')
    if (end < 0 && text.length <= longestLine) return
    socket.off('data', read)
    if (end < 0 || end > longestLine) socket.destroy()
    else take(text.slice(0, end))
  }
  socket.on('data', read)
}
