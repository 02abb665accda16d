import { KiB, MiB, minutes, seconds } from './units.ts'

/** Bounds of requests between bridges, and of the tools of shared servers and plugins; part of `limits`. */
export const sharingLimits = {
  /** Time for a call to find the holder of the lease. Two holders in a row may not answer. */
  leaseWaitMs: 12 * seconds,
  /** Between two bridges: size of a message, unread bytes, requests under way, and how often each is pinged. */
  channelLine: 36 * MiB,
  channelUnread: 64 * MiB,
  channelRequests: 256,
  channelPingMs: 1 * seconds,

  /** The answer of a tool of a shared server or plugin, in bytes of JSON. */
  foreignResult: 4 * MiB,
  /** A call of a shared server's tool, including the server's start. Its client gets an answer a little later in any case. */
  sharedCallMs: 49 * seconds,
  sharedAnswerMs: 50 * seconds,
  sharedStartMs: 30 * seconds,
  /** Bytes that a shared server may send within `sharedOutputMs`. One that sends more is ended. */
  sharedOutput: 128 * MiB,
  sharedOutputMs: 10 * seconds,
  /** Bytes that a shared server may leave unread. One that leaves more is ended. */
  sharedUnread: 64 * MiB,
  /** Progress of a shared server's call: length of a message, and the shortest time between two. */
  sharedProgressCharacters: 1000,
  sharedProgressMs: 100,
  /** Results of shared servers: age, bytes, bytes of arguments, beginning of a text, and how many are shown. */
  searchesKeptMs: 30 * 24 * 60 * minutes,
  searchesKept: 200 * MiB,
  searchArguments: 64 * KiB,
  searchHead: 2000,
  searchesShown: 50,
} as const
