import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodePath } from './machine.ts'
import type { Side } from './side.ts'

/** One release on the stand-in of PyPI. */
export interface Release {
  /** When it was released. */
  readonly at: string
  /** It has no wheel, so only a build from source gives it. */
  readonly sdist?: boolean
  /** Its installation never ends. */
  readonly hangs?: boolean
  /** JavaScript of each console script: the stand-in's Python is node. */
  readonly programs: Readonly<Record<string, string>>
}

/** Packages by name, releases by version, oldest first. */
export type PyPi = Readonly<Record<string, Readonly<Record<string, Release>>>>

/** A server that answers and names its version, and the last of its arguments, as its tool. */
export const pythonServer = (version: string): string => `
const { createInterface } = require('node:readline')
const say = (id, more) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...more }) + '\\n')
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line)
  if (method === 'initialize') say(id, { result: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'py', version: '${version}' } } })
  else if (method === 'tools/list') say(id, { result: { tools: [{ name: 'version_${version.replaceAll('.', '_')}', inputSchema: { type: 'object' } }] } })
  else if (id !== undefined) say(id, { error: { code: -32601, message: 'no such method' } })
}).on('close', () => process.exit(0))
`

/** A release of a package with one program of its own name. */
export const release = (name: string, version: string, at: string, more: Partial<Release> = {}): PyPi[string] => ({
  [version]: { at, programs: { [name]: pythonServer(version) }, ...more },
})

const source = fileURLToPath(new URL('uv-program.mjs', import.meta.url))

const folderOn = (side: Side): string => side.native('.local', 'bin')
const hereOn = (side: Side, name: string): string => join(side.here(folderOn(side)), name)

/** Puts uv where its installer puts it on a side, in front of these packages; once more: other packages. */
export function putUv(side: Side, packages: PyPi): void {
  const windows = side.facts.kind === 'windows'
  const file = hereOn(side, windows ? 'uv.exe' : 'uv')
  const program = hereOn(side, 'uv.mjs')
  side.write(`${folderOn(side)}${windows ? '\\' : '/'}uv.json`, JSON.stringify({ windows, packages }))
  copyFileSync(source, program)
  writeFileSync(file, `#!/bin/sh\nexec '${nodePath}' '${program}' "$@"\n`)
  chmodSync(file, 0o755)
  if (!windows) side.write('.profile', 'PATH="$HOME/.local/bin:$PATH"\n')
  // A side that is a folder of this machine has no programs of its own: what is asked for commands there knows uv alone.
  const asked = windows ? 'C:\\Windows\\System32\\where.exe' : '/bin/sh'
  if (side.here(asked) === asked) return
  const native = side.native('.local', 'bin', windows ? 'uv.exe' : 'uv')
  side.write(asked, `#!/bin/sh\nfor last; do :; done\n[ "$last" = uv ] && [ -e '${file}' ] || exit 1\nprintf '%s\\n' '${native}'\n`)
  chmodSync(side.here(asked), 0o755)
}

/** Makes sure that a side has no uv, whatever this machine has: its login shell finds no program by its name. */
export function withoutUv(side: Side): void {
  if (side.facts.kind !== 'windows') side.write('.profile', 'PATH=/nowhere\n')
}

/** One call of the stand-in. */
export interface UvCall {
  readonly words: readonly string[]
  readonly tools: string
  readonly variables: readonly string[]
}

/** Whether uv on a side is in the middle of an installation that never ends. */
export const uvHangs = (side: Side): boolean => existsSync(hereOn(side, 'uv.hangs'))

/** What uv was asked on a side, in order. */
export function uvCalls(side: Side): UvCall[] {
  const file = hereOn(side, 'uv.calls')
  return existsSync(file)
    ? readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as UvCall)
    : []
}
