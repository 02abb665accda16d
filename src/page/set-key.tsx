import { signal } from '@preact/signals'
import { send, troubleOf } from './ask.ts'
import { Dialog, Wrong } from './dialog.tsx'
import type { ShownTrouble } from './documents.ts'
import { wish } from './plan.tsx'
import { said } from './state.ts'

const setting = signal<{ readonly name: string; readonly trouble: ShownTrouble | null } | null>(null)

/** Asks for a key, whose value goes to the server and is kept nowhere here. */
export const setKey = (name: string): void => {
  setting.value = { name, trouble: null }
}

/** The question for a key, while it is asked. */
export function SetKey() {
  const now = setting.value
  if (now === null) return null
  const { name, trouble } = now
  const close = () => {
    setting.value = null
  }
  const save = async (form: HTMLFormElement) => {
    const box = form.elements.namedItem('value') as HTMLInputElement
    try {
      const done = await send<{ entries?: readonly { server: string | null }[] }>('secret', {
        name,
        value: box.value,
        sure: trouble?.code === 'usage',
      })
      said.value = `Stored ${name}.`
      close()
      const servers = [...new Set((done.entries ?? []).flatMap(({ server }) => server ?? []))]
      if (servers.length > 0) await wish({ command: 'sync', args: servers })
    } catch (error) {
      setting.value = {
        name,
        trouble: troubleOf(error),
      }
    }
  }
  return (
    <Dialog title={`Set ${name}`} close={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          void save(event.currentTarget)
        }}
      >
        <label>
          New value <input name="value" type="password" autocomplete="off" required />
        </label>
        <Wrong trouble={trouble} />
        <div class="row end">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="main">
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}
