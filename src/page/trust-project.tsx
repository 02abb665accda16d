import { signal } from '@preact/signals'
import { Dialog } from './dialog.tsx'
import { wish } from './plan.tsx'

/** Whether somebody is asked which project to trust. */
export const trusting = signal(false)
const close = () => {
  trusting.value = false
}

/** Asks for the folder of a project. What its servers start, and whether they may, is then asked in the terminal. */
export function TrustProject() {
  const submit = (event: SubmitEvent & { readonly currentTarget: HTMLFormElement }) => {
    event.preventDefault()
    const box = event.currentTarget.elements.namedItem('folder') as HTMLInputElement
    close()
    void wish({ command: 'trust', args: [box.value.trim()] })
  }
  return (
    <Dialog title="Trust a project" close={close}>
      <form onSubmit={submit}>
        <label>
          Its folder <input name="folder" required autocomplete="off" spellcheck={false} />
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
