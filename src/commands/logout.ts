import type { logout as spec } from '../cli/specs/logout.ts'
import type { Run } from '../context.ts'
import { forgetLogin } from '../effects/login/forget.ts'
import type { Revoked } from '../effects/login/revoke.ts'
import { LoginStore, loginState } from '../effects/store/logins.ts'
import { loginTarget } from '../effects/login/target.ts'
import { EXIT } from '../errors.ts'
import { visible } from '../ui/escape.ts'
import { atHome } from './at-home.ts'
import { wouldDo } from './change.ts'
import { demandServer } from './servers.ts'

const words: Readonly<Record<Revoked, string>> = {
  revoked: 'its tokens were revoked',
  none: 'its server has no way to revoke tokens, which end by themselves',
  failed: 'its tokens could not be revoked, and end by themselves',
}

/** Forgets the login of a server, and revokes it where the server can. From then on a program that starts the server is told to log in. */
export const run: Run<typeof spec> = (context, [name]) =>
  atHome(context, {}, async ({ open, home }) => {
    const { system, io } = context
    const situation = await open()
    demandServer(situation.manifest, name)
    const { remote } = await loginTarget(system, situation, name)
    const before = loginState(await new LoginStore(system, home.here).read(), remote.url)
    if (context.isDry === true) return wouldDo(context, `log out of ${visible(name)}`)
    const revoked = before === 'out' ? null : await forgetLogin(system, home, remote.url, context.options.offline === true)
    io.json({ server: name, before, revoked })
    const shown = visible(name)
    if (revoked === null) io.out(before === 'out' ? `Nobody was logged in to ${shown}.` : `Logged out of ${shown}; its login had ended.`)
    else io.out(`Logged out of ${shown}; ${words[revoked]}.`)
    return EXIT.ok
  })
