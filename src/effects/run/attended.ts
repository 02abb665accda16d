import { leave, type OwnLaunch, runInPlace } from './child.ts'
import { Junction } from './junction.ts'
import { isObject } from '../../core/object.ts'
import { discover, modernCapabilities } from '../../core/rpc/handshake.ts'
import { LineReader, textLine } from '../../core/rpc/line-reader.ts'
import { errorAnswer, idIn, NO_JSON } from '../../core/rpc/message.ts'
import { Requests } from '../../core/rpc/requests.ts'
import type { ServerName } from './own-answers.ts'
import { startPiped } from './piped.ts'
import { resolveProgram } from './program-path.ts'
import { WaitingRoom } from './waiting-room.ts'
import { EXIT, type ExitCode, TwinError } from '../../errors.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { withoutHidden } from '../../model/hidden.ts'

/** Time limit for the answer to `server/discover`, in ms; a server that knows it answers at once. */
const DISCOVER_MS = 5000

/**
 * Returns the capabilities of a server that supports 2026-07-28, or null. Asks with the client's own `_meta`, in a separate
 * process: older servers may exit at a request before `initialize`.
 */
async function capabilitiesOf(launch: OwnLaunch, { params }: JsonObject, signal: AbortSignal): Promise<JsonObject | null> {
  const program = resolveProgram(launch.command, launch.args, launch.env)
  if (program === null) return null
  const probe = startPiped({ ...program, env: launch.env, cwd: process.cwd() })
  let timer: NodeJS.Timeout | undefined
  try {
    const requests = new Requests((message) => probe.send(message))
    probe.onMessage((message) => requests.take(message))
    const meta = isObject(params) && isObject(params._meta) ? params._meta : {}
    const silence = new Promise<null>((resolve) => {
      const nothing = () => resolve(null)
      timer = setTimeout(nothing, DISCOVER_MS)
      signal.addEventListener('abort', nothing, { once: true })
      probe.onEnd(nothing)
    })
    const answer = await Promise.race([discover((method, asked) => requests.ask(method, asked), meta), silence])
    return answer === null ? null : modernCapabilities(answer)
  } finally {
    clearTimeout(timer)
    await probe.stop()
  }
}

const write = (text: string): void => void process.stdout.write(`${text}\n`)
const say = (words: string): void => void process.stderr.write(withoutHidden(`mcp-twin: ${words}\n`))

/** Calls `line` with each line of a stream. A line that is too long is answered with an error. */
function readLines(stream: NodeJS.ReadableStream, line: (text: string) => void): void {
  const reader = new LineReader({
    line: textLine(line),
    exceeded: (head) => write(JSON.stringify(errorAnswer(idIn(head), 'a message longer than 32 MiB was not passed on'))),
  })
  stream.on('data', (chunk: Buffer) => reader.push(chunk))
}

/** Returns the messages of a line: one, or several in an array (2025-03-26). Answers a line that is not JSON with an error. */
function messagesIn(text: string): JsonObject[] {
  try {
    const value: JsonValue = JSON.parse(text)
    return (Array.isArray(value) ? value : [value]).filter(isObject)
  } catch {
    write(JSON.stringify(errorAnswer(null, 'this line is not JSON', NO_JSON)))
    return []
  }
}

/** A client on our standard streams, before and after its server has started. */
export class Attended {
  private readonly server: ServerName
  private readonly launch: OwnLaunch
  private readonly room: WaitingRoom
  private junction: Junction | null = null
  private readonly gone = new AbortController()
  /** Called at the end of the client's input. */
  private atEnd = (): void => this.gone.abort()

  constructor(server: ServerName, launch: OwnLaunch) {
    this.server = server
    this.launch = launch
    this.room = new WaitingRoom(server, (message) => write(JSON.stringify(message)))
  }

  /** Answers the client during `install`, then connects it to the server. Returns only if no server was started. */
  async serve(install: (signal: AbortSignal) => Promise<void>, ended: AbortSignal): Promise<ExitCode> {
    const signal = AbortSignal.any([ended, this.gone.signal])
    readLines(process.stdin, (text) => this.line(text))
    for (const event of ['end', 'error']) process.stdin.once(event, () => this.atEnd())
    process.stdin.resume()
    try {
      await install(signal)
      await this.start(signal)
    } catch (error) {
      if (!(error instanceof TwinError)) throw error
      if (!signal.aborted) return this.refuse(error, signal)
    }
    return leave(ended.aborted ? EXIT.cancelled : EXIT.ok)
  }

  private line(text: string): void {
    if (this.junction?.joined) this.junction.fromClient(text)
    else for (const message of messagesIn(text)) this.room.take(message)
  }

  /** Never returns when the server was started. */
  private async start(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const { opening } = this.room
    const modern = opening?.era === 'modern' ? await capabilitiesOf(this.launch, opening.message, signal) : null
    if (signal.aborted) return
    await runInPlace(this.server.name, this.launch, (stdin, stdout) => {
      stdin.on('error', () => {})
      const junction = new Junction({
        ...{ server: this.server, room: this.room, toClient: write },
        toServer: (text) => stdin.write(`${text}\n`),
        refused: (words) => {
          say(`"${this.server.name}" cannot be used: ${words}`)
          this.room.fail(`"${this.server.name}" cannot be used: ${words}`, () => stdin.end())
        },
      })
      this.junction = junction
      this.atEnd = () => stdin.end()
      readLines(stdout, (text) => junction.fromServer(text))
      junction.begin(modern)
    })
  }

  /** Answers the client's next request to the server with the error. */
  private async refuse(error: TwinError, signal: AbortSignal): Promise<ExitCode> {
    say(error.message)
    if (error.hint !== undefined) process.stderr.write(withoutHidden(`  → ${error.hint}\n`))
    await new Promise<void>((told) => {
      signal.addEventListener('abort', () => told(), { once: true })
      this.room.fail(error.message, told)
    })
    return leave(EXIT.failed)
  }
}
