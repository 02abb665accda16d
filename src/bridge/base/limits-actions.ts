import { KiB, MiB, minutes, seconds } from './units.ts'

/** The bounds of actions and triggers: a part of `limits`. */
export const actionLimits = {
  /** `actionsQueued` may wait at the same time, `actionsKept` stay readable, `actionsListed` are in one answer, at most `actionsListedMost`. */
  actionsQueued: 10_000,
  /** Bytes of the params and results of all that wait. Checked for params longer than `actionShown`: the number bounds short ones. */
  actionsQueuedBytes: 64 * MiB,
  /** Actions that wait for a person: nobody decides about more, and each may hold a long text. */
  actionsUndecided: 200,
  actionsKept: 10_000,
  actionsListed: 50,
  actionsListedMost: 1000,
  actionText: 1 * MiB,
  actionFiles: 100,
  /** The time after which an action that nobody has started expires. */
  actionMs: 7 * 24 * 60 * minutes,
  /** How long the runner waits for an action; after that nobody knows whether it happened. */
  actionRunMs: 60 * seconds,
  /** How often the runner checks that the processes which work on actions still live, and tries again what failed. */
  actionLookMs: 1 * seconds,
  /** Lists and session_state.json leave out params and results that are longer as JSON. */
  actionShown: 4 * KiB,

  /** A trigger: the bytes of its file, the length of its nonce, how far its timestamp may be from now, and how long a file may stay half-written. */
  triggerBytes: 64 * KiB,
  nonceCharacters: 200,
  triggerAgeMs: 5 * minutes,
  triggerTornMs: 1 * seconds,
  /** Triggers that are taken up in one transaction, and how often the folder is scanned without an event of its watcher. */
  triggersAtOnce: 200,
  triggerLookMs: 1500,
  triggersRefused: 500,
  /** session_state.json: signed actions in it, its size, how often it is written, and how long it shows what has ended. */
  stateActions: 100,
  stateBytes: 8 * MiB,
  stateEveryMs: 100,
  stateEndedMs: 10 * minutes,
} as const
