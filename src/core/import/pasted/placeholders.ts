import type { ServerSpec } from '../../../model/manifest.ts'
import { isKeyName, isStandIn } from '../../keys/judge.ts'
import { secretName } from '../../keys/naming.ts'
import { references } from './splitter.ts'

/**
 * How sure a text must be to count as a placeholder. `pasted`: an example, in which an empty value waits to be filled in too.
 * `found`: in a config that works today, where an empty value or `test` may be meant.
 */
type Certainty = 'pasted' | 'found'

/** `${input:x}` is VS Code's way to ask for a value; everything else that is named elsewhere stays named. */
const namedElsewhere = (text: string, certainty: Certainty): boolean =>
  certainty === 'pasted'
    ? /\$\{(?!input:)|^\$\w|%\w+%|^op:|\{(?:env|secret|path|file):/.test(text)
    : /\$\{|^\$\w|%\w+%|^\w+:\/\/|\{env:/.test(text)

/** Words that a person also types on purpose: a password of a test database, a switched-off setting. */
const meant =
  /^(?:test|dummy|fake|demo|foo|bar|abc|none|null|undefined|value|string|default|password|secret|token|key|api|example|\d+|(.)\1{0,2})$/i

/** True if a text is only a placeholder for a key of this name. */
function holdsPlace(label: string, text: string, certainty: Certainty): boolean {
  if (!isKeyName(label) || namedElsewhere(text, certainty)) return false
  const bare = text.replace(/\$\{input:[^}]*\}/g, '')
  if (certainty === 'found' && (bare.trim() === '' || (meant.test(bare.trim()) && !/^x{3}$/i.test(bare.trim())))) return false
  return isStandIn(label, bare)
}

/** An example in the middle of a text, which says by itself that a key belongs there: `<api-key>`, `YOUR_TOKEN`, `{API_KEY}`. */
const inner = /<([A-Za-z][\w .-]*)>|\{([A-Z][A-Z0-9_]*)\}|\b((?:your|my|insert|enter|replace)[-_][\w-]+)/gi
const bareLabel = (text: string): string =>
  text.replace(/^(?:your|my|insert|enter|replace|the|with)[-_ ]+/gi, '').replace(/[-_ ]+here$/i, '')

/** The text with each example of a key in it replaced by a key of the store. */
const withInner = (text: string, server: string): string =>
  text.replace(inner, (whole, first?: string, second?: string, third?: string) => {
    const label = bareLabel(bareLabel(first ?? second ?? third ?? ''))
    return isKeyName(label) ? `\${secret:${secretName(label, false, server)}}` : whole
  })

/** `Authorization` and the like say nothing of what the key is for; `CONTEXT7_API_KEY` does. */
function headerKey(label: string, server: string): string {
  const own = /authorization$/i.test(label) ? 'token' : label.replace(/^x-/i, '')
  return secretName(own, /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/.test(label), server)
}

/** One argument: `--flag value`, `--flag=value`, `NAME=value` of docker, and examples inside a longer text. */
function argument(word: string, before: string, server: string, certainty: Certainty): string {
  const [, option = '', variable, text = ''] = /^(--?[A-Za-z][\w.-]*=)?(?:([A-Za-z_]\w*)=(?!=))?([\s\S]*)$/.exec(word) ?? []
  if (variable !== undefined && text !== '' && holdsPlace(variable, text, certainty))
    return `${word.slice(0, word.length - text.length)}\${secret:${secretName(variable, true, server)}}`
  const value = word.slice(option.length)
  const flag = option === '' ? /^--?([A-Za-z][\w.-]*)$/.exec(before)?.[1] : option.replace(/^--?|=$/g, '')
  if (flag !== undefined && value !== '' && !value.startsWith('-') && holdsPlace(flag, value, certainty))
    return `${option}\${secret:${secretName(flag, false, server)}}`
  return certainty === 'pasted' ? withInner(word, server) : word
}

/** The parameters of an address under the names of keys (`?api_key=YOUR_KEY`), and examples in its path. */
function address(url: string, server: string, certainty: Certainty): string {
  const asked = url.replace(/([?&])([^=&#]+)=([^&#]*)/g, (whole, lead: string, name: string, text: string) =>
    text !== '' && (isKeyName(name) || /key$/i.test(name)) && holdsPlace(isKeyName(name) ? name : 'key', text, certainty)
      ? `${lead}${name}=\${secret:${secretName(name, false, server)}}`
      : whole,
  )
  return certainty === 'pasted' ? withInner(asked, server) : asked
}

/** Puts the name of a key of the store where a text only holds its place, so that the key is asked for like any other. */
export function askForPlaceholders(server: ServerSpec, name: string, certainty: Certainty): ServerSpec {
  const env = Object.entries(server.env ?? {}).map(([label, text]) => [
    label,
    holdsPlace(label, text, certainty) ? `\${secret:${secretName(label, true, name)}}` : text,
  ])
  const headers = Object.entries(server.headers ?? {}).map(([label, text]) => {
    const scheme = /^\s*(?:[A-Za-z-]*bearer|basic|token)\s+/i.exec(text)?.[0] ?? ''
    return [label, holdsPlace(label, text.slice(scheme.length), certainty) ? `${scheme}\${secret:${headerKey(label, name)}}` : text]
  })
  const args = server.args?.map((word, at, all) => argument(word, all[at - 1] ?? '', name, certainty))
  return {
    ...server,
    ...(server.env === undefined ? {} : { env: Object.fromEntries(env) }),
    ...(server.headers === undefined ? {} : { headers: Object.fromEntries(headers) }),
    ...(args === undefined ? {} : { args }),
    ...(server.url === undefined ? {} : { url: address(server.url, name, certainty) }),
  }
}

/** Values of VS Code that are asked for when a server starts (`${input:id}`), and variables that a pasted line took from its shell. */
export function fillReferences(server: ServerSpec, name: string): ServerSpec {
  const fill = (text: string, label: string | null): string => {
    const whole = /^(?:\$\{input:([^}]+)\}|\ue000(\w+)\ue001)$/.exec(text)
    if (whole !== null && label !== null && (whole[1] !== undefined || isKeyName(label)))
      return `\${secret:${whole[2] ?? secretName(label, true, name)}}`
    return paths(text)
      .replace(/\$\{input:([^}]+)\}/g, (_, id: string) => `\${secret:${secretName(id, false, name)}}`)
      .replace(references, (_, variable: string) => (isKeyName(variable) ? `\${secret:${variable}}` : `\${env:${variable}}`))
  }
  const each = (texts: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(texts).map(([label, text]) => [label, fill(text, label)]))
  return {
    ...server,
    ...(server.command === undefined ? {} : { command: fill(server.command, null) }),
    ...(server.url === undefined ? {} : { url: fill(server.url, null) }),
    ...(server.args === undefined ? {} : { args: server.args.map((word) => fill(word, null)) }),
    ...(server.env === undefined ? {} : { env: each(server.env) }),
    ...(server.headers === undefined
      ? {}
      : { headers: Object.fromEntries(Object.entries(server.headers).map(([label, text]) => [label, fill(text, null)])) }),
  }
}

/** A path below the home folder is the same one on both sides. */
const paths = (text: string): string =>
  text.replace(/^(--?[\w-]+=)?\ue000(?:HOME|USERPROFILE)\ue001((?:[\\/][^:\ue000{}]*)?)/, (_, option: string | undefined, rest: string) => {
    return `${option ?? ''}\${path:~${rest.replaceAll('\\', '/')}}`
  })

/** Examples that stay in a server, since no key belongs there: where each is, and what it says. */
export function remainingPlaceholders(server: ServerSpec): { readonly field: string; readonly text: string }[] {
  const example =
    /<[A-Za-z][\w .-]*>|\b(?:YOUR|INSERT|ENTER|REPLACE)[-_]\w+|\byour-[\w-]+|(?:^|=)\/(?:path|absolute\/path|full\/path)\/to\b|^C:[\\/]+path[\\/]+to\b|\/Users\/(?:username|yourname|you)\//
  const fields: [string, string][] = [
    ...(server.args ?? []).map((text, at): [string, string] => [`args[${at}]`, text]),
    ...Object.entries(server.env ?? {}).map(([label, text]): [string, string] => [`env.${label}`, text]),
    ...Object.entries(server.headers ?? {}).map(([label, text]): [string, string] => [`headers.${label}`, text]),
    ...(server.url === undefined ? [] : ([['url', server.url]] as [string, string][])),
  ]
  return fields.flatMap(([field, text]) => {
    const found = example.exec(text.replace(/\$\{(?:secret|env):[^}]*\}/g, ''))
    return found === null ? [] : [{ field, text: found[0].replace(/^=/, '') }]
  })
}

/** The server with a value in the place of such an example. */
export function withValue(server: ServerSpec, field: string, example: string, value: string): ServerSpec {
  const [, kind = field, name = ''] = /^(args|env|headers)[.[]([^\]]*)\]?$/.exec(field) ?? []
  const put = (text: string): string => text.replace(example, () => value)
  if (kind === 'args') return { ...server, args: (server.args ?? []).map((text, at) => (at === Number(name) ? put(text) : text)) }
  if (kind === 'url') return { ...server, url: put(server.url ?? '') }
  if (kind !== 'env' && kind !== 'headers') return server
  return { ...server, [kind]: { ...server[kind], [name]: put(server[kind]?.[name] ?? '') } }
}
