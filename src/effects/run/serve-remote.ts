import { EXIT, type ExitCode } from '../../errors.ts'
import type { Remote } from '../../model/entry.ts'
import { failureOf } from './failure.ts'
import { type Fetch, fetchBy, type ProxySettings } from './http.ts'
import { leave } from './child.ts'
import { LineReader, textLine } from '../../core/rpc/line-reader.ts'
import { Relay } from './relay.ts'
import { openRemote } from './remote.ts'
import { ENDING, takeSignals } from './signals.ts'
import { withoutHidden } from '../../model/hidden.ts'

export interface RemoteServer {
  readonly server: string
  /** Holds the keys themselves; nothing of it is ever printed. */
  readonly remote: Remote
  /** Names of the keys it uses, for the words of a refusal. */
  readonly keys: readonly string[]
  readonly proxySettings: ProxySettings
  /** It is reached by a login of ours. */
  readonly login?: boolean
  /** Replaces keys by dots. */
  mask(text: string): string
}

/** Relays between this process's standard streams and a remote server until one of the ends is gone. */
export async function serveRemote(
  { server, remote, keys, login, proxySettings, mask }: RemoteServer,
  fetch: Fetch = fetchBy(proxySettings),
): Promise<ExitCode> {
  const end = await openRemote(remote, fetch)
  const code = await new Promise<ExitCode>((ended) => {
    const relay = new Relay({
      remote: end,
      write: (message) => process.stdout.write(`${JSON.stringify(message)}\n`),
      judge: (error) => {
        const failure = failureOf(error, { server, url: remote.url, keys, transport: remote.transport ?? null, login: login === true })
        const masked = { ...failure, words: mask(failure.words) }
        process.stderr.write(withoutHidden(`mcp-twin: ${masked.words}\n`))
        return masked
      },
      ended,
    })
    const stop = () => ended(EXIT.ok)
    takeSignals(stop, ENDING)
    process.stdout.on('error', stop)
    const line = textLine((text) => relay.line(text))
    const reader = new LineReader({ line, exceeded: (head) => relay.tooLong(head) })
    process.stdin.on('data', (chunk: Buffer) => reader.push(chunk))
    process.stdin.once('end', () => relay.finish())
    process.stdin.once('error', stop)
  })
  await end.close()
  return leave(code)
}
