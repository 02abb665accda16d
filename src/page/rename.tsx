import { signal } from '@preact/signals'
import { Dialog } from './dialog.tsx'
import { wish } from './plan.tsx'
import { addressOf } from './words.ts'

/** The server that is being given another name. */
export const renaming = signal<string | null>(null)
const close = () => {
  renaming.value = null
}

export function Rename({ name }: { name: string }) {
  const submit = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }) => {
    event.preventDefault()
    const box = event.currentTarget.elements.namedItem('name') as HTMLInputElement
    close()
    void wish({ command: 'rename', args: [name, box.value] }, addressOf(box.value))
  }
  return (
    <Dialog title={`Rename ${name}`} close={close}>
      <form onSubmit={submit}>
        <label>
          New name <input name="name" required autocomplete="off" />
        </label>
        <div class="row end">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="main">
            Next
          </button>
        </div>
      </form>
    </Dialog>
  )
}
