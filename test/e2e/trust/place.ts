import { cpSync, mkdirSync } from 'node:fs'
import { type CliOptions, type CliResult, cli } from '../../support/cli.ts'
import { putProgram } from '../../support/own-program.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

export const KEY = 'trusted-key-3c5d7e9f1a2b4c6d'
export const integrity = `sha512-${'A'.repeat(86)}==`

/** A server that says which file it is, and the key that it was given. */
export const speaks = (words: string): string => `process.stdout.write(${JSON.stringify(words)} + ' ' + process.env.K + '\\n')\n`

export interface Trial {
  readonly home: Scratch
  /** The project's folder. */
  readonly site: string
  at(words: readonly string[], options?: CliOptions): Promise<CliResult>
  /** What `run --project=.` starts in a folder; null: it refused, and `said` tells why. */
  started(folder?: string, project?: string): Promise<{ out: string | null; said: string }>
  manifest(servers: object, more?: object): void
  lock(packages: object): void
  /** The project once more, byte for byte, at another place. */
  clone(folder: string): string
}

/** A home with one key, and a project whose one server is a file of its own. */
export function trial(): Trial {
  const home = scratch()
  const site = home.path('work/site')
  putProgram(home.path('.mcp-twin'))
  home.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: {}, bridge: { enabled: false } }))
  home.write('.mcp-twin/secrets.json', JSON.stringify({ MINE: KEY }), 0o600)
  mkdirSync(`${site}/.git`, { recursive: true })
  home.write('work/site/server.js', speaks('mine'))
  const self: Trial = {
    home,
    site,
    at: (words, options = {}) => cli(home, words, { cwd: site, ...options }),
    async started(folder = site, project = '.') {
      const { code, stdout, stderr } = await cli(home, ['run', `--project=${project}`, 'tool'], { cwd: folder })
      return { out: code === 0 ? stdout.trim() : null, said: stderr }
    },
    manifest: (servers, more = {}) =>
      home.write('work/site/mcp-twin.json', `${JSON.stringify({ version: 1, servers, ...more }, null, 2)}\n`),
    lock: (packages) => home.write('work/site/mcp-twin.lock.json', `${JSON.stringify({ version: 1, packages }, null, 2)}\n`),
    clone(folder) {
      cpSync(site, home.path(folder), { recursive: true })
      return home.path(folder)
    },
  }
  self.manifest({ tool })
  return self
}

export const tool = { command: 'node', args: ['./server.js'], env: { K: '${secret:MINE}' } }
