import { spawn } from 'node:child_process'
import { limits } from '../../base/limits.ts'
import { type Canary, quoted } from './canary.ts'
import { type Confinement, enter } from './entering.ts'

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
