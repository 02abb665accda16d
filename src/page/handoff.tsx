import { useMemo } from 'preact/hooks'
import { Wrong } from './dialog.tsx'
import { kept } from './state.ts'
import { clientWord, receiverWord, whenWords } from './words.ts'

interface HandoffDocument {
  readonly title: string
  readonly status: string
  readonly to: string
  readonly by: string
  readonly at: number
  readonly goal: string
  readonly acceptance?: string
  readonly files?: readonly { readonly path: string }[]
  readonly sections?: readonly { readonly heading: string; readonly body: string }[]
}

/** One handoff, as the program reads it that takes it up. */
export function Handoff({ id }: { id: string }) {
  const { document, trouble, isLoading } = useMemo(
    () => kept<HandoffDocument>(`handoff/show?word=${encodeURIComponent(id)}`, 'store'),
    [id],
  ).value
  return (
    <main aria-busy={isLoading}>
      <div class="row">
        <h1>{document?.title ?? id}</h1>
        <span class="quiet">{document?.status}</span>
      </div>
      <Wrong trouble={trouble} />
      {document === null ? null : <Whole document={document} />}
    </main>
  )
}

const Whole = ({ document: { goal, acceptance, to, by, at, files = [], sections = [] } }: { document: HandoffDocument }) => (
  <>
    <p class="quiet">
      {clientWord(by)} to {receiverWord(to)}, {whenWords(at)}
    </p>
    <p>{goal}</p>
    {acceptance === undefined ? null : <p>Done when: {acceptance}</p>}
    {files.length === 0 ? null : (
      <ul class="plain">
        {files.map(({ path }) => (
          <li key={path}>
            <code>{path}</code>
          </li>
        ))}
      </ul>
    )}
    {sections.map(({ heading, body }) => (
      <section key={heading}>
        <h2>{heading}</h2>
        <p class="text">{body}</p>
      </section>
    ))}
  </>
)
