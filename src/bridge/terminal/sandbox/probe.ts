import { spawn } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { limits } from '../../base/limits.ts'
import { type Confinement, enter } from './entering.ts'

/** Tries what a command in the sandbox must not be able to do, on files made for it. */
export interface Canary {
  /** An allowed folder of its own. */
  readonly root: string
  /** Lines of sh that try; each prints a word of `failures` where it gets through. */
  readonly script: string
  /** Returns what got through; null: nothing. `output`: the output of the script. */
  verdict(output: string): Promise<string | null>
  remove(): Promise<void>
}

/** A path as a word of sh. */
export const quoted = (path: string): string => `'${path.replaceAll("'", "'\\''")}'`

/** The meaning of each word that the script prints. */
const failures: Readonly<Record<string, string>> = {
  'sees-the-network': 'the network could be reached',
  'wrote-a-hook': 'a git hook could be written',
  'wrote-a-configuration': "a repository's configuration could be written",
  'moved-a-repository': 'a repository could be moved away',
  'read-a-client-file': 'the MCP file of a project could be read',
  'talked-to-a-socket': 'a Unix socket could be talked to',
  'has-rights-of-root': 'a command has rights of root',
  'wrote-settings-of-the-kernel': 'settings of the kernel could be written',
}

const tryConnect = (path: string): string =>
  `const s=require('net').connect(${JSON.stringify(path)});s.on('connect',()=>{console.log('talked-to-a-socket');process.exit()});s.on('error',()=>{console.log('tried-a-socket');process.exit()})`

const listening = (server: Server, where: string | number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    typeof where === 'number' ? server.listen(where, '127.0.0.1', resolve) : server.listen(where, resolve)
  })

interface Attempts {
  readonly root: string
  readonly secret: string
  readonly outside: readonly string[]
  readonly port: number
  /** Connects to the socket; '' where there is none. */
  readonly connect: string
}

function scriptOf({ root, secret, outside, port, connect }: Attempts): string {
  return [
    `cat ${quoted(secret)} 2>/dev/null`,
    ...outside.map((path) => `( echo x >${quoted(path)} ) 2>/dev/null`),
    `if [ -x /bin/bash ]; then timeout 2 /bin/bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}' 2>/dev/null && echo sees-the-network; fi`,
    "grep -v -e lo: -e '|' /proc/net/dev && echo sees-the-network",
    `cd ${quoted(root)} || exit`,
    'grep -q . .mcp.json && cat .mcp.json',
    '( echo x >repo/.git/hooks/pre-commit ) 2>/dev/null && echo wrote-a-hook',
    '( echo x >repo/.git/hooks/post-checkout ) 2>/dev/null && echo wrote-a-hook',
    '( echo x >repo/.git/config ) 2>/dev/null && echo wrote-a-configuration',
    'mv repo/.git repo/x 2>/dev/null && echo moved-a-repository',
    'mv repo other 2>/dev/null && echo moved-a-repository',
    '( echo x >.mcp.json ) 2>/dev/null; rm -f .mcp.json 2>/dev/null',
    '[ -w /proc/sys/kernel/core_pattern ] && echo wrote-settings-of-the-kernel',
    connect,
    "grep -h '^Cap[EP]' /proc/1/status /proc/self/status | grep -qv '[[:space:]]0*$' && echo has-rights-of-root",
    // The first process too: others of the same user may take it over.
    "grep -q '^Seccomp:[[:space:]]*2' /proc/1/status && grep -q '^Seccomp:[[:space:]]*2' /proc/self/status && echo has-a-filter",
  ].join('\n')
}

/**
 * Makes a canary in `folder`, which is our own: a file that must not be read, one that must not be written, a repository
 * and a client's file that must not be changed, and listeners that must not be reached. `node`: where the sandbox shows it.
 */
export async function makeCanary(folder: string, mark: string, node: string): Promise<Canary> {
  const secret = join(folder, `.${mark}`)
  const outside = [join(folder, `.${mark}.written`), `/usr/${mark}`]
  const root = join(folder, mark)
  const git = join(root, 'repo', '.git')
  // The path of a socket has at most 107 bytes.
  const socket = join(root, 's')
  let reached = false
  const servers = [0, 1].map(() =>
    createServer((connection) => {
      reached = true
      connection.destroy()
    }),
  )
  await Promise.all(['hooks', 'objects', 'refs'].map((name) => mkdir(join(git, name), { recursive: true, mode: 0o700 })))
  const files = { HEAD: 'ref: refs/heads/main\n', config: mark, 'hooks/pre-commit': mark }
  for (const [name, text] of Object.entries(files)) await writeFile(join(git, name), text)
  for (const path of [secret, join(root, '.mcp.json')]) await writeFile(path, mark, { mode: 0o600 })
  const [network, local] = servers as [Server, Server]
  await listening(network, 0)
  const hasSocket = await listening(local, socket).then(
    () => true,
    () => false,
  )
  const before = await namesIn(root)
  const address = network.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const script = scriptOf({ root, secret, outside, port, connect: hasSocket ? `${node} -e '${tryConnect('s')}'` : '' })
  return {
    root,
    script,
    async verdict(output) {
      const after = await namesIn(root)
      const changed = await Promise.all(Object.entries(files).map(async ([name, text]) => (await textOf(join(git, name))) !== text))
      const isWritten = (await Promise.all(outside.map(textOf))).some((text) => text !== null)
      const word = Object.keys(failures).find((each) => output.includes(each))
      if (word !== undefined) return failures[word] ?? word
      if (reached) return 'a program that listens could be reached'
      if (output.includes(mark)) return 'a file outside the allowed folders could be read'
      if (isWritten) return 'a file outside the allowed folders could be written'
      if (changed.includes(true) || (await textOf(join(root, '.mcp.json'))) !== mark) return 'a protected file could be changed'
      if (after.join('\n') !== before.join('\n')) return 'files are made in the allowed folders by laying them out'
      return output.includes('has-a-filter') ? null : 'its filter of system calls is not in force'
    },
    async remove() {
      for (const server of servers) server.close()
      await Promise.all([secret, root, outside[0] ?? ''].map((path) => rm(path, { recursive: true, force: true })))
    },
  }
}

const namesIn = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).sort()
const textOf = (path: string): Promise<string | null> => readFile(path, 'utf8').catch(() => null)

export interface SandboxProbe {
  /** Words of the sandbox that a command line is put behind. */
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly confinement: Confinement
  readonly canary: Canary
  /** A file in an allowed folder that a command must be able to make; null when nothing may be written. */
  readonly inside: string | null
}

interface Ran {
  readonly output: string
  readonly error: string
  /** The sandbox was not laid out as planned. */
  readonly trouble: string | null
}

/** Runs a script of sh in the sandbox, as any command is started. */
async function run({ words, env, confinement }: SandboxProbe, script: string): Promise<Ran> {
  const [program = '', ...args] = [...words, '/bin/sh', '-c', script]
  const child = spawn(program, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'], detached: true })
  const said = { output: '', error: '' }
  child.stdout?.on('data', (bytes: Buffer) => (said.output += bytes))
  child.stderr?.on('data', (bytes: Buffer) => (said.error += bytes))
  const over = new Promise<void>((resolve) => {
    child.on('error', (error) => {
      said.error ||= error.message
      resolve()
    })
    child.on('close', resolve)
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), limits.probeMs)
  const entered = child.pid === undefined ? { trouble: '' } : await enter(child, confinement, true)
  await over
  clearTimeout(timer)
  const trouble = 'trouble' in entered ? entered.trouble : null
  return { output: said.output, error: said.error.trim() || (trouble ?? ''), trouble }
}

/** Tries the sandbox before anything relies on it. Returns what is wrong, or null when it holds. */
export async function probeSandbox(probe: SandboxProbe): Promise<string | null> {
  const { canary, inside } = probe
  const written = inside === null ? '' : `( echo x >${quoted(inside)} ) && rm ${quoted(inside)} && echo wrote-inside`
  try {
    const { output, error, trouble } = await run(probe, `${written}\n${canary.script}\necho came-to-the-end`)
    if (!output.includes('came-to-the-end')) return `commands cannot be started in it: ${error.slice(0, 300) || 'no answer'}`
    if (inside !== null && !output.includes('wrote-inside')) return `the allowed folder cannot be written: ${error.slice(0, 300)}`
    const through = await canary.verdict(output)
    return through ?? (trouble === null ? null : `it is not laid out as planned: ${trouble}`)
  } catch (error) {
    return `it could not be tried: ${error instanceof Error ? error.message : String(error)}`
  }
}
