import { signal } from '@preact/signals'
import { FormDialog, typedIn, Wrong } from './dialog.tsx'
import { wish } from './plan.tsx'
import { kept } from './state.ts'
import { Table } from './table.tsx'
import { clientWord, receiverWord, whenWords } from './words.ts'

interface Waiting {
  readonly id: string
  readonly by: string
  readonly to: string | null
  readonly at: number
}

interface InboxDocument {
  readonly questions: readonly (Waiting & { readonly question: string })[]
}

interface HandoffsDocument {
  readonly handoffs: readonly (Waiting & { readonly title: string; readonly status: string })[]
}

interface ActionsDocument {
  readonly actions: readonly {
    readonly id: string
    readonly type: string
    readonly params: unknown
    readonly from: string
    readonly to: string | null
    readonly timestamp: number
    readonly status: string
  }[]
}

const inbox = kept<InboxDocument>('inbox', 'store')
const handoffs = kept<HandoffsDocument>('handoff', 'store')
const actions = kept<ActionsDocument>('actions', 'store')
const answering = signal<InboxDocument['questions'][number] | null>(null)

/** How much waits for a person: questions, and actions that do nothing before they are approved. */
export const waitingIn = (): number =>
  (inbox.value.document?.questions.length ?? 0) + (actions.value.document?.actions.filter(isWaiting).length ?? 0)
const isWaiting = ({ status }: { readonly status: string }): boolean => status === 'needs_user'

/** What programs hand to each other and ask of each other. */
export function Work() {
  const isLoading = handoffs.value.isLoading || inbox.value.isLoading || actions.value.isLoading
  const [given, asked, wanted] = [handoffs.value.document?.handoffs, inbox.value.document?.questions, actions.value.document?.actions]
  return (
    <main aria-busy={isLoading}>
      <h1>Work</h1>
      <Wrong trouble={handoffs.value.trouble ?? inbox.value.trouble ?? actions.value.trouble} />
      <h2>Handoffs</h2>
      {given?.length === 0 ? <p class="quiet">No program has handed anything on.</p> : null}
      {given === undefined || given.length === 0 ? null : (
        <Table
          label="Handoffs"
          heads={['Title', 'For', 'By', 'State', 'Since']}
          rows={given.map(({ id, title, to, by, status, at }) => ({
            id,
            head: <a href={`#/work/${encodeURIComponent(id)}`}>{title}</a>,
            cells: [receiverWord(to), clientWord(by), status, whenWords(at)],
          }))}
        />
      )}
      <h2>Questions</h2>
      {asked?.length === 0 ? <p class="quiet">No question waits.</p> : null}
      <ul class="plain findings">
        {asked?.map((each) => (
          <li key={each.id}>
            <p>{each.question}</p>
            <p class="quiet">
              {clientWord(each.by)} asks {receiverWord(each.to)}, {whenWords(each.at)}
            </p>
            <button type="button" onClick={() => (answering.value = each)}>
              Answer
            </button>
          </li>
        ))}
      </ul>
      <h2>Actions</h2>
      {wanted?.length === 0 ? <p class="quiet">No program asks for anything.</p> : null}
      <ul class="plain findings">
        {wanted?.map((each) => (
          <Action key={each.id} action={each} />
        ))}
      </ul>
      <Answer />
    </main>
  )
}

/** One action, with all that it asks for. To approve it belongs to the terminal, which shows it whole. */
function Action({ action: { id, type, params, from, to, timestamp, status } }: { action: ActionsDocument['actions'][number] }) {
  return (
    <li>
      <p>
        <strong>{type}</strong>{' '}
        <span class={isWaiting({ status }) ? 'warn' : 'quiet'}>{isWaiting({ status }) ? '! waits for you' : status}</span>
      </p>
      <pre>{JSON.stringify(params, null, 2)}</pre>
      <p class="quiet">
        {clientWord(from)} asks {receiverWord(to)}, {whenWords(timestamp)}
      </p>
      <span class="row">
        {isWaiting({ status }) ? (
          <button type="button" onClick={() => void wish({ command: 'actions run', args: [id] })}>
            Approve
          </button>
        ) : null}
        {isWaiting({ status }) || status === 'pending' ? (
          <button type="button" onClick={() => void wish({ command: 'actions cancel', args: [id] })}>
            Cancel
          </button>
        ) : null}
      </span>
    </li>
  )
}

function Answer() {
  const now = answering.value
  if (now === null) return null
  const close = () => {
    answering.value = null
  }
  const submit = (form: HTMLFormElement) => {
    const answer = typedIn(form, 'answer')
    close()
    void wish({ command: 'handoff answer', args: [now.id, answer] })
  }
  return (
    <FormDialog title="Answer" close={close} submit={submit} cancel="Close">
      <p>{now.question}</p>
      <label>
        Your answer <textarea name="answer" rows={4} required />
      </label>
    </FormDialog>
  )
}
