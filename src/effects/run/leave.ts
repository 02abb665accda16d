import type { ExitCode } from '../../errors.ts'

/** Leaves the process once everything written has gone out: sockets and pipes that are open would hold it otherwise. */
export const leave = (code: ExitCode): Promise<never> => new Promise(() => process.stdout.write('', () => process.exit(code)))
