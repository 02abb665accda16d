import { join } from 'node:path'
import { limits } from '../../base/limits.ts'
import { names, readOwn, refuseFile, removeTaken } from './folder.ts'
import type { Intake, Offer } from './intake.ts'
import { readTrigger, Unfit } from './signed.ts'

interface Torn {
  readonly stamp: string
  readonly since: number
}

/** `bridge/triggers`: files that ask for actions. */
export class DropBox {
  private readonly folder: string
  private readonly platform: NodeJS.Platform
  private readonly intake: Intake
  private readonly now: () => number
  /** Files that are not JSON, but may still be being written. */
  private torn = new Map<string, Torn>()

  constructor(folder: string, platform: NodeJS.Platform, intake: Intake, now: () => number) {
    this.folder = folder
    this.platform = platform
    this.intake = intake
    this.now = now
  }

  /** Takes up the files of the folder. A file that may still be being written is left to a later scan. */
  async scan(): Promise<void> {
    const found = await names(this.folder)
    for (const name of this.torn.keys()) if (!found.includes(name)) this.torn.delete(name)
    for (let at = 0; at < found.length; at += limits.triggersAtOnce) {
      const offers = await Promise.all(found.slice(at, at + limits.triggersAtOnce).map((name) => this.offerOf(name)))
      await this.intake.take(offers.filter((offer) => offer !== null))
    }
  }

  /** Null: the file is gone, or may still be being written. */
  private async offerOf(name: string): Promise<Offer | null> {
    const path = join(this.folder, name)
    const refused = (reason: string) => refuseFile(this.folder, name, reason)
    try {
      const found = await readOwn(path, this.platform, limits.triggerBytes)
      if (found === null || (isTorn(found.text) && this.maySoonBeWhole(name, found.stamp))) return null
      this.torn.delete(name)
      const { text, stamp } = found
      return {
        ...{ name, source: `${name} ${stamp}`, refused },
        check: (signers, now) => readTrigger(text, signers, now),
        taken: () => removeTaken(path, stamp),
      }
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      if (error.isTorn) return null
      const check = () => {
        throw error
      }
      return { name, source: name, check, taken: async () => undefined, refused }
    }
  }

  private maySoonBeWhole(name: string, stamp: string): boolean {
    const known = this.torn.get(name)
    const torn = known?.stamp === stamp ? known : { stamp, since: this.now() }
    this.torn.set(name, torn)
    return this.now() - torn.since < limits.triggerTornMs
  }
}

/** True for a text that is not JSON, as a partly written file is. */
function isTorn(text: string): boolean {
  try {
    JSON.parse(text)
    return false
  } catch {
    return true
  }
}
