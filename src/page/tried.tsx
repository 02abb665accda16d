import { signal } from '@preact/signals'
import { send, troubleOf } from './ask.ts'
import { Wrong } from './dialog.tsx'
import type { ShownTrouble } from './documents.ts'
import { logged } from './state.ts'
import { headOf } from './words.ts'

interface TriedDocument {
  readonly checks: readonly {
    readonly environment: string
    readonly client: string
    readonly ok: boolean
    readonly tools: number | null
    readonly reason: string | null
    readonly stderr: string | null
  }[]
  readonly notices: readonly string[]
}

interface Trial {
  /** By this name the server sends what is said meanwhile. */
  readonly id: string
  readonly name: string
  readonly document: TriedDocument | null
  readonly trouble: ShownTrouble | null
  /** What it said as each program's, line by line. */
  readonly said: ReadonlyMap<string, readonly string[]>
}

const tried = signal<Trial | null>(null)
const show = (id: string, more: (trial: Trial) => Partial<Trial>): void => {
  const now = tried.value
  if (now?.id === id) tried.value = { ...now, ...more(now) }
}
logged.tell = ({ id = '', client = '', environment = '', lines = [] }) =>
  show(id, ({ said }) => {
    const head = headOf({ client, environment })
    return { said: new Map([...said, [head, [...(said.get(head) ?? []), ...lines]]]) }
  })

/** Starts a server once as each program would. */
export async function tryNow(name: string): Promise<void> {
  const id = crypto.randomUUID()
  tried.value = { id, name, document: null, trouble: null, said: new Map() }
  try {
    const document = await send<TriedDocument>('try', { name, id })
    show(id, () => ({ document }))
  } catch (error) {
    show(id, () => ({ trouble: troubleOf(error) }))
  }
}

/** What came of it. An answer says nothing of a key: many servers look at theirs only when a tool is called. */
export function Tried({ name }: { name: string }) {
  const now = tried.value
  if (now === null || now.name !== name) return null
  const { document, trouble, said } = now
  const isBusy = document === null && trouble === null
  return (
    <section aria-busy={isBusy} aria-live="polite">
      <h2>Tried</h2>
      <Wrong trouble={trouble} />
      {isBusy ? <p class="quiet">It is being started.</p> : null}
      <ul class="plain">
        {document?.checks.map(({ client, environment, ok, tools, reason, stderr }) => (
          <li key={`${client} ${environment}`}>
            <span class={ok ? 'quiet' : 'bad'}>{ok ? `✓ answers, ${tools} tool${tools === 1 ? '' : 's'}` : `✗ ${reason}`}</span>{' '}
            {headOf({ client, environment })}
            {stderr === null || isToldBy(said.get(headOf({ client, environment })), stderr) ? null : <pre>{stderr}</pre>}
          </li>
        ))}
        {document?.notices.map((each) => (
          <li key={each} class="quiet">
            {each}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Whether the log shows its last words already. */
const isToldBy = (lines: readonly string[] = [], stderr: string): boolean => lines.join('\n').endsWith(stderr)

/** What a server said while it was tried last, as the first part of its log. */
export function TriedLines({ name }: { name: string }) {
  const now = tried.value
  if (now === null || now.name !== name) return null
  return [...now.said].map(([head, lines]) => (
    <div key={head}>
      <h3>Tried as {head}</h3>
      <pre>{lines.join('\n')}</pre>
    </div>
  ))
}
