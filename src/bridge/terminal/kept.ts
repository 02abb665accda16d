import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { Session } from './session.ts'

/** Sessions that can be named: commands that go on, and the last of those that ended. */
export class KeptSessions {
  private readonly sessions = new Map<string, Session>()

  /** Makes a session known by its id; the oldest ended ones are forgotten. */
  keep(session: Session): void {
    this.sessions.set(session.facts.id, session)
    const ended = [...this.sessions.values()].filter((each) => each.ended)
    for (const old of ended.slice(0, Math.max(0, ended.length - limits.endedSessions))) this.sessions.delete(old.facts.id)
  }

  /** Those of one client; to any other they do not exist. */
  of(client: string): readonly Session[] {
    return [...this.sessions.values()].filter(({ facts }) => facts.client === client)
  }

  find(id: string, client: string): Session {
    const found = this.sessions.get(id)
    if (found === undefined || found.facts.client !== client)
      throw failed(`There is no session ${JSON.stringify(id.slice(0, 50))}; list_sessions shows those there are.`)
    return found
  }

  forget(client: string): void {
    for (const { facts } of this.of(client)) this.sessions.delete(facts.id)
  }
}
