import { secretName } from './naming.ts'
import { inAddress, inArgument, inHeader, inVariable, type KeySpan } from './spans.ts'

/** Why a value may not be given on the command line, and how it is given instead. It holds nothing of the value. */
export interface LiteralRefusal {
  readonly reason: string
  readonly hint: string
}

/**
 * A key on a command line stays in the shell's history and in the list of processes. So a value that is one is
 * refused there, judged as imports are; null = it may stand. `server` names the key where the word has no name for it.
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
    hint: `mcp-twin secret set ${key} (it asks for it, or reads standard input), then: ${again}`,
  }
}
