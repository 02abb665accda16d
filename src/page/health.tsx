import { signal } from '@preact/signals'
import { send, troubleOf } from './ask.ts'
import { Wrong } from './dialog.tsx'
import type { DoctorDocument } from './documents.ts'
import { Fix } from './fix.tsx'
import { wish } from './plan.tsx'
import { about, kept, type Shown } from './state.ts'

export const health = kept<DoctorDocument>('doctor', 'servers', 'keys')

const marks: Readonly<Record<string, readonly [mark: string, tone: string]>> = {
  error: ['✗', 'bad'],
  failed: ['✗', 'bad'],
  warning: ['!', 'warn'],
}
/** What a person should look at. */
export const wrongOf = (document: DoctorDocument | null) => document?.findings.filter(({ level }) => level in marks) ?? []
const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`

/** Sides whose programs cannot be started from here, and how that is said; their files may lie within reach all the same. */
export const unreached = (): ReadonlyMap<string, string> =>
  new Map(
    health.value.document?.environments.flatMap(({ id, reach, asleep }) =>
      reach === 'none' ? [[id, asleep === true ? '! asleep' : '! not reached'] as const] : [],
    ),
  )

/** What a deeper look found, until anything changes. */
const deeper = signal<{ readonly after: DoctorDocument | null; readonly shown: Shown<DoctorDocument> } | null>(null)

/** Starts every server as its programs do, and looks again. */
async function lookDeeper(): Promise<void> {
  const after = health.value.document
  deeper.value = { after, shown: { document: after, trouble: null, isLoading: true } }
  const shown: Shown<DoctorDocument> = await send<DoctorDocument>('deep', {}).then(
    (document) => ({ document, trouble: null, isLoading: false }),
    (error: unknown) => ({ document: after, trouble: troubleOf(error), isLoading: false }),
  )
  deeper.value = { after, shown }
}

/** What is wrong on both sides, worst first; what is fine is a number. */
export function Health() {
  const isDeeper = deeper.value !== null && deeper.value.after === health.value.document
  const { document, trouble, isLoading } = (isDeeper ? deeper.value?.shown : null) ?? health.value
  const wrong = [...wrongOf(document)].sort((a, b) => Number(a.level === 'warning') - Number(b.level === 'warning'))
  const errors = wrong.filter(({ level }) => level !== 'warning').length
  return (
    <main aria-busy={isLoading}>
      <div class="row">
        <h1>Health</h1>
        <button type="button" disabled={isLoading || about.value?.readOnly === true} onClick={() => void lookDeeper()}>
          Look deeper
        </button>
        {wrong.length === 0 ? null : (
          <button type="button" onClick={() => void wish({ command: 'doctor --fix', args: [] })}>
            Fix what is safe
          </button>
        )}
      </div>
      <Wrong trouble={trouble} />
      {document === null ? null : (
        <p class="quiet">
          {wrong.length === 0
            ? `All is well: ${count(document.findings.length, 'thing')} looked at.`
            : `${count(errors, 'error')}, ${count(wrong.length - errors, 'warning')}`}
        </p>
      )}
      <ul class="plain findings marked">
        {wrong.map(({ check, level, subject, message, fix, detail = [] }) => {
          const [mark, tone] = marks[level] ?? ['', '']
          return (
            <li key={`${check} ${subject} ${message}`}>
              <span class={tone}>{mark}</span>
              <div>
                <p>
                  <strong>{subject}</strong> {message}
                </p>
                {detail.length === 0 ? null : <pre class="quiet">{detail.join('\n')}</pre>}
              </div>
              {fix === null ? null : <Fix text={fix} />}
            </li>
          )
        })}
      </ul>
    </main>
  )
}
