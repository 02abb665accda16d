import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { expect } from 'vitest'
import type { CliResult } from '../../support/cli.ts'
import { factor } from '../../support/runs.ts'
import { callsIn, steadyThreads, type TracedCall, tampering, tracing } from '../../support/strace.ts'
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
  /** Every call of a group that the run makes. */
  callsOf(group: string): readonly TracedCall[]
  /** The command, disturbed at one of its calls. */
  disturbed(call: TracedCall, action: string, more?: readonly string[]): Promise<CliResult>
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
    callsOf: (group) => callsIn(traced, group),
    disturbed: ({ name, at }, action, more = []) =>
      place.run([...scenario.args, ...more], { env, wrapper: tampering(name, `${action}:when=${at}`) }),
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
export const sampled = (calls: readonly TracedCall[]): readonly TracedCall[] => {
  if (everything) return calls
  const from = Math.floor(Math.random() * calls.length)
  return calls.slice(from, from + 1)
}

/**
 * Kills the command at calls of a group, and each time has `check` look at what it left. Each file is old or new. Calls differ a little
 * from run to run, so that the last of them need not be reached; the others are.
 */
export async function killedAt(
  scenario: Scenario,
  group: string,
  check: (prepared: Prepared, where: string) => Promise<void>,
): Promise<void> {
  const found = await prepared(scenario)
  const { place, restore, before, after, callsOf, disturbed } = found
  const calls = callsOf(group)
  // What a run without keys or links never calls is no reason to fail; everything else must have been seen.
  if (!group.startsWith('chmod')) expect(calls.length, group).toBeGreaterThan(0)
  for (const call of sampled(calls)) {
    restore()
    const count = calls.filter(({ name }) => name === call.name).length
    const where = `killed at ${call.name} ${call.at} of ${count}`
    const result = await disturbed(call, 'signal=KILL')
    if (call.at <= count * 0.8) expect(result.signal, `${where}: ${result.output}`).toBe('SIGKILL')
    for (const [index, file] of scenario.files.entries())
      expect([before[index], after[index]], `${file}, ${where}`).toContain(textOf(place, file))
    await check(found, where)
  }
}
