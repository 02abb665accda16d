import { signal } from '@preact/signals'
import { FormDialog, typedIn } from './dialog.tsx'
import { wish } from './plan.tsx'
import { about } from './state.ts'

const isOpen = signal(false)

/** Asks what to add: a built-in server, or whatever `mcp-twin add` understands. */
export const addServer = (): void => {
  isOpen.value = true
}

/** The question what to add, while it is asked. */
export function Add({ present }: { present: readonly string[] }) {
  if (!isOpen.value) return null
  const close = () => {
    isOpen.value = false
  }
  const next = (what: string) => {
    close()
    void wish({ command: 'add', args: [what] })
  }
  const builtIn = (
    <>
      <h3>Built in</h3>
      <ul class="plain findings">
        {(about.value?.builtins ?? [])
          .filter(({ name }) => !present.includes(name))
          .map(({ name, description }) => (
            <li key={name} class="pair">
              <span>
                <strong>{name}</strong> <span class="quiet">{description}</span>
              </span>
              <button type="button" aria-label={`Add ${name}`} onClick={() => next(name)}>
                Add
              </button>
            </li>
          ))}
      </ul>
    </>
  )
  return (
    <FormDialog title="Add server" close={close} submit={(form) => next(typedIn(form, 'what').trim())} below={builtIn}>
      <label>
        What to add <textarea name="what" rows={3} required spellcheck={false} autocomplete="off" />
      </label>
      <p class="quiet">npm:PACKAGE, a name of the MCP registry, an address, or a line or JSON from a README.</p>
    </FormDialog>
  )
}
