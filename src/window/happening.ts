import type { RunInside } from '../context.ts'

/** The most that is told at once; what happened faster is in the document of `events`. */
const most = 100

/** Tells what happened through the bridges of all sides, as `mcp-twin events` says it. */
export class Happenings {
  readonly #run: RunInside
  #before: Promise<readonly string[]> | null = null

  constructor(run: RunInside) {
    this.#run = run
  }

  /** From here on something is new. */
  begin(): void {
    this.#before ??= this.#read()
  }

  /** What happened since it was asked last, in its order. */
  async since(): Promise<object[]> {
    const before = new Set(await (this.#before ?? []))
    this.#before = this.#read()
    return (await this.#before).filter((each) => !before.has(each)).map((each) => JSON.parse(each))
  }

  async #read(): Promise<readonly string[]> {
    const { document } = await this.#run(['events', `--lines=${most}`])
    const { changes = [], audit = [] } = Object(document)
    const all: { readonly at: number }[] = [...changes, ...audit]
    return all.sort((one, other) => one.at - other.at).map((each) => JSON.stringify(each))
  }
}
