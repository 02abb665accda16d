import { Wrong } from './dialog.tsx'
import type { KeysDocument } from './documents.ts'
import { wish } from './plan.tsx'
import { setKey } from './set-key.tsx'
import { kept } from './state.ts'
import { Table } from './table.tsx'

const keys = kept<KeysDocument>('secret', 'keys', 'servers')

/** Names of keys, and who uses them. No value ever comes here. */
export function Keys() {
  const { document, trouble, isLoading } = keys.value
  return (
    <main aria-busy={isLoading}>
      <h1>Keys</h1>
      <Wrong trouble={trouble} />
      {document?.keys.length === 0 ? <p>No server asks for a key.</p> : null}
      {document === null || document.keys.length === 0 ? null : (
        <Table label="Keys" heads={['Name', 'Used by', 'State']} rows={document.keys.map(rowOf)} />
      )}
    </main>
  )
}

const rowOf = ({ name, stored, usedBy, projects = [] }: KeysDocument['keys'][number]) => ({
  id: name,
  head: name,
  cells: [[...usedBy, ...projects].join(', '), <span class={stored ? 'fine' : 'bad'}>{stored ? '✓ stored' : '✗ not stored'}</span>],
  actions: (
    <>
      <button type="button" aria-label={`Set ${name}`} onClick={() => setKey(name)}>
        Set
      </button>
      {stored ? (
        <button type="button" aria-label={`Remove ${name}`} onClick={() => void wish({ command: 'secret remove', args: [name] })}>
          Remove
        </button>
      ) : null}
    </>
  ),
})
