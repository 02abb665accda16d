import { exitCodes, exitCodeWords } from '../../src/cli/topics.ts'
import { page, table } from './markdown.ts'

/** docs/reference/exit-codes.md. */
export const exitCodesPage = (): string =>
  page('Exit codes', [
    exitCodeWords.before,
    table(
      ['code', 'when', 'what to do'],
      exitCodes.map(([code, ...words]) => [String(code), ...words]),
    ),
    exitCodeWords.after,
  ])
