import { signal } from '@preact/signals'
import { FormDialog, typedIn } from './dialog.tsx'
import { wish } from './plan.tsx'
import { addressOf } from './words.ts'

/** The server that is being given another name. */
export const renaming = signal<string | null>(null)
const close = () => {
  renaming.value = null
}

export function Rename({ name }: { name: string }) {
  const submit = (form: HTMLFormElement) => {
    const next = typedIn(form, 'name')
    close()
    void wish({ command: 'rename', args: [name, next] }, addressOf(next))
  }
  return (
    <FormDialog title={`Rename ${name}`} close={close} submit={submit}>
      <label>
        New name <input name="name" required autocomplete="off" />
      </label>
    </FormDialog>
  )
}
