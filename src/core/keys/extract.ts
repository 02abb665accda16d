import { Secret } from '../../model/secret.ts'
import { fillTemplates, templateRanges } from './template.ts'
import { type SecretNames, secretName, secretNames } from './naming.ts'
import { inAddress, inArgument, inHeader, inLine, inVariable, type KeySpan } from './spans.ts'

/** The texts of a server, or of an entry: whatever of them is there. */
export interface Texts {
  readonly command?: string | undefined
  readonly args?: readonly string[] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly url?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly settings?: Readonly<Record<string, unknown>> | undefined
}

interface Extracted<T> {
  /** The same server with `${secret:NAME}` in the place of its keys. */
  readonly server: T
  /** Keys that were found, each once. */
  readonly secrets: readonly { readonly name: string; readonly value: Secret<string> }[]
}

interface ExtractOptions {
  /** Its name, which goes into the name of a key that has none of its own. */
  readonly server?: string
  /** Handed-out names, where several servers are read in one go. */
  readonly names?: SecretNames
}

/** The text that an escaped one stands for; real templates stay. */
const unescaped = (text: string): string => fillTemplates(text, (kind, name) => `\${${kind}:${name}}`)

/** Spans that cut into an escaped template take in all of it; one that touches a real template is no key. */
const whole = (text: string, spans: readonly KeySpan[]): KeySpan[] =>
  spans.flatMap((span) => {
    const touched = templateRanges(text).filter(({ start, end }) => start < span.end && end > span.start)
    if (touched.some((each) => !each.escaped)) return []
    return [
      {
        ...span,
        start: Math.min(span.start, ...touched.map((each) => each.start)),
        end: Math.max(span.end, ...touched.map((each) => each.end)),
      },
    ]
  })

/** Dollars directly before a template would be read as a part of it, so they are written twice. */
const beforeTemplate = (text: string): string => text.replace(/\$+$/, (dollars) => dollars + dollars)

/** Takes the keys out of a server of the manifest: each goes into the store, and a reference replaces it. */
export function extractKeys<T extends Texts>(server: T, options: ExtractOptions = {}): Extracted<T> {
  const names = options.names ?? secretNames()
  const found = new Map<string, string>()
  const replace = (text: string, spans: readonly KeySpan[]): string => {
    let out = ''
    let at = 0
    for (const { start, end, label, named } of whole(text, spans).sort((a, b) => a.start - b.start)) {
      if (start < at) continue
      const value = unescaped(text.slice(start, end))
      const name = names.take(secretName(label, named, options.server ?? ''), value)
      found.set(name, value)
      out += `${beforeTemplate(text.slice(at, start))}\${secret:${name}}`
      at = end
    }
    return out + text.slice(at)
  }
  const each = (texts: Readonly<Record<string, string>>, spans: (name: string, value: string) => KeySpan[]): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, replace(value, spans(name, value))]))
  const setting = (name: string, value: unknown): unknown => (typeof value === 'string' ? replace(value, inVariable(name, value)) : value)
  const { command, args, env, url, headers, settings } = server
  const cleaned = {
    ...server,
    ...(command === undefined ? {} : { command: replace(command, inLine(command)) }),
    ...(env === undefined ? {} : { env: each(env, inVariable) }),
    ...(headers === undefined ? {} : { headers: each(headers, inHeader) }),
    ...(args === undefined ? {} : { args: args.map((word, at) => replace(word, inArgument(word, args[at - 1]))) }),
    ...(url === undefined ? {} : { url: replace(url, inAddress(url)) }),
    ...(settings === undefined
      ? {}
      : { settings: Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, setting(name, value)])) }),
  }
  return { server: cleaned, secrets: [...found].map(([name, value]) => ({ name, value: new Secret(value) })) }
}
