import type { Entry } from '../../model/entry.ts'
import { inAddress, inArgument, inLine, type KeySpan } from './spans.ts'

const DOTS = '••••••••'

function hidden(text: string, spans: readonly KeySpan[]): string {
  let out = ''
  let at = 0
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start < at) continue
    out += `${text.slice(at, start)}${DOTS}`
    at = end
  }
  return out + text.slice(at)
}

const dotted = (texts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.keys(texts).map((name) => [name, DOTS]))

/**
 * An entry fit to be shown when it is not ours: every variable and header as dots, since nobody knows what they are
 * to their owner, and what looks like a key in arguments and addresses too.
 */
export const maskEntry = (entry: Entry): Entry =>
  entry.kind === 'stdio'
    ? {
        ...entry,
        command: hidden(entry.command, inLine(entry.command)),
        args: entry.args.map((word, at) => hidden(word, inArgument(word, entry.args[at - 1]))),
        env: dotted(entry.env),
      }
    : { ...entry, url: hidden(entry.url, inAddress(entry.url)), headers: dotted(entry.headers) }
