import { useMemo } from 'preact/hooks'
import { Wrong } from './dialog.tsx'
import type { LogsDocument } from './documents.ts'
import { kept } from './state.ts'
import { TriedLines } from './tried.tsx'
import { sideWord } from './words.ts'

/** What programs last logged about a server. */
export function Log({ name }: { name: string }) {
  const logs = useMemo(() => kept<LogsDocument>(`logs?lines=50&word=${encodeURIComponent(name)}`, 'logs'), [name])
  const { document, trouble } = logs.value
  return (
    <section>
      <h2>Log</h2>
      <Wrong trouble={trouble} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div class="log" role="log" aria-label={`Log of ${name}`} tabIndex={0}>
        <TriedLines name={name} />
        {document?.logs.length === 0 ? <p class="quiet">No program has logged anything about it yet.</p> : null}
        {document?.logs.map(({ environment, program, file, lines }) => (
          <div key={file}>
            <h3>
              {program}, {sideWord(environment)}
            </h3>
            <pre>{lines.map(({ at, text }) => `${at ?? ''} ${text}`.trim()).join('\n')}</pre>
          </div>
        ))}
      </div>
    </section>
  )
}
