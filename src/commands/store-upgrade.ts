import { addressIn, filledIn, shownAddress } from '../bridge/machines/address.ts'
import { lookAtSchema, upgradeSchema } from '../bridge/machines/looking.ts'
import { serverSchema } from '../bridge/machines/schema.ts'
import { Unreachable } from '../bridge/machines/trouble.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode, TwinError } from '../errors.ts'
import { lookInBridge, refused } from './bridge-at-home.ts'
import { storedNow } from './store-server.ts'

/** `store upgrade`: the schema of the server that this machine has joined, for all who use it. */
export const upgradeServer = (context: Context): Promise<ExitCode> =>
  lookInBridge(context, async (open) => {
    const { io, isDry, options, prompt } = context
    const { server } = await refused(storedNow(open))
    if (server === null) {
      io.json({ address: null, from: null, to: null, changed: false })
      io.out('The store is embedded: no server has a schema of it.')
      return EXIT.ok
    }
    const address = await refused(filledIn(server.url, open.bridge.settings).then(addressIn))
    if (address.password !== '') io.hide(address.password)
    const { person, schema: from, mayUpgrade } = await reached(lookAtSchema(address, server))
    const shown = shownAddress(server.url)
    const done = (changed: boolean) => io.json({ address: shown, from, to: Math.max(from, serverSchema), changed })
    if (from > serverSchema)
      throw new TwinError('refused', `The schema on ${shown} is ${from}, and this program knows ${serverSchema}.`, {
        hint: 'update mcp-twin on this machine',
      })
    if (from === serverSchema) {
      done(false)
      io.out(`The schema on ${shown} is ${from} already.`)
      return EXIT.ok
    }
    if (!mayUpgrade)
      throw new TwinError('refused', `The role ${person} may not change the schema on ${shown}. Nothing was changed.`, {
        hint: 'its administrator can run what is printed by: mcp-twin store sql --upgrade',
      })
    for (const line of [
      `The schema on ${shown} becomes ${serverSchema}; it is ${from}. All people who use it get it.`,
      'What is kept there stays as it is. Nobody can write there meanwhile, and new things are kept on each machine to be sent later.',
      'Update mcp-twin on every machine: one that is too old goes on as before, and its doctor warns. There is no way back.',
    ])
      io.noteWhole(line, options.yes !== true)
    if (isDry === true) {
      io.json({ address: shown, from, to: serverSchema, dryRun: true })
      io.out('Nothing was changed (--dry-run).')
      return EXIT.ok
    }
    if (options.yes !== true && !(await prompt.confirm('Change the schema?', { flag: '--yes', default: false })))
      throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
    await reached(upgradeSchema(address, server))
    done(true)
    io.out(`The schema on ${shown} is ${serverSchema} now.`)
    return EXIT.ok
  })

const reached = <T>(work: Promise<T>): Promise<T> =>
  refused(work).catch((error: unknown) => {
    if (!(error instanceof Unreachable)) throw error
    throw new TwinError('not-reached', `The store server gave no answer: ${error.message}. The schema is changed whole or not at all.`, {
      hint: 'type the command again',
    })
  })
