import type { remove as spec } from '../cli/specs/remove.ts'
import type { Run } from '../context.ts'
import { visible } from '../ui/escape.ts'
import { changeManifest } from './change.ts'
import { demandServer, isLeftOver, leaveOut, onlyThere } from './servers.ts'

/** Removes servers from the manifest and every config; with `--client` or `--on` from those configs only. */
export const run: Run<typeof spec> = async (context, names, options) => {
  let forget = async (): Promise<void> => {}
  return changeManifest(
    context,
    options,
    async (situation, { home }) => {
      const places = onlyThere(context, names)
      const there = [...new Set(names)].filter((name) => !isLeftOver(situation, name))
      for (const name of there) demandServer(situation.manifest, name)
      const about = names
      if (places.length > 0) return { about, changes: there.flatMap((name) => leaveOut(situation.manifest, name, places)) }
      const { forgetLogins, loginsOnlyOf } = await import('../effects/login/forget.ts')
      const logins = await loginsOnlyOf(context.system, situation, there)
      forget = () => forgetLogins(context.system, home, logins.values(), context.options.offline === true)
      return {
        about,
        ...(there.length === 0 ? {} : { saved: `${there.map(visible).join(', ')} removed from the manifest` }),
        changes: there.map((name) => ({ kind: 'remove', path: ['servers', name] }) as const),
        notices: [...logins.keys()].map((name) => `${name}: its login is forgotten too, and revoked where its service can`),
      }
    },
    undefined,
    async (_, code) => {
      await forget()
      return code
    },
  )
}
