import { effect } from '@preact/signals'
import { render } from 'preact'
import { send } from './ask.ts'
import { Entry } from './entry.tsx'
import { Handoff } from './handoff.tsx'
import { Health, health, wrongOf } from './health.tsx'
import { History } from './history.tsx'
import { Keys } from './keys.tsx'
import { Memory } from './memory.tsx'
import { Plan } from './plan.tsx'
import { SetKey } from './set-key.tsx'
import { Server } from './server.tsx'
import { list, Servers } from './servers.tsx'
import { Trust } from './trust.tsx'
import { waitingIn, Work } from './work.tsx'
import { about, begin, clicked, link, refused, said, screen } from './state.ts'
import { namesIn } from './words.ts'

const screens = [
  ['Servers', '/servers', () => 0],
  // What the first screen needs is read before it.
  ['Health', '/health', () => (list.value.isLoading ? 0 : wrongOf(health.value.document).length)],
  ['Keys', '/keys', () => 0],
  ['Memory', '/memory', () => 0],
  ['Work', '/work', () => (list.value.isLoading || health.value.isLoading ? 0 : waitingIn())],
  ['History', '/history', () => 0],
  ['Trust', '/trust', () => 0],
] as const

/** What the address names. */
function Screen() {
  const path = screen.value
  const [, room, first, second] = namesIn(path)
  if (room === 'servers' && first) return <Server key={first} name={first} />
  if (room === 'work' && first) return <Handoff key={first} id={first} />
  if (room === 'memory' && second) return <Entry key={path} namespace={first ?? ''} name={second} />
  const Named =
    { '/health': Health, '/keys': Keys, '/memory': Memory, '/work': Work, '/history': History, '/trust': Trust }[path] ?? Servers
  return <Named />
}

const links = { coming: '…', live: 'Live', cut: '! Cut off' } as const

async function openAnother(): Promise<void> {
  const { ticket } = await send<{ ticket: string }>('ticket', {})
  window.open(`/#${ticket}`, '_blank', 'noopener')
}

function Page() {
  if (link.value === 'out' || link.value === 'gone')
    return (
      <main>
        <h1>mcp-twin</h1>
        <p>{link.value === 'gone' ? 'It has ended.' : refused.value || 'This tab has no session.'}</p>
        <p>
          In a terminal: <code>mcp-twin ui</code>
        </p>
      </main>
    )
  return (
    <>
      <header>
        <nav aria-label="Main">
          {screens.map(([name, path, count]) => (
            <a key={path} href={`#${path}`} aria-current={screen.value.startsWith(path) ? 'page' : undefined}>
              {name}
              {count() === 0 ? '' : ` ${count()}`}
            </a>
          ))}
        </nav>
        <span class="row">
          {about.value?.title ? <span class="quiet">{about.value.title}</span> : null}
          {about.value?.readOnly === true ? <span class="quiet">Read only</span> : null}
          <button type="button" class="small" onClick={() => void openAnother()}>
            Open another tab
          </button>
          <span class={link.value === 'cut' ? 'warn' : 'quiet'} role="status">
            {links[link.value]}
          </span>
        </span>
      </header>
      <Screen />
      <div role="status">{said.value === '' ? null : <p class="said">{said.value}</p>}</div>
      <SetKey />
      <Plan />
    </>
  )
}

effect(() => {
  const [, title = 'servers', ...names] = namesIn(screen.value)
  const name = names.at(-1)
  const project = about.value?.title ?? ''
  document.title = `${name ?? `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`} · mcp-twin${project === '' ? '' : ` · ${project}`}`
})
addEventListener('pointerdown', clicked)
addEventListener('keydown', clicked)
const root = document.getElementById('page')
if (root !== null) render(<Page />, root)
void begin()
