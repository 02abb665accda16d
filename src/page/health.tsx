import { Remedy, Wrong } from './dialog.tsx'
import type { DoctorDocument } from './documents.ts'
import { setKey } from './set-key.tsx'
import { wish } from './plan.tsx'
import { kept } from './state.ts'

export const health = kept<DoctorDocument>('doctor', 'servers', 'keys')

const marks: Readonly<Record<string, readonly [mark: string, tone: string]>> = {
  error: ['✗', 'bad'],
  failed: ['✗', 'bad'],
  warning: ['!', 'warn'],
}
/** What a person should look at. */
export const wrongOf = (document: DoctorDocument | null) => document?.findings.filter(({ level }) => level in marks) ?? []
const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`

/** What is wrong on both sides, worst first; what is fine is a number. */
export function Health() {
  const { document, trouble, isLoading } = health.value
  const wrong = [...wrongOf(document)].sort((a, b) => Number(a.level === 'warning') - Number(b.level === 'warning'))
  const errors = wrong.filter(({ level }) => level !== 'warning').length
  return (
    <main aria-busy={isLoading}>
      <div class="row">
        <h1>Health</h1>
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
                {fix === null || doneHere(fix) ? null : <Remedy text={fix} />}
              </div>
              {fix === null ? null : <Fix command={fix} />}
            </li>
          )
        })}
      </ul>
    </main>
  )
}

const keyOf = (command: string): string | undefined => /^mcp-twin secret set (\w+)$/.exec(command)?.[1]
const doneHere = (command: string): boolean => command === 'mcp-twin sync' || keyOf(command) !== undefined

/** A button for what the page can do. */
function Fix({ command }: { command: string }) {
  const key = keyOf(command)
  if (key !== undefined)
    return (
      <button type="button" onClick={() => setKey(key)}>
        Set {key}
      </button>
    )
  if (!doneHere(command)) return null
  return (
    <button type="button" onClick={() => void wish({ command: 'sync', args: [] })}>
      Sync
    </button>
  )
}
