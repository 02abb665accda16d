import { signal } from '@preact/signals'
import { FormDialog, typedIn } from './dialog.tsx'
import { wish } from './plan.tsx'

/** Whether somebody is asked which project to trust. */
export const trusting = signal(false)
const close = () => {
  trusting.value = false
}

/** Asks for the folder of a project. What its servers start, and whether they may, is then asked in the terminal. */
export function TrustProject() {
  const submit = (form: HTMLFormElement) => {
    const folder = typedIn(form, 'folder').trim()
    close()
    void wish({ command: 'trust', args: [folder] })
  }
  return (
    <FormDialog title="Trust a project" close={close} submit={submit}>
      <label>
        Its folder <input name="folder" required autocomplete="off" spellcheck={false} />
      </label>
    </FormDialog>
  )
}
