const KiB = 1024
const MiB = 1024 * KiB
const seconds = 1000
const minutes = 60 * seconds

/** Bounds of what bridges do for each other and of tools that are not ours; part of `limits`. */
export const sharingLimits = {
  /** How long a call waits until it is known who holds the lease, which may take two holders that do not answer. */
  leaseWaitMs: 12 * seconds,
  /** A message between two bridges, what one of them has not read, requests of one under way, and how often the other is asked if it lives. */
  channelLine: 36 * MiB,
  channelUnread: 64 * MiB,
  channelRequests: 256,
  channelPingMs: 1 * seconds,

  /** The answer of a tool of a shared server or plugin, as JSON. */
  foreignResult: 4 * MiB,
  /** A call of a shared server's tool, whose start included; its client is answered in any case a little later. */
  sharedCallMs: 49 * seconds,
  sharedAnswerMs: 50 * seconds,
  sharedStartMs: 30 * seconds,
  /** What a shared server may send in so long a time; one that sends more is ended. */
  sharedOutput: 128 * MiB,
  sharedOutputMs: 10 * seconds,
  /** What may wait for a shared server, calls and answers to what it asks; one that reads so little is ended. */
  sharedUnread: 64 * MiB,
  /** What one call is told of a shared server's progress: of each message so much, and no two within so long a time. */
  sharedProgressCharacters: 1000,
  sharedProgressMs: 100,
  /** Results of shared servers that are kept, what is kept of long arguments, and how much of a text is searched and shown. */
  searchesKeptMs: 30 * 24 * 60 * minutes,
  searchesKept: 200 * MiB,
  searchArguments: 64 * KiB,
  searchHead: 2000,
  searchesShown: 50,
} as const
