import type { Entry } from '../../model/entry.ts'
import { hasKnownPrefix, isKey, isStandIn, looksLikeToken } from './judge.ts'

/** The place of a key in a text, and what it would be called there (`api-key`, `TAVILY_API_KEY`). */
export interface KeySpan {
  readonly start: number
  readonly end: number
  readonly label: string
  /** The label is a name of its own, as a variable's is; else it says only what kind of key it is. */
  readonly named: boolean
}

const span = (text: string, part: string, label: string, from = 0, named = false): KeySpan[] => {
  const start = text.indexOf(part, from)
  return start < 0 || part === '' ? [] : [{ start, end: start + part.length, label, named }]
}

const shifted = (spans: readonly KeySpan[], by: number): KeySpan[] =>
  spans.map((each) => ({ ...each, start: each.start + by, end: each.end + by }))

/** The value of a variable: all of it, since a key set once under that name is what a person expects. */
export function inVariable(name: string, value: string): KeySpan[] {
  const found = isKey(name, value) !== null || inAddress(value).length > 0 || (/^\s*[{[]/.test(value) && inJson(value).length > 0)
  return found ? [{ start: 0, end: value.length, label: name, named: true }] : []
}

/** The value of a header, behind the scheme. */
export function inHeader(name: string, value: string): KeySpan[] {
  const scheme = /^\s*(?:[A-Za-z-]*bearer|basic|token|apikey|api-key|key)\s+(?=\S)/i.exec(value)?.[0] ?? ''
  const rest = value.slice(scheme.length)
  const judged = isKey(name, rest) ?? (/^(?:proxy-)?authorization$|^cookie$/i.test(name) && !isStandIn(name, rest) ? 'name' : null)
  if (judged === null) return []
  const named = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(name)
  return [
    {
      start: scheme.length,
      end: scheme.length + rest.trimEnd().length,
      label: /authorization$/i.test(name) ? 'token' : name.replace(/^x-/i, ''),
      named,
    },
  ]
}

const keyParameters =
  /^(?:api[-_]?key|apikey|key|token|access[-_]?token|auth|auth[-_]?token|secret|password|pwd|sig|signature|code|pat|session)$/i

/** Keys in an address: the password, key-like parameters, and path parts as long and mixed as keys are. */
export function inAddress(text: string): KeySpan[] {
  const parts = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^\s/@]*)@)?([^\s/?#]*)([^\s?#]*)(?:\?([^\s#]*))?/i.exec(text)
  if (parts === null) return []
  const [, scheme = '', user, host = '', path = '', query = ''] = parts
  const found: KeySpan[] = []
  const password = user?.includes(':') ? user.slice(user.indexOf(':') + 1) : (user ?? '')
  if (password !== '' && !isStandIn('password', password) && (user?.includes(':') || looksLikeToken(password)))
    found.push(...span(text, password, 'password', scheme.length + (user?.indexOf(':') ?? -1) + 1))
  let at = scheme.length + (user === undefined ? 0 : user.length + 1) + host.length
  for (const part of path.split('/')) {
    const isLong = part.length >= 20 && looksLikeToken(part)
    if ((isLong || hasKnownPrefix(part)) && !isStandIn('key', part) && /^https?:/i.test(scheme))
      found.push({ start: at, end: at + part.length, label: 'url key', named: false })
    at += part.length + 1
  }
  let from = text.indexOf('?') + 1
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', value = ''] = pair.includes('=') ? [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] : ['', '']
    const judged = hasKnownPrefix(value) || (keyParameters.test(name) && value.length >= 8) || isKey(name, value) !== null
    if (value !== '' && judged && !isStandIn(name, value)) found.push(...span(text, value, name, from + name.length + 1))
    from += pair.length + 1
  }
  return found
}

/** Keys in JSON in an argument, as `--config` takes it. Where a value is escaped, the whole text is the key. */
function inJson(text: string): KeySpan[] {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
  if (typeof value === 'string') return inJson(value).length > 0 ? [{ start: 0, end: text.length, label: 'config', named: false }] : []
  const found: KeySpan[] = []
  let whole = false
  const walk = (each: unknown): void => {
    if (typeof each !== 'object' || each === null) return
    for (const [name, inner] of Object.entries(each)) {
      if (typeof inner !== 'string') walk(inner)
      else if (isKey(name, inner) !== null || inAddress(inner).length > 0) {
        const written = JSON.stringify(inner)
        if (text.includes(written) && written.slice(1, -1) === inner) found.push(...span(text, inner, name, text.indexOf(written)))
        else whole = true
      }
    }
  }
  walk(value)
  return whole ? [{ start: 0, end: text.length, label: 'config', named: false }] : found
}

const keyFlags =
  /^(?:key|token|auth|pat|secret|password|pass|pwd|api-?key|apikey|access-?token|bearer|dsn)$|(?:api-?key|token|secret|password|access-?key)$/i
const flagName = (word: string): string | null => /^--?([A-Za-z][\w.-]*)$/.exec(word)?.[1] ?? null
const isFlagKey = (name: string, value: string): boolean =>
  !isStandIn(name, value) &&
  (isKey(name, value) !== null ||
    (keyFlags.test(name) &&
      /^\S{6,}$/.test(value) &&
      !/^(?:https?:|[./~]|[A-Za-z]:[\\/])/i.test(value) &&
      !/^(?:true|false|none|\d+)$/i.test(value)))

/** Keys in a command line that is one text: what `sh -c` gets, or a whole line in `command`. */
export function inLine(line: string): KeySpan[] {
  const pieces = [...line.matchAll(/[^\s"']+/g)].map((found) => ({ text: found[0], at: found.index }))
  return pieces.flatMap(({ text, at }, nth) => {
    const before = pieces[nth - 1]?.text
    if (/^(?:bearer|basic)$/i.test(before ?? '') && looksLikeToken(text))
      return [{ start: at, end: at + text.length, label: 'token', named: false }]
    return shifted(inWord(text, before), at)
  })
}

/** Keys in one argument of a command line; `before` is the one in front of it. */
export function inArgument(word: string, before: string | undefined): KeySpan[] {
  const found = inWord(word, before)
  return found.length > 0 || !/\s/.test(word) ? found : inLine(word)
}

function inWord(word: string, before: string | undefined): KeySpan[] {
  const flag = flagName(before ?? '')
  if (flag !== null && /^(?:H|header)$/.test(flag)) return inHeaderLine(word)
  const assigned = /^(--?[A-Za-z][\w.-]*=)?(?:([A-Za-z_]\w*)=)?([\s\S]*)$/.exec(word)
  const [, option = '', name, rest = ''] = assigned ?? []
  const optionName = option.replace(/^--?/, '').slice(0, -1)
  if (option !== '' && optionName === 'header') return shifted(inHeaderLine(word.slice(option.length)), option.length)
  if (name !== undefined && !/^https?$/i.test(name)) {
    const judged = shifted(inVariable(name, rest), word.length - rest.length)
    if (judged.length > 0) return judged
  }
  const value = word.slice(option.length)
  if (option !== '' && !value.includes('://') && isFlagKey(optionName, value))
    return [{ start: option.length, end: word.length, label: optionName, named: false }]
  const address = shifted(inAddress(value), option.length)
  if (address.length > 0) return address
  if (/^\s*["{[]/.test(value)) return shifted(inJson(value), option.length)
  if (flag !== null && option === '' && !value.includes('://') && isFlagKey(flag, value))
    return [{ start: 0, end: word.length, label: flag, named: false }]
  return hasKnownPrefix(value) && !isStandIn('key', value) ? [{ start: option.length, end: word.length, label: 'key', named: false }] : []
}

function inHeaderLine(line: string): KeySpan[] {
  const [whole, name] = /^\s*([\w-]+)\s*[:=]\s*/.exec(line) ?? []
  return whole === undefined || name === undefined ? [] : shifted(inHeader(name, line.slice(whole.length)), whole.length)
}

/** Shown in place of a key. */
export const DOTS = '••••••••'

/** A text with dots in place of the keys in it. */
export function hidden(text: string, spans: readonly KeySpan[]): string {
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
