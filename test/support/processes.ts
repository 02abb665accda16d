import { once } from 'node:events'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { under } from './under.ts'

/** A living process, as /proc tells it (Linux). */
export interface Running {
  readonly pid: number
  readonly command: string
}

function readProc(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    // It ended while we looked, or it is another user's.
    return ''
  }
}

/** Every process whose command line or environment holds the text: a scratch's root is in both of all that it started. */
export function processesWith(text: string): Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => readProc(pid, 'cmdline').includes(text) || readProc(pid, 'environ').includes(text))
    .map((pid) => ({ pid: Number(pid), command: readProc(pid, 'cmdline').replaceAll('\0', ' ').trim() }))
}

/**
 * Waits until nothing that carries the text is left, and answers what still is after `withinMs`: what was told to end may take
 * long on a busy machine, and what was not stays for longer than that.
 */
export async function leftovers(text: string, withinMs = 20_000): Promise<Running[]> {
  const until = Date.now() + withinMs
  for (;;) {
    const found = processesWith(text)
    if (found.length === 0 || Date.now() > until) return found
    await sleep(50)
  }
}

/** Watches a process from now on; the function it answers says, after its end, the most memory it held, in MB (Linux). */
export function peakMemory(pid: number): () => Promise<number> {
  let peak = 0
  const timer = setInterval(() => {
    peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB/m.exec(readProc(String(pid), 'status'))?.[1] ?? 0) / 1024)
  }, 5)
  return async () => {
    clearInterval(timer)
    return peak
  }
}

/** Where a text was seen while a run went on. */
export interface Sighting {
  readonly where: 'cmdline' | 'environ'
  readonly pid: number
  readonly command: string
}

export interface Sampled {
  readonly sightings: Sighting[]
  /** Rounds through /proc so far, to show that it looked often enough. */
  readonly rounds: number
}

export interface Sampler {
  /** One look at every process now: where a test says who may have the text, that one must still live when it is looked at. */
  look(): Promise<Sampled>
  /** A last look, and all that was seen. */
  stop(): Promise<Sampled>
}

/**
 * Looks at the command line and the environment of every new process each millisecond, from a thread of its own so
 * that the test's own work does not slow it, for any spelling of the marker.
 */
export async function watchProcesses(marker: string): Promise<Sampler> {
  const worker = new Worker(new URL('process-sampler.mjs', import.meta.url), {
    workerData: { spellings: spellings(marker), ownPid: process.pid },
    // Otherwise the thread starts with vitest's loader, which it does not need.
    execArgv: [],
  })
  const ask = async (message: 'look' | 'stop'): Promise<Sampled> => {
    const answered = once(worker, 'message')
    worker.postMessage(message)
    const [sampled] = await answered
    return sampled
  }
  await once(worker, 'message')
  return { look: () => ask('look'), stop: () => ask('stop') }
}

/** The marker as it is, and as it looks in base64 (at any offset), URL encoding, JSON and hex. */
export function spellings(marker: string): string[] {
  const bytes = Buffer.from(marker)
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    // The characters at both ends also depend on the neighbours.
    return text.slice(offset === 0 ? 0 : offset + 1, -1)
  })
  const json = JSON.stringify(marker).slice(1, -1)
  const unicode = [...marker].map((each) => (/[\w-]/.test(each) ? each : `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)).join('')
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  const all = [
    marker,
    json,
    JSON.stringify(json).slice(1, -1),
    unicode,
    encodeURIComponent(marker),
    bytes.toString('hex'),
    ...base64,
    ...url,
  ]
  return [...new Set(all)]
}

/** Every file under the folders that holds the marker in any spelling, links not followed. Paths, sorted. */
export function filesWith(marker: string, folders: readonly string[]): string[] {
  const wanted = spellings(marker).map((text) => Buffer.from(text))
  const known = searched.get(marker) ?? new Map<string, boolean>()
  searched.set(marker, known)
  return folders
    .flatMap((folder) => filesUnder(folder))
    .filter((file) => {
      const state = settledState(file)
      const found = (state === null ? undefined : known.get(state)) ?? holds(file, wanted)
      if (state !== null) known.set(state, found)
      return found
    })
    .sort()
}

/** What each marker's files held, by their state: a test that looks after each command would read the same binaries every time. */
const searched = new Map<string, Map<string, boolean>>()

/** Which file this is and when it last changed; null where it changed just now, since the clock of its times is coarse. */
function settledState(file: string): string | null {
  try {
    const { dev, ino, size, ctimeNs } = statSync(file, { bigint: true })
    return Date.now() - Number(ctimeNs / 1_000_000n) < 200 ? null : `${dev} ${ino} ${size} ${ctimeNs}`
  } catch {
    return null
  }
}

/** True when a text, such as a program's output, holds the marker in any spelling. */
export const textHolds = (text: string, marker: string): boolean => spellings(marker).some((spelling) => text.includes(spelling))

function filesUnder(folder: string): string[] {
  try {
    return under(folder).flatMap((each) => (each.isFile() ? join(each.parentPath, each.name) : []))
  } catch {
    return []
  }
}

function holds(file: string, wanted: readonly Buffer[]): boolean {
  try {
    const bytes = readFileSync(file)
    return wanted.some((each) => bytes.includes(each))
  } catch {
    return false
  }
}
