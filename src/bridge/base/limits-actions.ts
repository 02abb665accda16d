import { KiB, MiB, minutes, seconds } from './units.ts'

/** The bounds of actions and triggers: a part of `limits`. */
export const actionLimits = {
  /** Actions that may wait at the same time, that stay readable, and that one answer lists, usually and at most. */
  actionsQueued: 10_000,
  /** Params and results of those that wait, looked at when one with params longer than `actionShown` comes: short ones are few enough. */
  actionsQueuedBytes: 64 * MiB,
  /** Of those that wait for a person: nobody decides more, and each may hold a long text. */
  actionsUndecided: 200,
  actionsKept: 10_000,
  actionsListed: 50,
  actionsListedMost: 1000,
  actionText: 1 * MiB,
  actionFiles: 100,
  /** An action that nobody began expires after so long. */
  actionMs: 7 * 24 * 60 * minutes,
  /** What the runner carries out may take so long; then nobody knows whether it happened. */
  actionRunMs: 60 * seconds,
  /** How often the runner looks whether those still live who work on an action, and tries again what failed. */
  actionLookMs: 1 * seconds,
  /** Params of a list or of session_state.json that are longer as JSON are left out. */
  actionShown: 4 * KiB,

  /** A trigger: its file, its nonce, how far its timestamp may be from now, and how long a torn one may be written to. */
  triggerBytes: 64 * KiB,
  nonceCharacters: 200,
  triggerAgeMs: 5 * minutes,
  triggerTornMs: 1 * seconds,
  /** Triggers that are taken up in one transaction, and how often the folder is looked at though nothing was heard of it. */
  triggersAtOnce: 200,
  triggerLookMs: 1500,
  triggersRefused: 500,
  /** session_state.json: signed actions in it, its size, how often it is written, and how long it shows what has ended. */
  stateActions: 100,
  stateBytes: 8 * MiB,
  stateEveryMs: 100,
  stateEndedMs: 10 * minutes,
} as const
