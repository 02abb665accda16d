import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { loginKey } from '../../core/login/addresses.ts'
import { lookUp } from '../../core/lookup.ts'
import { loginsName } from '../../core/layout.ts'
import { TwinError } from '../../errors.ts'
import { type Login, type Logins, type LoginState, loginsSchema } from '../../model/login.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { withFileLock } from './lock.ts'
import { checkOwnerOnly } from './secrets-file.ts'

const lockMs = 30_000

/** The logins of home. Every change reads again under the file's lock, which is also held while a token is renewed. */
export class LoginStore {
  readonly #system: System
  readonly #folder: ReachablePath
  readonly #path: ReachablePath

  constructor(system: System, folder: ReachablePath) {
    this.#system = system
    this.#folder = folder
    this.#path = reachable(`${folder}/${loginsName}`)
  }

  /** All logins. A file that others may read, or that is damaged, is refused. */
  async read(): Promise<Secret<Logins>> {
    if (!(await checkOwnerOnly(this.#system, this.#path))) return new Secret({})
    const bytes = await this.#system.files.read(this.#path)
    const parsed = loginsSchema.safeParse(jsonOrNull(Buffer.from(bytes ?? []).toString('utf8')))
    if (parsed.success) return new Secret(parsed.data.logins)
    throw new TwinError('damaged', `${this.#path} is damaged and is left as it is.`, {
      place: { file: this.#path },
      hint: 'move it away, then log in again: mcp-twin login NAME',
    })
  }

  /** The same for whoever only looks: none where the file is refused, which `login` and doctor say. */
  async readable(): Promise<Secret<Logins>> {
    try {
      return await this.read()
    } catch (error) {
      if (error instanceof TwinError) return new Secret({})
      throw error
    }
  }

  /** The login of the server at this address; null: there is none, or it has ended. */
  async find(address: string): Promise<Secret<Login> | null> {
    return loginOf(reveal(await this.read()), address)
  }

  /** Keeps, ends (`ended`) or forgets (null) the login of a server. `work` gets the login as it is now, and no other process changes it meanwhile. */
  async change(address: string, work: (login: Secret<Login> | null) => Promise<Secret<Login> | 'ended' | 'same' | null>): Promise<void> {
    await this.#system.files.makeDirectory(this.#folder, 0o700)
    // Two names of one file must not be two locks.
    const real = (await this.#system.files.realPath(this.#path)) ?? this.#path
    await withFileLock(this.#system, real, 'self', { waitMs: lockMs }, async () => {
      const before = reveal(await this.read())
      const next = await work(loginOf(before, address))
      if (next === 'same') return
      const { [loginKey(address)]: old, ...others } = before
      const logins: Logins = { ...others }
      if (next === 'ended') logins[loginKey(address)] = { issuer: old?.issuer ?? '', ended: true }
      else if (next !== null) logins[loginKey(address)] = reveal(next)
      await this.#system.files.replace(real, Buffer.from(`${JSON.stringify({ version: 1, logins }, null, 2)}\n`), 0o600)
    })
  }
}

function loginOf(logins: Logins, address: string): Secret<Login> | null {
  const found = lookUp(logins, loginKey(address))
  return found === undefined || 'ended' in found ? null : new Secret(found)
}

/** What is known of a server's login. */
export function loginState(logins: Secret<Logins>, address: string): LoginState {
  const found = URL.canParse(address) ? lookUp(reveal(logins), loginKey(address)) : undefined
  return found === undefined ? 'out' : 'ended' in found ? 'ended' : 'in'
}

/** Every value of the logins that nobody may see. */
export const loginSecrets = (logins: Secret<Logins>): string[] =>
  Object.values(reveal(logins)).flatMap((login) =>
    'ended' in login ? [] : [login.tokens.access, login.tokens.refresh, login.clientSecret].flatMap((value) => value ?? []),
  )
