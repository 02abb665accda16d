import { Wrong } from './dialog.tsx'
import type { KeysDocument, SyncedDocument } from './documents.ts'
import { wish } from './plan.tsx'
import { columnsOf, list } from './servers.tsx'
import { setKey } from './set-key.tsx'
import { kept } from './state.ts'
import { Table } from './table.tsx'
import { headOf, isQuiet } from './words.ts'

type Key = KeysDocument['keys'][number]

const keys = kept<KeysDocument>('secret', 'keys', 'servers')
/** Field by field, where an entry holds something else. */
const differences = kept<SyncedDocument>('diff', 'keys', 'servers')

/** Names of keys, and who uses them. No value ever comes here. */
export function Keys() {
  const { document, trouble, isLoading } = keys.value
  return (
    <main aria-busy={isLoading || list.value.isLoading || differences.value.isLoading}>
      <h1>Keys</h1>
      <Wrong trouble={trouble} />
      {document?.keys.length === 0 ? <p>No server asks for a key.</p> : null}
      {document === null || document.keys.length === 0 ? null : (
        <Table label="Keys" heads={['Name', 'Used by', 'State', 'Where']} rows={document.keys.map((key) => rowOf(key, document))} />
      )}
    </main>
  )
}

const Stored = ({ stored }: Pick<Key, 'stored'>) => <span class={stored ? 'fine' : 'bad'}>{stored ? '✓ stored' : '✗ not stored'}</span>
const SetIt = ({ name }: Pick<Key, 'name'>) => (
  <button type="button" aria-label={`Set ${name}`} onClick={() => setKey(name)}>
    Set
  </button>
)

const rowOf = (key: Key, { keys: all }: KeysDocument) => ({
  id: key.name,
  head: key.name,
  cells: [[...key.usedBy, ...(key.projects ?? [])].join(', '), <Stored stored={key.stored} />, <Where places={placesOf(key, all)} />],
  actions: (
    <>
      <SetIt name={key.name} />
      {key.stored ? (
        <button type="button" aria-label={`Remove ${key.name}`} onClick={() => void wish({ command: 'secret remove', args: [key.name] })}>
          Remove
        </button>
      ) : null}
    </>
  ),
})

/** The programs whose entries use a key, and what is wrong with each; '' for nothing. */
function placesOf({ name, usedBy }: Key, all: readonly Key[]): ReadonlyMap<string, string> {
  const places = new Map<string, string>()
  const { document } = list.value
  if (document === null) return places
  const columns = new Set(columnsOf(document).map(headOf))
  for (const server of document.servers.filter((each) => usedBy.includes(each.name))) {
    const isOnly = all.every((each) => each.name === name || !each.usedBy.includes(server.name))
    for (const cell of server.cells) {
      const place = headOf(cell)
      if (!columns.has(place) || cell.state === 'off' || cell.state === 'not here') continue
      const wrong = isQuiet(cell.state)
        ? ''
        : cell.state === 'differs' && hasAnother(name, isOnly, server.name, cell)
          ? 'another value'
          : cell.state
      places.set(place, places.get(place) || wrong)
    }
  }
  return places
}

/** Whether an entry holds another value of a key: its field looks the same by dots. `isOnly`: its server uses no other key. */
const hasAnother = (
  name: string,
  isOnly: boolean,
  server: string,
  at: { readonly client: string; readonly environment: string },
): boolean =>
  (differences.value.document?.steps ?? [])
    .filter((step) => step.server === server && step.client === at.client && step.environment === at.environment)
    .flatMap(({ fields = [] }) => fields)
    .some(({ field, before, after }) => before !== null && before === after && (isOnly || field.endsWith(`.${name}`)))

function Where({ places }: { places: ReadonlyMap<string, string> }) {
  const fine = [...places].flatMap(([place, wrong]) => (wrong === '' ? [place] : []))
  return (
    <div>
      {fine.length === 0 ? null : <div class="fine">✓ {fine.join('; ')}</div>}
      {[...places].map(([place, wrong]) =>
        wrong === '' ? null : (
          <div key={place} class="warn">
            ! {place}: {wrong}
          </div>
        ),
      )}
    </div>
  )
}

/** The keys of one server. */
export function UsedKeys({ name }: { name: string }) {
  const used = keys.value.document?.keys.filter(({ usedBy }) => usedBy.includes(name)) ?? []
  if (used.length === 0) return null
  return (
    <section>
      <h2>
        <a href="#/keys">Keys</a>
      </h2>
      <ul class="plain findings">
        {used.map((key) => (
          <li key={key.name} class="pair">
            <span>
              {key.name} <Stored stored={key.stored} />
            </span>
            <SetIt name={key.name} />
          </li>
        ))}
      </ul>
    </section>
  )
}
