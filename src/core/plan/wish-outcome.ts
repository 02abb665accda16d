import type { Step } from '../../model/plan.ts'
import type { ServerWish } from './wish.ts'

type Label = (id: string) => string

const placesOf = (steps: readonly Step[], label: Label): string => {
  const sides = new Set(steps.map(({ environment }) => environment))
  return [
    ...new Set(
      steps.map(
        ({ environment, client }) =>
          `${client === null ? environment : label(client)}${sides.size > 1 && client !== null ? ` (${environment})` : ''}`,
      ),
    ),
  ].join(', ')
}

/** Troubles with the same reason are one. */
function troubleOf(steps: readonly Step[], label: Label): string {
  const same = new Map<string, Step[]>()
  for (const step of steps) {
    const why = step.reason ?? step.outcome
    same.set(why, [...(same.get(why) ?? []), step])
  }
  return [...same].map(([why, those]) => `${placesOf(those, label)} (${why})`).join('; ')
}

/** The remedies of steps, each once and on a line of its own. */
export const remediesOf = (steps: readonly Step[]): string[] => [
  ...new Set(steps.flatMap(({ hint }) => (hint === null ? [] : [`→ ${hint}`]))),
]

/** In a sentence or two, what became of a wish for a server, and below them what helps. */
export function wishOutcome({ name, server, to }: ServerWish & { readonly name: string }, steps: readonly Step[], label: Label): string {
  const [bad, good] = [steps.filter(isBad), steps.filter((step) => !isBad(step) && step.kind !== 'install')]
  const what = server === null ? 'taken out of' : 'set up in'
  const where = placesOf(good, label) || (to === null ? 'your manifest' : label(to))
  if (bad.length === 0 && good.every(({ change }) => change === 'none' || change === 'adopt')) {
    const kept = server === null ? 'no config holds it' : 'every config holds it already'
    return `${name} is ${what} your manifest; ${kept}.`
  }
  if (bad.length === 0) return `${name} is ${what} ${where}.`
  const only = good.length === 0 ? 'your manifest only' : where
  return [`${name} is ${what} ${only}, but not ${server === null ? 'out of' : 'in'} ${troubleOf(bad, label)}.`, ...remediesOf(bad)].join(
    '\n',
  )
}

const isBad = ({ outcome }: Step): boolean => outcome === 'refused' || outcome === 'failed' || outcome === 'skipped'
