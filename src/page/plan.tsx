import { signal } from '@preact/signals'
import { RefusedAnswer, send, troubleOf } from './ask.ts'
import { Dialog, Remedy, Wrong } from './dialog.tsx'
import type { PlanDocument, PlannedStep, ShownTrouble } from './documents.ts'
import { about, answerOf, progress, said } from './state.ts'
import { clientWord, sideWord } from './words.ts'

/** A change that a person may want. */
interface Wished {
  readonly command: string
  readonly args: readonly string[]
  readonly options?: Readonly<Record<string, unknown>>
}

interface Open {
  readonly wish: Wished
  /** The screen that it leads to: that of a thing that is gone says nothing. */
  readonly leadsTo: string | null
  readonly plan: PlanDocument | null
  readonly trouble: ShownTrouble | null
  readonly note: string
  readonly isBusy: boolean
}

const open = signal<Open | null>(null)
const show = (more: Partial<Open>) => {
  if (open.value !== null) open.value = { ...open.value, ...more }
}

/** Shows what a change would do; nothing is done by this. `leadsTo`: the address to go to once it is done. */
export async function wish(wished: Wished, leadsTo: string | null = null): Promise<void> {
  open.value = { wish: wished, leadsTo, plan: null, trouble: null, note: '', isBusy: true }
  try {
    show({ plan: await send<PlanDocument>('preview', wished), isBusy: false })
  } catch (error) {
    show({ trouble: troubleOf(error), isBusy: false })
  }
}

async function carryOut({ wish, leadsTo, plan }: Open): Promise<void> {
  if (plan === null) return
  show({ isBusy: true, note: '', trouble: null })
  progress.value = ''
  try {
    const done = await send<{ asked?: string }>('do', { ...wish, seen: plan.seen })
    if (done.asked !== undefined) {
      show({ note: 'Answer it in the terminal where mcp-twin ui runs.' })
      const outcome = await answerOf(done.asked)
      if (outcome !== 'done') return show({ isBusy: false, note: words[outcome] ?? 'It failed; the terminal says why.' })
    }
    said.value = `Done: ${plan.typed}`
    open.value = null
    if (leadsTo !== null) location.hash = leadsTo
  } catch (error) {
    const isOld = error instanceof RefusedAnswer && error.status === 409
    const fresh = isOld ? (error.document as { preview?: PlanDocument }).preview : undefined
    show({ isBusy: false, ...(fresh ? { plan: fresh, note: 'This changed meanwhile' } : { trouble: troubleOf(error) }) })
  }
}

const words: Readonly<Record<string, string>> = { refused: 'Refused in the terminal', changed: 'This changed meanwhile' }

/** The plan of a change, while one is open. */
export function Plan() {
  const now = open.value
  if (now === null) return null
  const { plan, trouble, note, isBusy } = now
  return (
    <Dialog title="Plan" close={() => (open.value = null)}>
      <div aria-busy={isBusy}>
        {plan === null ? null : <Steps plan={plan} wish={now.wish} />}
        <Wrong trouble={trouble} />
        <p role="status">{note || (isBusy ? progress.value : '')}</p>
        <div class="row end">
          <button type="button" onClick={() => (open.value = null)}>
            Cancel
          </button>
          {plan === null || about.value?.readOnly === true ? null : (
            <button type="button" class="main" disabled={isBusy} onClick={() => void carryOut(now)}>
              {plan.asks === 'page' ? 'Do it' : 'Ask in the terminal'}
            </button>
          )}
        </div>
      </div>
    </Dialog>
  )
}

/** What is asked about a change that no config shows. */
const questions: Readonly<Record<string, (first: string) => string>> = {
  'secret remove': (name) => `Remove the key ${name}?`,
  'memory set': (key) => `Change ${key}? The version before stays in its history.`,
  'memory delete': (key) => `Forget ${key}?`,
  'handoff answer': () => 'Send this answer?',
  'actions cancel': () => 'Cancel this action?',
  'session revoke': () => 'End this session? Its token is refused from then on.',
  'plugin revoke': (file) => `Stop ${file}?`,
  'trust revoke': (folder) => `Take back the trust in ${folder}?`,
}

function Steps({ plan: { document, starts, typed }, wish }: { plan: PlanDocument; wish: Wished }) {
  const { steps, notices = [] } = document
  const question = questions[wish.command]?.(wish.args[0] ?? '')
  return (
    <>
      {question === undefined ? null : <p>{question}</p>}
      <Remedy text={typed} />
      {starts.length === 0 ? null : (
        <section>
          <h3>Will be started, and was not agreed to yet</h3>
          {starts.map((each) => (
            <pre key={each}>{each}</pre>
          ))}
        </section>
      )}
      {steps?.length === 0 ? <p>No config changes.</p> : null}
      <ul class="plain">
        {steps?.map((step) => (
          <li key={JSON.stringify(step)}>
            <StepLine step={step} />
          </li>
        ))}
      </ul>
      {notices.map((each) => (
        <p key={each} class="quiet">
          {each}
        </p>
      ))}
    </>
  )
}

function StepLine({ step: { kind, change, server, client, environment, file, reason, fields = [] } }: { step: PlannedStep }) {
  return (
    <>
      <p>
        <strong>{[kind === 'write' ? change : kind, server].filter(Boolean).join(' ')}</strong>{' '}
        {client === null ? sideWord(environment) : `${clientWord(client)}, ${sideWord(environment)}`}
      </p>
      {reason === null ? null : <p>{reason}</p>}
      {file === null ? null : <code class="quiet">{file}</code>}
      {fields.length === 0 ? null : <pre>{fields.map(({ field, after }) => `${field}: ${after ?? 'goes'}`).join('\n')}</pre>}
    </>
  )
}
