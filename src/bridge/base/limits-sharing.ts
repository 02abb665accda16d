import { KiB, MiB, minutes, seconds } from './units.ts'

/** Bounds of requests between bridges, and of the tools of shared servers and plugins; part of `limits`. */
export const sharingLimits = {
  /** How long a call waits until the holder of the lease is known: two holders in a row may not answer. */
  leaseWaitMs: 12 * seconds,
  /** Between two bridges: the size of a message, how much one may leave unread, its requests under way, and how often the other is pinged. */
  channelLine: 36 * MiB,
  channelUnread: 64 * MiB,
  channelRequests: 256,
  channelPingMs: 1 * seconds,

  /** The answer of a tool of a shared server or plugin, in bytes of JSON. */
  foreignResult: 4 * MiB,
  /** A call of a shared server's tool, including the server's start; its client gets an answer a little later in any case. */
  sharedCallMs: 49 * seconds,
  sharedAnswerMs: 50 * seconds,
  sharedStartMs: 30 * seconds,
  /** How much a shared server may send within `sharedOutputMs`; one that sends more is ended. */
  sharedOutput: 128 * MiB,
  sharedOutputMs: 10 * seconds,
  /** How much a shared server may leave unread of what we send to it; one that leaves more is ended. */
  sharedUnread: 64 * MiB,
  /** Progress of a call of a shared server: the length to which each message is cut, and the shortest time between two messages. */
  sharedProgressCharacters: 1000,
  sharedProgressMs: 100,
  /** Results of shared servers: how long and how many bytes are kept, how much of long arguments and of a text, and how many are shown. */
  searchesKeptMs: 30 * 24 * 60 * minutes,
  searchesKept: 200 * MiB,
  searchArguments: 64 * KiB,
  searchHead: 2000,
  searchesShown: 50,
} as const
