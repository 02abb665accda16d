import { EXIT, type ExitCode } from '../errors.ts'

/** How a command ends that goes on until somebody stops it: Ctrl-C is a person's cancel, SIGTERM a service's proper end. */
export const endedBy = (signal: AbortSignal): ExitCode => (signal.reason === 'SIGTERM' ? EXIT.ok : EXIT.cancelled)
