const KiB = 1024
const MiB = 1024 * KiB
const seconds = 1000

/** Every bound of plugins: bytes unless the name says otherwise, times in ms. */
export const pluginLimits = {
  /** A plugin's file, one message to or from its process, and the arguments of one call. */
  file: 1 * MiB,
  message: 8 * MiB,
  arguments: 4 * MiB,
  /** How long a plugin may take to load and to answer a call; whether it still runs its event loop is asked for so long. */
  loadMs: 5 * seconds,
  callMs: 30 * seconds,
  pingMs: 2 * seconds,
  /** After so long without a call the process of a plugin ends. */
  idleMs: 60 * seconds,
  /** JavaScript's heap of a plugin, and all memory of its process but shared libraries. */
  heap: 256 * MiB,
  memory: 512 * MiB,
  /** What one process of a plugin may print: so much is logged, and one that prints so much more is ended. */
  logged: 64 * KiB,
  printed: 64 * MiB,
  /** Messages of its process that nobody waits for. */
  strays: 1000,
  /** Characters of its own reason why it does not load. */
  reason: 1000,
  /** The last words of a plugin that are shown when it broke. */
  lastWords: 400,
  tools: 64,
  nameCharacters: 64,
  descriptionCharacters: 2000,
  /** The JSON Schema of one tool's parameters. */
  schema: 32 * KiB,
  schemaNesting: 24,
  patternCharacters: 500,
} as const
