import type { ServerSpec } from '../../model/manifest.ts'
import { secretName } from '../keys/naming.ts'
import { inAddress, inArgument, inHeader, inVariable, type KeySpan } from '../keys/spans.ts'

/** What `add` was given on the command line. */
export interface Typed {
  readonly package?: string
  readonly pypi?: string
  readonly url?: string
  readonly command?: string
  readonly args: readonly string[]
  readonly env: readonly string[]
  readonly secrets: readonly string[]
  readonly headers: readonly string[]
  readonly transport?: 'http' | 'sse'
  /** Client ids and environments from `--client` and `--on`. */
  readonly only: readonly string[]
}

type TypedServer =
  | { readonly ok: true; readonly server: ServerSpec }
  | { readonly ok: false; readonly reason: string; readonly hint: string }

const refusal = (reason: string, hint: string): TypedServer => ({ ok: false, reason, hint })

/** `{secret:NAME}` on a command line means what `${secret:NAME}` means in the manifest: shells eat the dollar. */
export const template = (text: string): string => text.replace(/(?<!\$)\{(secret|path|env):/g, (_all, kind: string) => `\${${kind}:`)

function pairs(words: readonly string[], kind: 'env' | 'header', server: string): { values: Record<string, string> } | TypedServer {
  const values: Record<string, string> = {}
  for (const word of words) {
    // A header may also be given as in a request: `Name: value`.
    const at = word.search(kind === 'env' ? /=/ : /[=:]/)
    if (at < 1)
      return refusal(`--${kind} wants NAME=value`, `mcp-twin add ${server} --${kind} ${kind === 'env' ? 'NAME=value' : '"Name=value"'}`)
    const [name, value] = [word.slice(0, at).trim(), kind === 'env' ? word.slice(at + 1) : word.slice(at + 1).trimStart()]
    const key = refuseLiteral(kind, name, value, server)
    if (key !== null) return refusal(key.reason, key.hint)
    values[name] = template(value)
  }
  return { values }
}

/** The server that a command line describes, or what is wrong with it. No key is ever taken from a command line. */
export function typedServer(name: string, typed: Typed): TypedServer {
  const kinds = [typed.package, typed.pypi, typed.url, typed.command].filter((each) => each !== undefined)
  if (kinds.length !== 1)
    return refusal(
      kinds.length === 0 ? `Unknown server "${name}"` : 'A server is one of package, url and command, not several',
      `name one of --package, --url and --command: mcp-twin add ${name} --package PACKAGE`,
    )
  for (const [kind, texts] of [
    ['argument', typed.args],
    ['url', typed.url === undefined ? [] : [typed.url]],
  ] as const) {
    for (const [at, text] of texts.entries()) {
      const key = refuseLiteral(kind, kind === 'argument' ? (texts[at - 1] ?? '') : 'url', text, name)
      if (key !== null) return refusal(key.reason, key.hint)
    }
  }
  const env = pairs(typed.env, 'env', name)
  if ('ok' in env) return env
  const headers = pairs(typed.headers, 'header', name)
  if ('ok' in headers) return headers
  const variables = { ...env.values, ...Object.fromEntries(typed.secrets.map((secret) => [secret, `\${secret:${secret}}`])) }
  return {
    ok: true,
    server: {
      ...(typed.package === undefined ? {} : { package: typed.package }),
      ...(typed.pypi === undefined ? {} : { pypi: typed.pypi }),
      ...(typed.url === undefined ? {} : { url: template(typed.url) }),
      ...(typed.command === undefined ? {} : { command: template(typed.command) }),
      ...(typed.args.length === 0 ? {} : { args: typed.args.map(template) }),
      ...(Object.keys(variables).length === 0 ? {} : { env: variables }),
      ...(Object.keys(headers.values).length === 0 ? {} : { headers: headers.values }),
      ...(typed.transport === undefined ? {} : { transport: typed.transport }),
      ...(typed.only.length === 0 ? {} : { only: [...typed.only] }),
    },
  }
}

/** Why a value may not be given on the command line, and how it is given instead. It holds nothing of the value. */
interface LiteralRefusal {
  readonly reason: string
  readonly hint: string
}

/**
 * A key on a command line stays in the shell's history and in the list of processes. So a value that is one is
 * refused there, judged as imports are; null = it is allowed. `server` names the key where the word has no name for it.
 */
export function refuseLiteral(
  kind: 'env' | 'header' | 'url' | 'argument',
  name: string,
  value: string,
  server = '',
): LiteralRefusal | null {
  const spans: KeySpan[] =
    kind === 'env'
      ? inVariable(name, value)
      : kind === 'header'
        ? inHeader(name, value)
        : kind === 'url'
          ? inAddress(value)
          : inArgument(value, name === '' ? undefined : name)
  const [first] = spans
  if (first === undefined) return null
  const key = secretName(first.label, first.named, server)
  const written = `${value.slice(0, first.start)}{secret:${key}}`
  const again = {
    env: key === name ? `--secret ${key}` : `--env ${name}={secret:${key}}`,
    header: `--header '${name}=${written}'`,
    url: `{secret:${key}} in the address`,
    argument: `{secret:${key}} in its place`,
  }[kind]
  const what = {
    env: `the value of ${name}`,
    header: `the value of the header ${name}`,
    url: 'a part of the address',
    argument: name === '' ? 'an argument' : `the argument behind ${name}`,
  }[kind]
  return {
    reason: `${what} looks like a key, and keys do not belong on a command line`,
    hint: `write ${again}, once the key is stored: mcp-twin secret set ${key}`,
  }
}
