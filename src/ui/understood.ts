import type { Paint } from '../context.ts'
import type { ServerSpec } from '../model/manifest.ts'
import { visible } from './escape.ts'
import { columns, pad, wrap } from './width.ts'

/** A text as it may be shown: keys of the store as dots. */
const dotted = (text: string): string => visible(text.replace(/\$\{secret:[^}]*\}/g, '••••••••'))

/** What is known of the keys that a server asks for. */
export interface AskedKeyFacts {
  /** Names of the keys that one server asks for. */
  keysOf(server: ServerSpec): readonly string[]
  /** Was it pasted along, or stored before? */
  isKnown(name: string): boolean
}

function lines(server: ServerSpec, { keysOf, isKnown }: AskedKeyFacts): string[] {
  const keys = keysOf(server)
  const known = keys.filter(isKnown)
  const needed = keys.filter((name) => !isKnown(name))
  const { package: words, pypi, url, command, extension, args = [], env = {}, headers = {}, transport, only } = server
  const what =
    words !== undefined
      ? `npm package ${words}`
      : pypi !== undefined
        ? `Python package ${pypi}`
        : url !== undefined
          ? `remote server ${dotted(url)}`
          : extension !== undefined
            ? `extension ${dotted(extension)}`
            : `program ${dotted(command ?? '')}`
  const plain = Object.keys(env).filter((name) => !keys.includes(name))
  return [
    `${visible(what)}${transport === undefined ? '' : ` (${transport})`}`,
    ...(args.length === 0 ? [] : [`arguments: ${args.map(dotted).join(' ')}`]),
    ...(plain.length === 0 ? [] : [`variables: ${plain.map(visible).join(', ')}`]),
    ...(Object.keys(headers).length === 0 ? [] : [`headers: ${Object.keys(headers).map(visible).join(', ')}`]),
    ...(known.length === 0 ? [] : [`keys: ${known.map((name) => `${name} ••••••••`).join(', ')}`]),
    ...(needed.length === 0 ? [] : [`needs the ${needed.length === 1 ? 'key' : 'keys'} ${needed.join(', ')}`]),
    ...(only === undefined ? [] : [`only: ${only.join(', ')}`]),
  ]
}

/** What was understood of a pasted text, before any of it is done: server by server, without the value of any key. */
export function describeUnderstood(
  servers: Readonly<Record<string, ServerSpec>>,
  facts: AskedKeyFacts,
  paint: Paint,
  width: number,
): string[] {
  const names = Object.keys(servers).map(visible)
  const left = Math.min(24, Math.max(...names.map(columns)))
  return [
    paint.strong('Understood'),
    ...Object.values(servers).flatMap((server, at) =>
      lines(server, facts)
        .flatMap((line) => wrap(line, Math.max(20, width - left - 4)))
        .map((line, row) => `  ${pad(row === 0 ? (names[at] ?? '') : '', left)}  ${line}`),
    ),
  ]
}
