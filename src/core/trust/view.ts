import { createHash } from 'node:crypto'
import type { Lock, LockedPackage } from '../../model/lock.ts'
import type { LaunchKind, Manifest, Override, ServerSpec } from '../../model/manifest.ts'
import type { ShownServer } from '../../model/trust.ts'
import { DOTS, inAddress, inArgument, inHeader, inLine, inVariable, type KeySpan } from '../keys/spans.ts'
import { fillTemplates } from '../keys/template.ts'
import { programOf } from '../launch/package.ts'
import { isStartedByRun } from '../launch/project.ts'
import { FETCHES, fetchesPackages, PACKAGE_INSTEAD } from '../launch/project-runner.ts'
import { lockedFor } from '../manifest/locked.ts'
import { variablesOf, wordsIn } from '../manifest/names.ts'
import { isPython, withoutPrefix } from '../packages/python.ts'

/** What a person is shown of every server before it is trusted, by name. */
export type TrustView = Readonly<Record<string, ShownServer>>

/**
 * The servers of a manifest as they are shown before they may start. `files`: files of the project that each one starts;
 * null: no project's manifest but one for a user's own, in which what it says for one side counts.
 */
export function trustView(
  { servers, launch }: Pick<Manifest, 'servers' | 'launch'>,
  lock: Lock,
  files: ReadonlyMap<string, readonly string[]> | null,
): TrustView {
  return Object.fromEntries(
    Object.entries(servers).map(([name, server]): [string, ShownServer] => {
      const words = wordsIn(server)
      const pinned = words === undefined ? undefined : lockedFor(lock, words)
      const locked = pinned === undefined || 'refuse' in pinned ? undefined : pinned
      const digest = createHash('sha256')
        .update(JSON.stringify([{ ...server, description: undefined }, launch ?? null, locked ?? null]))
        .digest('hex')
      return [
        name,
        { lines: serverLines(name, server, { locked, launch, files: files === null ? null : (files.get(name) ?? []) }), digest },
      ]
    }),
  )
}

/** One server that is not as it was when it was trusted, with the lines that went and came. */
export interface TrustChange {
  readonly server: string
  readonly change: 'added' | 'removed' | 'changed'
  readonly before: readonly string[]
  readonly now: readonly string[]
}

/** Returns the changes since the last review, in the order of the manifest, then what was removed. */
export function trustChanges(before: TrustView, now: TrustView): TrustChange[] {
  const found: TrustChange[] = []
  for (const [server, { lines, digest }] of Object.entries(now)) {
    const old = Object.hasOwn(before, server) ? before[server] : undefined
    if (old === undefined) found.push({ server, change: 'added', before: [], now: lines })
    else if (old.digest !== digest || old.lines.join('\n') !== lines.join('\n'))
      found.push({
        server,
        change: 'changed',
        before: old.lines.filter((line) => !lines.includes(line)),
        now: lines.filter((line) => !old.lines.includes(line)),
      })
  }
  for (const [server, { lines }] of Object.entries(before))
    if (!Object.hasOwn(now, server)) found.push({ server, change: 'removed', before: lines, now: [] })
  return found
}

/**
 * A stranger's manifest is shown as it is, since everything in it may decide what is started. Only what can be
 * nothing but a key, and neither part of a command line nor the name of a file, becomes dots.
 */
const PLAIN_KEY = /^(?!.*\.[A-Za-z]\w{0,4}$)[\w+=.~-]{8,}$/

function dotted(text: string, spans: readonly KeySpan[]): string {
  let out = ''
  let at = 0
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    if (start < at || !PLAIN_KEY.test(text.slice(start, end))) continue
    out += `${text.slice(at, start)}${DOTS}`
    at = end
  }
  return out + text.slice(at)
}

/** One word, distinguishable from its neighbours: in quotes when it holds a blank, a quote or anything but ASCII. */
const quoted = (word: string): string => (/^[!#-&(-[\]-~]+$/.test(word) ? word : JSON.stringify(word))

/** What is started or reached, in one line: variables, program, arguments; or the address. */
function headline(part: ServerSpec | Override, locked: LockedPackage | undefined): string {
  const { command, url, args = [], env = {} } = part
  const words = wordsIn(part)
  const variables = Object.entries(env).map(
    ([name, value]) => `${name}=${value === '' ? '' : quoted(dotted(value, inVariable(name, value)))}`,
  )
  const typed = args.map((word, at) => quoted(dotted(word, inArgument(word, args[at - 1]))))
  const what =
    url !== undefined
      ? quoted(dotted(url, inAddress(url)))
      : command !== undefined
        ? quoted(dotted(command, inLine(command)))
        : words !== undefined
          ? `the ${part.package === undefined ? 'Python package' : 'package'} ${locked === undefined ? withoutPrefix(words) : `${locked.name}@${locked.version}`}`
          : 'extension' in part && part.extension !== undefined
            ? `the extension ${quoted(part.extension)} of Claude Desktop`
            : ''
  return [...variables, ...(what === '' ? [] : [what]), ...(url === undefined ? typed : [])].join(' ')
}

/** References of clients, `${NAME}` and `${env:NAME}`, which they fill from the environment in which they run. */
const REFERENCE = /\$\{(?:env:)?([A-Za-z_]\w*)(?::-[^}]*)?\}/g

function texts(server: ServerSpec | Override): string[] {
  const { command, url, args = [], env = {}, headers = {} } = server
  return [command ?? '', url ?? '', ...args, ...Object.values(env), ...Object.values(headers)]
}

/** Names of the variables of the person's own environment that go to a server. */
function variablesTaken(server: ServerSpec | Override): string[] {
  const plain = texts(server).map((text) => fillTemplates(text, () => ''))
  const named = plain.flatMap((text) => [...text.matchAll(REFERENCE)].map((found) => found[1] ?? ''))
  return [...new Set([...variablesOf({ ...server, on: undefined }), ...named])]
}

const headerLines = ({ headers = {} }: ServerSpec | Override): string[] =>
  Object.entries(headers).map(([name, value]) => `header ${name}: ${dotted(value, inHeader(name, value))}`)

function packageLines(server: ServerSpec, locked: LockedPackage | undefined): string[] {
  const { bin, allowScripts } = server
  const words = wordsIn(server)
  if (words === undefined) return []
  if (locked === undefined) return [`package ${withoutPrefix(words)}: no version is pinned`]
  const program = programOf(locked, bin)
  return [
    [
      `package ${locked.name} ${locked.version}`,
      'path' in program ? `program ${program.path}` : program.trouble,
      locked.python !== undefined
        ? `Python ${locked.python.version}, nothing newer than ${locked.python.excludeNewer}`
        : locked.integrity === undefined
          ? 'no integrity recorded'
          : `integrity ${locked.integrity}`,
    ].join(', '),
    ...(allowScripts === true
      ? [`allowScripts: ${isPython(words) ? 'it may be built from source' : 'its install scripts are run'} when it is installed`]
      : []),
  ]
}

/** What a server says for one side. Of a project's, nothing of it counts. */
function sideLines({ on = {}, runIn }: ServerSpec, isProject: boolean): string[] {
  const ignored = isProject ? " (ignored: a project's files serve every side)" : ''
  return [
    ...Object.entries(on).map(([side, part]) => {
      const more = [
        ...headerLines(part),
        ...(['transport', 'bin', 'launch'] as const).flatMap((key) => (part[key] ? `${key} ${part[key]}` : [])),
      ]
      const said = [headline(part, undefined), ...more].filter((each) => each !== '').join(', ')
      return `on ${side}: ${said}${ignored}`
    }),
    ...(runIn === undefined || runIn === 'each' ? [] : [`runIn ${runIn}${ignored}`]),
  ]
}

interface ServerAround {
  readonly locked: LockedPackage | undefined
  /** How the manifest starts servers that say nothing of it. */
  readonly launch: LaunchKind | undefined
  /** Files of the project that it starts, as spelled in the project; null: no project's server. */
  readonly files: readonly string[] | null
}

/** Everything of one server that decides what runs and what leaves the machine, in lines: the first one says it all but for details. */
export function serverLines(name: string, server: ServerSpec, { locked, launch, files }: ServerAround): string[] {
  const first = headline(server, locked)
  const parts = [server, ...(files === null ? Object.values(server.on ?? {}) : [])]
  const taken = [...new Set(parts.flatMap(variablesTaken))]
  const way = server.launch ?? (server.package === undefined ? undefined : launch)
  return [
    `${/^[\w.@/-]+$/.test(name) ? name : JSON.stringify(name)}: ${first === '' ? 'nothing' : first}${server.disabled === true ? ' (switched off)' : ''}`,
    ...(files !== null && isStartedByRun(server) && fetchesPackages(server)
      ? [`not started with keys: ${FETCHES}; ${PACKAGE_INSTEAD}`]
      : []),
    ...headerLines(server),
    ...packageLines(server, locked),
    ...(['transport', 'bin'] as const).flatMap((key) => (server[key] === undefined ? [] : [`${key} ${server[key]}`])),
    ...(way === undefined ? [] : [`launch ${way}${files === null ? '' : ' (of no effect in a project)'}`]),
    ...(server.only === undefined ? [] : [`only ${server.only.join(', ')}`]),
    ...(server.except === undefined ? [] : [`except ${server.except.join(', ')}`]),
    ...(taken.length === 0 ? [] : [`takes from your environment: ${taken.join(', ')}`]),
    ...(files === null || files.length === 0 ? [] : [`files of the project, whose later changes are not asked about: ${files.join(', ')}`]),
    ...sideLines(server, files !== null),
  ]
}
