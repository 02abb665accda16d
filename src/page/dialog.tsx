import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { pieces } from '../ui/pieces.ts'
import type { ShownTrouble } from './documents.ts'
import { about } from './state.ts'

/** A dialog that holds the focus. Escape only closes it, and the browser gives the focus back. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} aria-label={title} onClose={close}>
      <h2>{title}</h2>
      {children}
    </dialog>
  )
}

interface AskedForm {
  readonly title: string
  readonly close: () => void
  readonly submit: (form: HTMLFormElement) => void
  /** What the two buttons say. */
  readonly cancel?: string
  readonly next?: string
  readonly children: ComponentChildren
  /** What stands below the buttons. */
  readonly below?: ComponentChildren
}

/** A dialog with a form that is sent to nobody: `submit` gets it. */
export function FormDialog({ title, close, submit, cancel = 'Cancel', next = 'Next', children, below }: AskedForm) {
  return (
    <Dialog title={title} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit(event.currentTarget)
        }}
      >
        {children}
        <div class="row end">
          <button type="button" onClick={close}>
            {cancel}
          </button>
          <button type="submit" class="main">
            {next}
          </button>
        </div>
      </form>
      {below}
    </Dialog>
  )
}

/** What a person has typed into the field of this name. */
export const typedIn = (form: HTMLFormElement, name: string): string =>
  (form.elements.namedItem(name) as HTMLInputElement | HTMLTextAreaElement).value

/** Why something is not there: what, where, and what helps, as the command says it. */
export function Wrong({ trouble }: { trouble: ShownTrouble | null }) {
  if (trouble === null) return null
  const { message, file, line, column, hint } = trouble
  const at = file == null ? '' : [file, line, column].filter((each) => each != null).join(':')
  return (
    <div class="wrong" role="alert">
      <p>✗ {message}</p>
      {at === '' ? null : <p class="quiet">at {at}</p>}
      {hint == null ? null : <Remedy text={hint} />}
    </div>
  )
}

/** What helps: a command, a sentence, or both. A command can be copied; nothing of it is ever run from here. */
export function Remedy({ text }: { text: string }) {
  return (
    <p class="remedy">
      →{' '}
      {pieces(text).map(({ blanks, text: piece }, at) => {
        const found = /^mcp-twin .*[^;,:!?)]/.exec(piece)?.[0]
        if (found === undefined) return `${at === 0 ? '' : blanks}${piece}`
        const command = found.replace(/^mcp-twin/, about.value?.typed ?? 'mcp-twin')
        return (
          <>
            {at === 0 ? '' : ' '}
            <code>{command}</code>
            {piece.slice(found.length)} <Copy text={command} />
          </>
        )
      })}
    </p>
  )
}

const Copy = ({ text }: { text: string }) => (
  <button type="button" class="small" onClick={() => void navigator.clipboard.writeText(text)}>
    Copy command
  </button>
)
