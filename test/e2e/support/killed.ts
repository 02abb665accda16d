import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { expect } from 'vitest'
import type { CliResult } from '../../support/cli.ts'
import { factor } from '../../support/runs.ts'
import { callsIn, steadyThreads, tampering, tracing } from '../../support/strace.ts'
import type { Home } from './place.ts'

/** A thorough run takes every single call, not a sample. */
export const everything = factor > 1

/** A command in a home, to be disturbed at each of its system calls. */
export interface Scenario {
  readonly prepare: () => Promise<Home>
  readonly args: readonly string[]
  readonly files: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Exit codes of a run that nobody disturbs. */
  readonly codes?: readonly number[]
}

export const textOf = (place: Home, file: string): string | null =>
  place.has(file) ? place.read(file).replaceAll(place.root, 'ROOT') : null

/** A scenario's home, and what a run of it comes to that nobody disturbs. */
export interface Prepared {
  readonly place: Home
  /** Puts the home back as the scenario begins: at the same path, since what lies in it names that. */
  restore(): void
  readonly before: readonly (string | null)[]
  readonly after: readonly (string | null)[]
  /** How often the run makes calls of a group on its busiest thread. */
  countOf(call: string): number
  /** The command, disturbed at one of its calls. */
  disturbed(call: string, action: string, at: number, more?: readonly string[]): Promise<CliResult>
}

async function prepare(scenario: Scenario): Promise<Prepared> {
  const place = await scenario.prepare()
  const env = { ...steadyThreads, ...scenario.env }
  const kept = `${place.root}/kept`
  execFileSync('cp', ['-a', place.home, kept])
  const before = scenario.files.map((file) => textOf(place, file))
  const log = `${place.root}/trace`
  const result = await place.run(scenario.args, { env, wrapper: tracing(log) })
  expect(scenario.codes ?? [0], result.output).toContain(result.code)
  const traced = readFileSync(log, 'utf8')
  return {
    place,
    restore() {
      rmSync(place.home, { recursive: true })
      execFileSync('cp', ['-a', kept, place.home])
    },
    before,
    after: scenario.files.map((file) => textOf(place, file)),
    countOf: (call) => callsIn(traced, call),
    disturbed: (call, action, at, more = []) =>
      place.run([...scenario.args, ...more], { env, wrapper: tampering(call, `${action}:when=${at}`) }),
  }
}

const known = new Map<Scenario, Promise<Prepared>>()

/** The home of a scenario, prepared once for all its tests, which therefore run one after another. */
export function prepared(scenario: Scenario): Promise<Prepared> {
  const found = known.get(scenario) ?? prepare(scenario)
  known.set(scenario, found)
  return found
}

/** One of the calls, another one each time, so that many runs see all of them; a thorough run takes every one. */
export function sampled(count: number): number[] {
  if (everything) return Array.from({ length: count }, (_, at) => at + 1)
  return count === 0 ? [] : [1 + Math.floor(Math.random() * count)]
}

/**
 * Kills the command at calls of a group, and each time has `check` look at what it left. Each file is old or new. Calls differ a little
 * from run to run, so that the last of them need not be reached; the others are.
 */
export async function killedAt(
  scenario: Scenario,
  call: string,
  check: (prepared: Prepared, where: string) => Promise<void>,
): Promise<void> {
  const found = await prepared(scenario)
  const { place, restore, before, after, countOf, disturbed } = found
  const count = countOf(call)
  // What a run without keys or links never calls is no reason to fail; everything else must have been seen.
  if (!call.startsWith('chmod')) expect(count, call).toBeGreaterThan(0)
  for (const at of sampled(count)) {
    restore()
    const where = `killed at ${call} ${at} of ${count}`
    const result = await disturbed(call, 'signal=KILL', at)
    if (at <= count * 0.8) expect(result.signal, `${where}: ${result.output}`).toBe('SIGKILL')
    for (const [index, file] of scenario.files.entries())
      expect([before[index], after[index]], `${file}, ${where}`).toContain(textOf(place, file))
    await check(found, where)
  }
}
