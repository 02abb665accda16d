import { signal } from '@preact/signals'
import { send, troubleOf } from './ask.ts'
import { FormDialog, typedIn, Wrong } from './dialog.tsx'
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
    try {
      const done = await send<{ entries?: readonly { server: string | null }[] }>('secret', {
        name,
        value: typedIn(form, 'value'),
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
    <FormDialog title={`Set ${name}`} close={close} submit={(form) => void save(form)} next="Save">
      <label>
        New value <input name="value" type="password" autocomplete="off" required />
      </label>
      <Wrong trouble={trouble} />
    </FormDialog>
  )
}
