// A bridge in a process of its own, over the folders of a desk, until it is killed: `runner` carries actions out, `claimer` takes tasks.
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openBridge } from '../../../src/bridge/start/open.ts'
import { callTool } from '../../../src/bridge/contract/own-call.ts'
import { tools } from '../../../src/bridge/tools/index.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { settingsIn } from '../../support/desk.ts'

const [base = '', role = ''] = process.argv.slice(2)
const { isAlive } = nodeSystem()
const settings = settingsIn(base, { client: role, isAlive, ...(role !== 'runner' && { isBrief: true }) })
const aWhile = () => sleep(Math.random() * 25)
const parts = {
  async openLink(_client: string, link: string) {
    await aWhile()
    appendFileSync(join(base, 'links'), `${link}\n`)
    await aWhile()
    return true
  },
}
const bridge = openBridge(settings, () => [], role === 'runner' ? parts : undefined)

async function call(name: string, args: object): Promise<Record<string, unknown>> {
  const tool = tools.find((each) => each.name === name)
  if (tool === undefined) throw new Error(name)
  const about = { client: role, session: bridge.session, signal: new AbortController().signal, progress: () => undefined }
  const { structuredContent, isError } = await callTool(tool, args, bridge, about)
  return isError === true ? {} : (structuredContent ?? {})
}

await bridge.store()
// Neither the lease nor the runner keeps a process alive.
setInterval(() => undefined, 1000)
while (role === 'claimer') {
  const { found, id } = await call('claim_action', {})
  await aWhile()
  if (found === true) await call('complete_action', { id, result: { by: process.pid } })
}
