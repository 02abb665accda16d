import { EXIT } from '../../src/errors.ts'
import { page, table } from './markdown.ts'

const meanings: Readonly<Record<keyof typeof EXIT, readonly [when: string, then: string]>> = {
  ok: ['it was done, or there was nothing to do', 'nothing'],
  failed: [
    'something failed that should not: a disk, a network, a file that cannot be written',
    'read the message; nothing is left half done',
  ],
  usage: [
    'the command line or the manifest is wrong, or an answer is needed and nobody can be asked',
    'correct it; the message names the flag or the line',
  ],
  attention: [
    'something needs you: a config differs (`sync --check`), doctor found an error, a part was refused',
    'the output names the command that fixes it',
  ],
  cancelled: ['you cancelled it, by Ctrl-C or by answering no', 'nothing; unfinished changes were rolled back'],
}

/** docs/reference/exit-codes.md. */
export const exitCodesPage = (): string =>
  page('Exit codes', [
    'One table for all commands. When several apply, the first of 130, 2, 1, 3 counts.',
    table(
      ['code', 'when', 'what to do'],
      (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [String(EXIT[name]), ...meanings[name]]),
    ),
    '`inbox --brief` always ends with 0, since a program runs it as a hook. `run` ends as its server does.',
  ])
