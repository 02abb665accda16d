import { readQuickly } from './cli/quick.ts'
import { run } from './commands/serve.ts'
import { serve } from './cli/specs/serve.ts'
import type { Context } from './context.ts'
import type { ExitCode } from './errors.ts'
import { nodeSystem } from './system/node.ts'
import { typedHere } from './system/typed-as.ts'
import { createIo } from './ui/io.ts'
import { noPaint } from './ui/paint.ts'
import { silentPrompt } from './ui/prompt.ts'

/**
 * The bridge's own way in: every program that has an entry of ours waits for this start. The build makes it one file
 * of its own, with nothing in it that only other commands need; reading a file and the parser of the command line would
 * take a fifth of the start. Null: the line is not so plain, nothing was done, and the full command line explains.
 */
export async function serveQuickly(argv: readonly string[], signal: AbortSignal): Promise<ExitCode | null> {
  const read = readQuickly(serve, argv)
  if (read === null) return null
  const streams = { stdout: process.stdout, stderr: process.stderr, paint: noPaint }
  const io = createIo({ ...streams, asJson: false, quiet: false, verbose: false, typed: typedHere })
  try {
    const context: Context = {
      system: nodeSystem(),
      io,
      prompt: silentPrompt('The bridge asks nothing'),
      options: read.common,
      signal,
      command: 'serve',
      commands: [serve],
      argv,
    }
    return await run(context, [], read.options)
  } catch (error) {
    const { reportFailure } = await import('./cli/report.ts')
    return reportFailure(io, 'serve', error)
  }
}
