import type { PipedServer } from '../../src/effects/run/piped.ts'
import type { JsonObject } from '../../src/model/entry.ts'

/** How a server answers a message by itself; null: not at all. */
type Answer = (message: JsonObject) => JsonObject | null

/** A server behind pipes that are none: `sent` is what it gets, `say` what it sends. */
export function pipedServer(answer: Answer = () => null) {
  let say: (message: JsonObject) => void = () => undefined
  let unread = 0
  let stopped = 0
  const sent: JsonObject[] = []
  const piped: PipedServer = {
    send(message) {
      sent.push(message)
      const result = answer(message)
      if (message.id !== undefined && result !== null) queueMicrotask(() => say({ jsonrpc: '2.0', id: message.id ?? null, ...result }))
    },
    onMessage(listener) {
      say = listener
    },
    onOutput: () => undefined,
    onStderr: () => undefined,
    onEnd: () => undefined,
    stderr: () => '',
    noise: () => undefined,
    unread: () => unread,
    stop: async () => void stopped++,
  }
  return {
    ...{ piped, sent },
    say: (message: JsonObject) => say(message),
    /** From now on it leaves so many bytes unread. */
    ignore: (bytes: number) => {
      unread = bytes
    },
    stopped: () => stopped,
  }
}
