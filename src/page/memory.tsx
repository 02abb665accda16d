import { computed, signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Wrong } from './dialog.tsx'
import { entryAddress } from './entry.tsx'
import { wish } from './plan.tsx'
import { kept, type Shown } from './state.ts'
import { Table } from './table.tsx'
import { whenWords } from './words.ts'

interface Entry {
  readonly namespace: string
  readonly key: string
  readonly version: number
  readonly by: string
  readonly at: number
  /** Of a list: the beginning of the value. */
  readonly begins?: string
  /** Of a search. */
  readonly value?: unknown
}

interface MemoryDocument {
  readonly entries?: readonly Entry[]
  readonly results?: readonly Entry[]
  readonly total?: number
  /** All that there are; not part of a search. */
  readonly namespaces?: readonly string[]
  readonly cursor?: string | null
}

const searched = signal('')
/** The namespace that is looked at; '' for all. */
const namespace = signal('')
/** Where each page began that was looked at, the last one now. */
const pages = signal<readonly string[]>([''])

const entries = kept<MemoryDocument>(
  computed(() => {
    const within = namespace.value === '' ? '' : `&namespace=${encodeURIComponent(namespace.value)}`
    if (searched.value.trim() !== '') return `memory/search?limit=50&word=${encodeURIComponent(searched.value)}${within}`
    const cursor = pages.value.at(-1) ?? ''
    return `memory?limit=100&newest=true${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}${within}`
  }),
  'store',
)

/** What programs remember, newest first. */
export function Memory() {
  const { document, trouble, isLoading } = entries.value
  const found = document?.results ?? document?.entries ?? []
  return (
    <main aria-busy={isLoading}>
      <div class="row">
        <h1>Memory</h1>
        <input
          type="search"
          aria-label="Search memory"
          placeholder="Search memory"
          value={searched.value}
          onInput={(event) => {
            searched.value = event.currentTarget.value
          }}
        />
        <Namespaces all={document?.namespaces} />
      </div>
      <Wrong trouble={trouble} />
      {document !== null && found.length === 0 ? (
        <p>{searched.value === '' ? 'Nothing is remembered yet. Say to Claude: “remember that …”.' : 'Nothing was found.'}</p>
      ) : null}
      {found.length === 0 ? null : <Table label="Memory" heads={['Key', 'Namespace', 'Value', 'By', 'Changed']} rows={found.map(rowOf)} />}
      <Pages shown={entries.value} count={found.length} />
    </main>
  )
}

/** As the last list said, which a search does not. */
const listed = signal<readonly string[]>([])

function Namespaces({ all: found }: { all: readonly string[] | undefined }) {
  const all = found ?? listed.peek()
  useEffect(() => {
    listed.value = all
  }, [all.join()])
  if (all.length < 2) return null
  return (
    <select
      aria-label="Namespace"
      value={namespace.value}
      onChange={(event) => {
        namespace.value = event.currentTarget.value
        pages.value = ['']
      }}
    >
      <option value="">All namespaces</option>
      {all.map((each) => (
        <option key={each} value={each}>
          {each}
        </option>
      ))}
    </select>
  )
}

const shortly = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200)

const rowOf = ({ namespace, key, version, by, at, begins, value }: Entry) => ({
  id: `${namespace} ${key}`,
  head: <a href={entryAddress({ namespace, name: key })}>{key}</a>,
  cells: [namespace, begins ?? shortly(value), by, whenWords(at)],
  actions: (
    <button
      type="button"
      aria-label={`Delete ${key}`}
      onClick={() => void wish({ command: 'memory delete', args: [key], options: { namespace, 'if-version': version } })}
    >
      Delete
    </button>
  ),
})

function Pages({ shown: { document }, count }: { shown: Shown<MemoryDocument>; count: number }) {
  const { total, cursor = null } = document ?? {}
  if (total === undefined || count === 0) return null
  const before = (pages.value.length - 1) * 100
  return (
    <div class="row end">
      <span class="quiet">
        {before + 1}–{before + count} of {total.toLocaleString('en')}
      </span>
      {before === 0 ? null : (
        <button type="button" onClick={() => (pages.value = pages.value.slice(0, -1))}>
          Previous
        </button>
      )}
      {cursor === null ? null : (
        <button type="button" onClick={() => (pages.value = [...pages.value, cursor])}>
          Next
        </button>
      )}
    </div>
  )
}
