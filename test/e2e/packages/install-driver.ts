import { installPackage } from '../../../src/effects/packages/install.ts'
import { environmentSchema } from '../../../src/model/environment.ts'
import { native } from '../../../src/model/path.ts'
import { nodeSystem } from '../../../src/system/node.ts'

// A process that installs one package and may be killed at it: `node install-driver.mjs {environment, folder, locked}`.
const { environment: facts, folder, locked } = JSON.parse(process.argv[2] ?? '{}')
const environment = environmentSchema.parse(facts)
const options = { allowScripts: false, offline: false, prefix: { kind: 'own' } } as const
const result = await installPackage(nodeSystem(), { environments: [environment] }, environment, native(folder), locked, options)
console.log(JSON.stringify(result))
