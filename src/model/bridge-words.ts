/**
 * Families of tools switch on and off as a whole: one that is off is not listed and costs no tokens. Tools of shared servers belong to
 * `shared`, those of plugins to `plugins`: `--tools files` offers neither.
 */
export const families = ['files', 'search', 'terminal', 'memory', 'handoff', 'actions', 'shared', 'plugins', 'bridge'] as const
export type Family = (typeof families)[number]

/** Whether and how commands may run: what allows more comes later. */
export const terminalModes = ['off', 'sandbox', 'on'] as const
export type TerminalMode = (typeof terminalModes)[number]

export const actionStatuses = ['pending', 'claimed', 'running', 'needs_user', 'done', 'failed', 'cancelled', 'expired'] as const
export type ActionStatus = (typeof actionStatuses)[number]

export const handoffStatuses = ['open', 'claimed', 'done', 'dropped'] as const
export type HandoffStatus = (typeof handoffStatuses)[number]
