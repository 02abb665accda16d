import { type Signal, signal } from '@preact/signals'
import { useMemo, useState } from 'preact/hooks'
import { FormDialog, typedIn, Wrong } from './dialog.tsx'
import { wish } from './plan.tsx'
import { kept, type Shown } from './state.ts'
import { Table } from './table.tsx'
import { clientWord, whenWords } from './words.ts'

interface EntryDocument {
  readonly value: unknown
  readonly version: number
  readonly rationale: string | null
  readonly tags: readonly string[]
  readonly by: string
  readonly at: number
}

interface VersionsDocument {
  readonly versions: readonly Omit<EntryDocument, 'rationale' | 'tags'>[]
}

/** An entry of the memory by its full name. */
export interface EntryName {
  readonly namespace: string
  readonly name: string
}

export const entryAddress = ({ namespace, name }: EntryName): string =>
  `#/memory/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`
const asked = ({ namespace, name }: EntryName): string => `word=${encodeURIComponent(name)}&namespace=${encodeURIComponent(namespace)}`
const shownText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value, null, 2))
const changing = signal<EntryDocument | null>(null)

/** One entry of the memory, as it is and as it was. */
export function Entry({ namespace, name }: EntryName) {
  const query = asked({ namespace, name })
  const entry = useMemo<Signal<Shown<EntryDocument>>>(() => kept(`memory/get?${query}`, 'store'), [query])
  const history = useMemo<Signal<Shown<VersionsDocument>>>(() => kept(`memory/history?${query}`, 'store'), [query])
  const { document, trouble, isLoading } = entry.value
  const options = { namespace, 'if-version': document?.version }
  return (
    <main aria-busy={isLoading}>
      <div class="row">
        <h1>{name}</h1>
        <span class="quiet">{namespace}</span>
        {document === null || trouble !== null ? null : (
          <>
            <button type="button" onClick={() => (changing.value = document)}>
              Change
            </button>
            <button type="button" onClick={() => void wish({ command: 'memory delete', args: [name], options }, '#/memory')}>
              Delete
            </button>
          </>
        )}
      </div>
      <Wrong trouble={trouble} />
      {document === null ? null : <Value document={document} />}
      <h2>Versions</h2>
      <Table
        label="Versions"
        heads={['Version', 'Value', 'By', 'Changed']}
        rows={(history.value.document?.versions ?? []).map(({ version, value, by, at }) => ({
          id: String(version),
          head: version,
          cells: [<pre>{shownText(value)}</pre>, clientWord(by), whenWords(at)],
        }))}
      />
      <Change namespace={namespace} name={name} />
    </main>
  )
}

const Value = ({ document: { value, rationale, tags, by, at } }: { document: EntryDocument }) => (
  <>
    <pre class="log">{shownText(value)}</pre>
    {rationale === null ? null : <p>{rationale}</p>}
    <p class="quiet">{[...tags, clientWord(by), whenWords(at)].join(' · ')}</p>
  </>
)

/** Text stays text, and JSON stays JSON; why and tags stay as they are. */
function Change({ namespace, name }: EntryName) {
  const [wrong, setWrong] = useState('')
  const now = changing.value
  if (now === null) return null
  const close = () => {
    setWrong('')
    changing.value = null
  }
  const isText = typeof now.value === 'string'
  const submit = (form: HTMLFormElement) => {
    const value = typedIn(form, 'value')
    if (!isText && !isJson(value)) return setWrong('This is not JSON.')
    const { version, rationale, tags } = now
    const options = {
      ...{ namespace, 'if-version': version, tag: tags },
      ...(isText && { text: true }),
      ...(rationale !== null && { rationale }),
    }
    close()
    void wish({ command: 'memory set', args: [name, value], options })
  }
  return (
    <FormDialog title={`Change ${name}`} close={close} submit={submit}>
      <label>
        {isText ? 'New value' : 'New value, as JSON'} <textarea name="value" rows={8} required defaultValue={shownText(now.value)} />
      </label>
      <p class="bad" role="alert">
        {wrong}
      </p>
    </FormDialog>
  )
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
