import { KiB, MiB, seconds } from '../base/units.ts'

/** Every bound of plugins: bytes unless the name says otherwise, times in ms. */
export const pluginLimits = {
  /** A plugin's file, one message to or from its process, and the arguments of one call. */
  file: 1 * MiB,
  message: 8 * MiB,
  arguments: 4 * MiB,
  /** How long a plugin may take to load, to answer a call, and to answer a ping, which shows that its event loop runs. */
  loadMs: 5 * seconds,
  callMs: 30 * seconds,
  pingMs: 2 * seconds,
  /** How long the process of a plugin lives without a call. */
  idleMs: 60 * seconds,
  /** JavaScript's heap of a plugin, and all memory of its process but shared libraries. */
  heap: 256 * MiB,
  memory: 512 * MiB,
  /** How much output of one process of a plugin is logged, and how much it may print before it is ended. */
  logged: 64 * KiB,
  printed: 64 * MiB,
  /** How many messages that nobody waits for its process may send. */
  strays: 1000,
  /** Characters of a plugin's own reason why it does not load. */
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
