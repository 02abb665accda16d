import { signal } from '@preact/signals'
import { send, troubleOf } from './ask.ts'
import { Wrong } from './dialog.tsx'
import type { ShownTrouble } from './documents.ts'
import { clientWord, sideWord } from './words.ts'

interface TriedDocument {
  readonly checks: readonly {
    readonly environment: string
    readonly client: string
    readonly ok: boolean
    readonly tools: number | null
    readonly reason: string | null
    readonly stderr: string | null
  }[]
}

const tried = signal<{ readonly name: string; readonly document: TriedDocument | null; readonly trouble: ShownTrouble | null } | null>(null)

/** Starts a server once as each program would. */
export async function tryNow(name: string): Promise<void> {
  tried.value = { name, document: null, trouble: null }
  try {
    tried.value = { name, document: await send<TriedDocument>('try', { name }), trouble: null }
  } catch (error) {
    tried.value = {
      name,
      document: null,
      trouble: troubleOf(error),
    }
  }
}

/** What came of it. An answer says nothing of a key: many servers look at theirs only when a tool is called. */
export function Tried({ name }: { name: string }) {
  const now = tried.value
  if (now === null || now.name !== name) return null
  const { document, trouble } = now
  return (
    <section aria-busy={document === null && trouble === null} aria-live="polite">
      <h2>Tried</h2>
      <Wrong trouble={trouble} />
      {document === null && trouble === null ? <p class="quiet">It is being started.</p> : null}
      <ul class="plain">
        {document?.checks.map(({ client, environment, ok, tools, reason, stderr }) => (
          <li key={`${client} ${environment}`}>
            <span class={ok ? 'quiet' : 'bad'}>{ok ? `✓ answers, ${tools} tool${tools === 1 ? '' : 's'}` : `✗ ${reason}`}</span>{' '}
            {clientWord(client)}, {sideWord(environment)}
            {stderr === null ? null : <pre>{stderr}</pre>}
          </li>
        ))}
      </ul>
    </section>
  )
}
