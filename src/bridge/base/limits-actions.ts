const KiB = 1024
const MiB = 1024 * KiB
const seconds = 1000
const minutes = 60 * seconds

/** The bounds of actions and triggers: a part of `limits`. */
export const actionLimits = {
  /** Actions that may wait at the same time, that stay readable, and that one answer lists, usually and at most. */
  actionsQueued: 10_000,
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
} as const
