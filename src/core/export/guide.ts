import { createHash } from 'node:crypto'
import type { Environment } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import { quoted } from '../doctor/names.ts'
import { keysOf, keysOfAll } from '../manifest/names.ts'
import { serverKind } from '../manifest/rules.ts'
import { environmentLabel } from '../participants.ts'

/** A file of an export by its path in the folder, with forward slashes. */
export interface NamedText {
  readonly name: string
  readonly text: string
  /** 0644 without it. */
  readonly mode?: number
}

/** One exported client file, for the guide. */
export interface ExportedFile {
  readonly environment: Environment
  readonly label: string
  readonly file: string
  readonly servers: readonly string[]
}

/** `SETUP.md`: both set-ups in words, and how to have them again on another machine. `machine`: the name of this one. */
export function setupGuide(manifest: Manifest, files: readonly ExportedFile[], withMemory: boolean, machine: string): string {
  const sides = [...new Set(files.map((each) => each.environment))]
  const keys = keysOfAll(manifest)
  const logins = Object.keys(manifest.servers).filter((name) => manifest.servers[name]?.auth === 'oauth')
  const servers = Object.entries(manifest.servers).map(([name, server]) => {
    const needs = keysOf(server)
    const what =
      server.package ?? server.pypi ?? server.url?.replace(/\?.*$/, '') ?? server.command ?? server.extension ?? 'differs per side'
    const where = server.extension === undefined ? '' : ` in Claude Desktop on ${machine}`
    return `| ${name} | ${serverKind(server)} | \`${what.replaceAll('|', '\\|')}\`${where} | ${needs.join(', ') || '–'} |`
  })
  return `${[
    '# MCP set-up',
    '',
    'Written by `mcp-twin export`. It holds no keys: dots replace those in configs.',
    '',
    '## Servers',
    '',
    '| name | kind | what | keys |',
    '| --- | --- | --- | --- |',
    ...servers,
    '',
    ...sides.flatMap((side) => [
      `## ${environmentLabel(side)} (${side.id})`,
      '',
      ...files
        .filter((each) => each.environment === side)
        .map((each) => `- ${each.label}: \`${each.file}\` with ${each.servers.length === 0 ? 'no servers' : each.servers.join(', ')}`),
      '',
    ]),
    '## To restore',
    '',
    '1. On the other computer, in this folder: `npx mcp-twin import .` It shows what it brings, installs the same versions and writes every config.',
    `2. ${keys.length === 0 ? 'There are no keys to enter.' : `It asks for the keys; later they are entered with ${keys.map((name) => `\`npx mcp-twin secret set ${name}\``).join(', ')}.`}`,
    ...[
      ...(logins.length === 0
        ? []
        : [`To be logged in there too: ${logins.map((name) => `\`npx mcp-twin login ${quoted(name)}\``).join(', ')}.`]),
      ...(withMemory ? [`What programs remember is in \`${memoryName}\`: \`npx mcp-twin import . --with memory\``] : []),
    ].map((line, at) => `${at + 3}. ${line}`),
  ].join('\n')}\n`
}

/** The file of an export that says what it wrote. */
export const guideName = 'SETUP.md'

/** The file of an export with what programs remember, as `memory export` writes it. */
export const memoryName = 'memory.jsonl'

const block = /\n<!-- mcp-twin export\n([^>]*)-->\n/

/** Line ends are Git's to choose (`core.autocrlf`). */
const plain = (text: string): string => text.replaceAll('\r\n', '\n')
const digest = (text: string): string => createHash('sha256').update(plain(text)).digest('hex').slice(0, 16)

/**
 * The same files, and in the guide a comment that says what each is, so that a later export knows its own. `before`: the guide that is
 * there; what it says of files that this export does not write stays.
 */
export function marked(files: readonly NamedText[], before: string | null): NamedText[] {
  const [, old = ''] = block.exec(plain(before ?? '')) ?? []
  const others = old.split('\n').filter((line) => line !== '' && !files.some(({ name }) => line.startsWith(`${name} `)))
  const lines = [...files.map(({ name, text }) => `${name} ${digest(text)}`), ...others].map((line) => `${line}\n`)
  return files.map((each) =>
    each.name === guideName ? { ...each, text: `${each.text}\n<!-- mcp-twin export\n${lines.join('')}-->\n` } : each,
  )
}

/** Is the text of that name what the export wrote which `guide` tells of? One that was edited since is its editor's. */
export function wasExported(guide: string, name: string, text: string): boolean {
  const [, lines = ''] = block.exec(plain(guide)) ?? []
  const own = name === guideName ? plain(text).replace(block, '') : text
  return lines.split('\n').includes(`${name} ${digest(own)}`)
}
