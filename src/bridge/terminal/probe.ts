import { execFile } from 'node:child_process'
import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { limits } from '../limits.ts'

export interface Probe {
  /** Words of the sandbox that a command line is put behind. */
  readonly words: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Our own folder, which no command may see. */
  readonly folder: string
  /** An allowed folder, where a command must be able to write; null when nothing may be written. */
  readonly writable: string | null
  random(bytes: number): string
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

function run(words: readonly string[], env: Readonly<Record<string, string>>): Promise<{ output: string; error: string }> {
  const [program = '', ...args] = words
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { env: { ...env }, timeout: limits.probeMs, maxBuffer: 1 << 20, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        // Node's own words begin with the whole command line, behind which what the program said would be cut off.
        const ended = error === null ? '' : error.killed ? 'no answer in time' : `it ended with ${error.code ?? error.signal}`
        resolve({ output: stdout, error: error === null ? '' : stderr.trim() || ended })
      },
    )
  })
}

/**
 * Tries the wall before anything relies on it: a canary file that must not be read, one that must not be written, a
 * listener that must not be reached, and a folder that must be writable. Answers what is wrong, null when it holds.
 */
export async function probeSandbox(probe: Probe): Promise<string | null> {
  const mark = `canary-${probe.random(16)}`
  const secret = join(probe.folder, `.${mark}`)
  const outside = join(probe.folder, `.${mark}.written`)
  const inside = probe.writable === null ? '/tmp/inside' : join(probe.writable, `.${mark}.inside`)
  let reached = false
  const server = createServer((socket) => {
    reached = true
    socket.destroy()
  })
  try {
    await mkdir(probe.folder, { recursive: true, mode: 0o700 })
    await writeFile(secret, mark, { mode: 0o600 })
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const script = [
      `cat '${secret}' 2>/dev/null`,
      `echo x > '${outside}' 2>/dev/null`,
      `echo x > '/usr/${mark}' 2>/dev/null`,
      `if [ -x /bin/bash ]; then timeout 2 /bin/bash -c 'exec 3<>/dev/tcp/127.0.0.1/${port}' 2>/dev/null && echo reached-the-network; fi`,
      `grep -v -e lo: -e '|' /proc/net/dev && echo sees-the-network`,
      `echo x > '${inside}' && rm '${inside}' && echo wrote-inside`,
      'echo came-to-the-end',
    ].join('\n')
    const { output, error } = await run([...probe.words, '/bin/sh', '-c', script], probe.env)
    if (!output.includes('came-to-the-end')) return `commands cannot be started in it: ${error.slice(0, 300) || 'no answer'}`
    if (output.includes(mark)) return 'a file outside the allowed folders could be read'
    if (reached || output.includes('-the-network')) return 'the network could be reached'
    if ((await exists(outside)) || (await exists(`/usr/${mark}`))) return 'a file outside the allowed folders could be written'
    if (!output.includes('wrote-inside')) return `the allowed folder cannot be written: ${error.slice(0, 300)}`
    return null
  } catch (error) {
    return `it could not be tried: ${error instanceof Error ? error.message : String(error)}`
  } finally {
    server.close()
    await Promise.all([secret, outside].map((path) => rm(path, { force: true })))
  }
}
