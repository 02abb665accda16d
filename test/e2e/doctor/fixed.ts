import { expect } from 'vitest'
import { type DoctorDocument, KEY, OTHER_KEY, summary, troubles, type Twins } from './place.ts'
import { follow, type Hand, remedies } from './remedies.ts'

/**
 * One run of doctor names the fault; its own words, followed to the letter, fix it; the next run has nothing to say. Returns what the
 * first run said, and what a person was shown of it.
 */
export async function diagnosedAndFixed(
  place: Twins,
  wanted: string,
  hands: readonly Hand[] = [],
  args: readonly string[] = [],
): Promise<{ readonly document: DoctorDocument; readonly shown: string }> {
  const before = await place.doctor(args)
  expect(summary(before), before.result.stdout).toContain(wanted)
  expect(before.code).toBe(wanted.endsWith('error') ? 3 : 0)
  const shown = await expectShown(place, remedies(before), args)
  const said = await follow(place, before, hands)
  const after = await again(place, args)
  expect(after.findings, said).toEqual([])
  return { document: before, shown }
}

/** What a person sees holds every remedy, no key, and not the name of the home folder. */
async function expectShown(place: Twins, fixes: readonly string[], args: readonly string[]): Promise<string> {
  const { stdout } = await place.run(['doctor', ...args])
  const flat = stdout.replace(/\s+/g, ' ')
  for (const fix of fixes) expect(flat).toContain(fix.replaceAll(`'${place.home}/`, "~/'").replaceAll(place.home, '~').replace(/\s+/g, ' '))
  expect(stdout).not.toContain(place.home)
  for (const key of [KEY, OTHER_KEY]) expect(stdout).not.toContain(key)
  return stdout
}

/** Doctor as typed into a new login, where what a remedy wrote into the user's start-up file counts. */
async function again(place: Twins, args: readonly string[]): Promise<{ findings: string[] }> {
  const printed = await place.type(`mcp-twin doctor --json ${args.join(' ')}`)
  const document = JSON.parse(printed.slice(printed.indexOf('{'), printed.lastIndexOf('}') + 1))
  return { findings: troubles(document).map(({ check, subject, message, fix }) => `${check}: ${subject}: ${message} → ${fix}`) }
}
