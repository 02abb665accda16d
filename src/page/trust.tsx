import { Remedy, Wrong } from './dialog.tsx'
import { wish } from './plan.tsx'
import { kept } from './state.ts'
import { Table } from './table.tsx'
import { TrustProject, trusting } from './trust-project.tsx'
import { whenWords } from './words.ts'

interface ProjectsDocument {
  readonly projects: readonly { readonly project: string; readonly at: string; readonly state: string; readonly keys: readonly string[] }[]
}
interface PluginsDocument {
  readonly plugins: readonly {
    readonly file: string
    readonly state: string
    readonly why: string | null
    readonly tools: readonly string[]
  }[]
}
interface SessionsDocument {
  readonly sessions: readonly {
    readonly id: string
    readonly created_at: string
    readonly expires_at: string
    readonly last_used_at: string | null
  }[]
}

const projects = kept<ProjectsDocument>('trust', 'servers')
const plugins = kept<PluginsDocument>('plugin', 'servers')
const sessions = kept<SessionsDocument>('session', 'servers')

const button = (word: string, command: string, id: string) => (
  <button type="button" onClick={() => void wish({ command, args: [id] })}>
    {word}
  </button>
)
const when = (text: string | null): string => (text === null ? '' : whenWords(Date.parse(text)))

/** What a person lets start and who may come in: projects, plugins, and sessions of the bridge. */
export function Trust() {
  const [trusted, known, open] = [projects.value.document?.projects, plugins.value.document?.plugins, sessions.value.document?.sessions]
  return (
    <main aria-busy={projects.value.isLoading || plugins.value.isLoading || sessions.value.isLoading}>
      <h1>Trust</h1>
      <Wrong trouble={projects.value.trouble ?? plugins.value.trouble ?? sessions.value.trouble} />
      <div class="pair">
        <h2>Projects</h2>
        <button
          type="button"
          onClick={() => {
            trusting.value = true
          }}
        >
          Trust…
        </button>
      </div>
      {trusting.value ? <TrustProject /> : null}
      {trusted?.length === 0 ? <p class="quiet">No project is trusted. The servers of one start with your keys only once it is.</p> : null}
      {trusted === undefined || trusted.length === 0 ? null : (
        <Table
          label="Projects"
          heads={['Folder', 'State', 'Keys', 'Since']}
          rows={trusted.map(({ project, at, state, keys }) => ({
            id: project,
            head: project,
            cells: [state, keys.join(', '), when(at)],
            actions: (
              <>
                {state === 'changed' ? button('Trust…', 'trust', project) : null}
                {button('Take back', 'trust revoke', project)}
              </>
            ),
          }))}
        />
      )}
      <h2>Plugins</h2>
      {known?.length === 0 ? (
        <>
          <p class="quiet">There are no plugins.</p>
          <Remedy text="mcp-twin plugin new word-count" />
        </>
      ) : null}
      {known === undefined || known.length === 0 ? null : (
        <Table
          label="Plugins"
          heads={['File', 'State', 'Tools']}
          rows={known.map(({ file, state, why, tools }) => ({
            id: file,
            head: file,
            cells: [why === null ? state : `${state}: ${why}`, tools.join(', ')],
            actions: state === 'allowed' ? button('Revoke', 'plugin revoke', file) : button('Allow…', 'plugin allow', file),
          }))}
        />
      )}
      <h2>Sessions</h2>
      {open?.length === 0 ? (
        <>
          <p class="quiet">No token is valid. A program that comes in over HTTP needs one.</p>
          <Remedy text="mcp-twin session new" />
        </>
      ) : null}
      {open === undefined || open.length === 0 ? null : (
        <Table
          label="Sessions"
          heads={['Session', 'Made', 'Until', 'Last used']}
          rows={open.map(({ id, created_at, expires_at, last_used_at }) => ({
            id,
            head: id,
            cells: [when(created_at), when(expires_at), when(last_used_at)],
            actions: button('Revoke', 'session revoke', id),
          }))}
        />
      )}
    </main>
  )
}
