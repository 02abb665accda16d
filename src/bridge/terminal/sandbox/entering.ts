import type { ChildProcess } from 'node:child_process'
import { closeSync, readdirSync, readFileSync } from 'node:fs'
import { Duplex, Readable, Writable } from 'node:stream'
import { limits } from '../../base/limits.ts'
import { readProc } from '../../base/proc.ts'
import { codeOf } from '../../base/refusal.ts'
import { descriptors } from './command-line.ts'
import { MountTable, type SandboxStep, layoutTrouble } from './steps.ts'

/** The way into a sandbox for one process. */
export interface Confinement {
  readonly filter: Buffer
  readonly steps: readonly SandboxStep[]
  readonly roots: readonly string[]
  /** The mounts of this process, as they were when the steps were made. */
  readonly mounts: MountTable
}

/** `pid`: the first process of the sandbox, as it is numbered here. */
export type Entered = { readonly pid: number } | { readonly trouble: string }

const nothing = () => undefined

/** O_CLOEXEC (asm-generic/fcntl.h), which node gives to all that it opens itself. */
const closedOnExec = 0o2000000

/**
 * Closes files that whoever started this process left open in it: a command would inherit them, and a folder that is open
 * leads out of every sandbox. Those up to the last descriptor of a sandbox are replaced in it.
 */
export function closeInherited(): void {
  for (const name of readdirSync('/proc/self/fd')) {
    const [, flags] = /^flags:\s+([0-7]+)$/m.exec(readProc(`/proc/self/fdinfo/${name}`)) ?? []
    if (flags === undefined || Number(name) <= descriptors.gate) continue
    if ((Number.parseInt(flags, 8) & closedOnExec) === 0) closeSync(Number(name))
  }
}

/** Everything that a stream brings until `isEnough` or its end. */
function collected(stream: Readable, isEnough: (text: string) => boolean): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const done = () => resolve(text)
    stream.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1')
      if (isEnough(text)) done()
    })
    for (const event of ['end', 'close', 'error']) stream.once(event, done)
  })
}

/** '' when it takes too long. */
function within(ms: number, text: Promise<string>): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(''), ms)
    void text.then((found) => {
      clearTimeout(timer)
      resolve(found)
    })
  })
}

/**
 * Gives bubblewrap its filter, waits until the sandbox is laid out, looks whether it is so as planned, and lets the command
 * begin; else ends it. `anyway`: what is run is the probe, which shall tell what gets through.
 */
export async function enter(child: ChildProcess, { filter, steps, roots, mounts }: Confinement, anyway = false): Promise<Entered> {
  const streams: readonly unknown[] = child.stdio
  const [take, info, gate] = [descriptors.filter, descriptors.info, descriptors.gate].map((at) => streams[at])
  if (!(take instanceof Writable && info instanceof Readable && gate instanceof Duplex))
    throw new Error('a sandbox without its descriptors')
  for (const stream of [take, info, gate]) stream.on('error', nothing)
  take.end(filter)
  const telling = collected(info, (text) => text.includes('}'))
  const ready = await within(
    limits.probeMs,
    collected(gate, (text) => text.includes('\n')),
  )
  // bubblewrap has written it before it began to mount anything.
  const said = ready === '' ? '' : await within(limits.sandboxInfoMs, telling)
  const [, digits] = /"child-pid":\s*(\d+)/.exec(said) ?? []
  const pid = Number(digits)
  const trouble = ready === '' || digits === undefined ? 'it was not made' : lookedAt(pid, steps, roots, mounts)
  if (trouble === null || (anyway && ready !== '')) gate.end('\n')
  else child.kill('SIGKILL')
  return trouble === null ? { pid } : { trouble }
}

function lookedAt(pid: number, steps: readonly SandboxStep[], roots: readonly string[], mounts: MountTable): string | null {
  try {
    const at = layoutTrouble(steps, roots, mounts, new MountTable(readFileSync(`/proc/${pid}/mountinfo`, 'latin1')))
    return at === null ? null : `${JSON.stringify(at)} changed while the sandbox was laid out`
  } catch (error) {
    if (codeOf(error) === '') throw error
    return 'it ended at once'
  }
}
