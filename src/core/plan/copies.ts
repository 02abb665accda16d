import type { Step } from '../../model/plan.ts'
import type { Matrix } from './matrix.ts'
import type { PlannedFile } from './plan.ts'

/** Where an entry or a step is. */
interface Spot {
  readonly environment: string
  readonly client: string | null
}

const isAt = (spot: Spot, environment: string, client: string): boolean => spot.environment === environment && spot.client === client

/** The files that repeat another client's file of their side (`copyOf`) and say the same of every server. */
export function copiesIn(files: readonly PlannedFile[], matrix: Matrix): PlannedFile[] {
  return files.filter(
    ({
      plan: { environment, client },
      observed: {
        client: { copyOf },
      },
    }) => {
      if (copyOf === undefined || !files.some((file) => isAt(file.plan, environment, copyOf))) return false
      const states = (id: string): string =>
        matrix.servers.map(({ cells }) => cells.find((cell) => isAt(cell, environment, id))?.state ?? '').join('\n')
      const unmanaged = (id: string): string[] => matrix.unmanaged.flatMap((each) => (isAt(each, environment, id) ? [each.server] : []))
      return states(client) === states(copyOf) && unmanaged(client).every((name) => unmanaged(copyOf).includes(name))
    },
  )
}

/** The table without the columns of these files. */
export function withoutColumns(matrix: Matrix, files: readonly PlannedFile[]): Matrix {
  const isShown = (spot: Spot): boolean => !files.some(({ plan }) => isAt(spot, plan.environment, plan.client))
  return {
    servers: matrix.servers.map((row) => ({
      ...row,
      cells: row.cells.filter(isShown),
    })),
    unmanaged: matrix.unmanaged.filter(isShown),
  }
}

const bodyOf = ({ environment: _, client: __, file: ___, ...rest }: Step): string => JSON.stringify(rest)

const isGood = ({ outcome }: Step): boolean => outcome === 'planned' || outcome === 'done'

/**
 * Whether a step of a copy tells nothing that those of the original do not: it says the same, a server comes that both then have, or
 * the copy itself goes.
 */
const tellsNoMore = (step: Step, original: readonly Step[]): boolean =>
  original.some((each) => bodyOf(each) === bodyOf(step)) ||
  (isGood(step) && step.change === 'remove' && step.server === null && original.length > 0) ||
  (isGood(step) &&
    (step.change === 'add' || step.change === 'adopt') &&
    original.some((each) => isGood(each) && each.server === step.server && each.change !== 'remove'))

/**
 * Steps without those of a file that repeats another client's, where they tell nothing that the steps of that other file do
 * not; and the files left out. `copyOf`: the client that a client repeats.
 */
export function withoutCopies(
  steps: readonly Step[],
  copyOf: (client: string) => string | undefined,
): {
  readonly steps: Step[]
  readonly copies: readonly {
    readonly environment: string
    readonly of: string
    readonly file: string
  }[]
} {
  const copies: {
    environment: string
    of: string
    file: string
    client: string
  }[] = []
  for (const { environment, client, file } of steps) {
    const of = client === null ? undefined : copyOf(client)
    if (of === undefined || client === null || file === null || copies.some((each) => isAt(each, environment, client))) continue
    const stepsOf = (id: string): Step[] => steps.filter((step) => isAt(step, environment, id))
    const original = stepsOf(of)
    if (stepsOf(client).every((step) => tellsNoMore(step, original))) copies.push({ environment, of, file, client })
  }
  return {
    steps: steps.filter((step) => !copies.some((each) => isAt(step, each.environment, each.client))),
    copies,
  }
}
