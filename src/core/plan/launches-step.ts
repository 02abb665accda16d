import type { Environment } from '../../model/environment.ts'
import type { Launches } from '../../model/launches.ts'
import type { NativePath } from '../../model/path.ts'
import type { EntryStep } from '../../model/plan.ts'
import type { LaunchesPlan } from './launches-facts.ts'
import { makeStep } from './step.ts'

interface Place {
  readonly side: Environment
  readonly file: NativePath
  readonly isNew: boolean
}

/** What is said of a `launches.json` that is to be written. What the entries of that side say in the same plan is not said again. */
export function launchesStep(
  { side, file, isNew }: Place,
  before: Launches,
  next: Launches,
  entries: readonly EntryStep[],
): Pick<LaunchesPlan, 'step' | 'servers' | 'isTold'> {
  const servers = [...new Set([...Object.keys(before.servers), ...Object.keys(next.servers)])]
    .filter((name) => JSON.stringify(before.servers[name]) !== JSON.stringify(next.servers[name]))
    .sort()
  const hasProjects = JSON.stringify(before.projects) !== JSON.stringify(next.projects)
  const written = new Set(entries.flatMap(({ change, step }) => (change === null || step.environment !== side.id ? [] : [step.server])))
  const [server, ...more] = servers
  const words = [
    ...(server === undefined ? [] : [more.length === 0 ? 'how it is started there' : `how ${listed(servers)} are started there`]),
    ...(hasProjects ? ['the keys of trusted projects'] : []),
  ]
  const step = makeStep({
    kind: 'write',
    environment: side.id,
    file,
    server: more.length === 0 && !hasProjects ? (server ?? null) : null,
    change: isNew ? 'add' : 'update',
    reason: words.length === 0 ? 'it could not be used as it was' : words.join(', '),
  })
  return { step, servers, isTold: server !== undefined && !hasProjects && servers.every((name) => written.has(name)) }
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
