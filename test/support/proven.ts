import type { Requirement } from '../requirements.ts'

/** A test of a run: its file below `test/`, its own title, and how it ended. `left out`: the machine lacks what it needs. */
export interface Ran {
  readonly file: string
  readonly name: string
  readonly state: 'passed' | 'failed' | 'skipped' | 'left out'
}

/** Turns a title of the source into a pattern of what it becomes in a run. */
const patternOf = (title: string): RegExp =>
  new RegExp(
    `^${title
      .split(/%[sdifjo#%]|\$\{[^}]*\}|\$[a-z]\w*/i)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('[\\s\\S]*')}$`,
  )

/**
 * The requirements that a run was to prove and did not, with the tests that did not pass. A row of which not all files took part
 * is not judged: another run does that.
 */
export function unprovenBy(
  requirements: readonly Requirement[],
  ran: readonly Ran[],
): readonly { readonly behaviour: string; readonly missing: readonly { readonly file: string; readonly title: string }[] }[] {
  const files = new Set(ran.map(({ file }) => file))
  return requirements.flatMap(({ behaviour, tests }) => {
    if (!Object.keys(tests).every((file) => files.has(file))) return []
    const missing = Object.entries(tests).flatMap(([file, titles]) =>
      titles
        .filter(
          (title) =>
            !proves(
              title,
              ran.filter((test) => test.file === file),
            ),
        )
        .map((title) => ({ file, title })),
    )
    return missing.length === 0 ? [] : [{ behaviour, missing }]
  })
}

function proves(title: string, tests: readonly Ran[]): boolean {
  const pattern = patternOf(title)
  const found = tests.filter(({ name }) => pattern.test(name))
  return found.length > 0 && found.every(({ state }) => state === 'passed' || state === 'left out')
}
