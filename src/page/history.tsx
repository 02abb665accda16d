import { Wrong } from './dialog.tsx'
import { wish } from './plan.tsx'
import type { Happened } from './documents.ts'
import { happened, kept } from './state.ts'
import { Table } from './table.tsx'
import { whenWords } from './words.ts'

interface RunsDocument {
  readonly runs: readonly {
    readonly id: string
    readonly at: string
    readonly command: string
    /** Absent: it changed no entry, but files of ours. */
    readonly changes?: readonly { readonly server: string | null; readonly change: string; readonly fields: readonly string[] }[]
  }[]
}

interface EventsDocument {
  readonly changes: readonly Happened[]
  readonly audit: readonly Happened[]
}

const runs = kept<RunsDocument>('undo', 'runs')
const events = kept<EventsDocument>('events?lines=50')

/** What commands changed, and what happens through the bridges. */
export function History() {
  const { document, trouble, isLoading } = runs.value
  return (
    <main aria-busy={isLoading}>
      <h1>History</h1>
      <Wrong trouble={trouble} />
      {document?.runs.length === 0 ? <p>No command has changed anything yet.</p> : null}
      {document === null || document.runs.length === 0 ? null : (
        <Table label="Runs" heads={['When', 'Command', 'What']} rows={document.runs.map(rowOf)} />
      )}
      <Events />
    </main>
  )
}

const rowOf = ({ id, at, command, changes = [] }: RunsDocument['runs'][number]) => ({
  id,
  head: whenWords(Date.parse(at)),
  cells: [
    command,
    changes.length === 0 ? <span class="quiet">no entry of a program</span> : [...new Set(changes.map(changeWords))].join(' · '),
  ],
  actions: (
    <button type="button" onClick={() => void wish({ command: 'undo', args: [id] })}>
      Undo this run
    </button>
  ),
})

const done: Readonly<Record<string, string>> = { add: 'added', update: 'updated', remove: 'removed', adopt: 'took over' }

const changeWords = ({ server, change, fields }: NonNullable<RunsDocument['runs'][number]['changes']>[number]): string =>
  `${done[change] ?? change} ${server ?? ''}${fields.length === 0 ? '' : ` (${fields.join(', ')})`}`

function Events() {
  const { document, trouble } = events.value
  const all = document === null ? [] : inOrder([...document.changes, ...document.audit, ...happened.value])
  return (
    <section>
      <h2>Events</h2>
      <Wrong trouble={trouble} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="log" role="log" aria-label="Events" tabIndex={0}>
        {all.map((each) => (
          <p key={JSON.stringify(each)}>{eventWords(each)}</p>
        ))}
        {document !== null && all.length === 0 ? <p class="quiet">Nothing has happened yet.</p> : null}
      </div>
    </section>
  )
}

/** What is in the document and was told as well is one thing. */
const inOrder = (all: readonly Happened[]): Happened[] =>
  [...new Map(all.map((each) => [JSON.stringify(each), each])).values()].sort((one, other) => one.at - other.at)

const eventWords = ({ kind, at, by, key, id, client, tool, subject, outcome }: Happened): string =>
  [whenWords(at), by ?? client, kind === 'audit' ? tool : kind, key ?? id ?? subject, outcome]
    .filter((each) => each !== undefined && each !== '')
    .join(' · ')
