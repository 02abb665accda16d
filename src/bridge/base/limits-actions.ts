import { KiB, MiB, minutes, seconds } from './units.ts'

/** The bounds of actions and triggers: a part of `limits`. */
export const actionLimits = {
  /** Actions that wait at the same time. */
  actionsQueued: 10_000,
  /** Bytes of params and results of waiting actions. Checked for params above `actionShown`: `actionsQueued` bounds short ones. */
  actionsQueuedBytes: 64 * MiB,
  /** Actions that wait for a person. Nobody decides about more, and each may hold a long text. */
  actionsUndecided: 200,
  /** Newer actions after which an ended one is removed. */
  actionsKept: 10_000,
  /** Actions in one answer: by default, and at most. */
  actionsListed: 50,
  actionsListedMost: 1000,
  actionText: 1 * MiB,
  actionFiles: 100,
  /** The time after which an action that nobody has started expires. */
  actionMs: 7 * 24 * 60 * minutes,
  /** Time for the runner to carry out an action. After that nobody knows whether it happened. */
  actionRunMs: 60 * seconds,
  /** How often the runner checks for dead processes, and retries what failed. */
  actionLookMs: 1 * seconds,
  /** How often actions between machines are looked at without a change, since the server may not have been reached. */
  errandLookMs: 15 * seconds,
  /** Lists and session_state.json leave out params and results whose JSON is longer. */
  actionShown: 4 * KiB,

  /** A trigger: bytes of its file, length of its nonce, age of its timestamp, and time to complete a half-written file. */
  triggerBytes: 64 * KiB,
  nonceCharacters: 200,
  triggerAgeMs: 5 * minutes,
  triggerTornMs: 1 * seconds,
  /** Triggers taken up in one transaction, and how often the folder is scanned without an event. */
  triggersAtOnce: 200,
  triggerLookMs: 1500,
  triggersRefused: 500,
  /** session_state.json: signed actions, size, how often it is written, and how long it shows ended actions. */
  stateActions: 100,
  stateBytes: 8 * MiB,
  stateEveryMs: 100,
  stateEndedMs: 10 * minutes,
} as const
