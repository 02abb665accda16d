import { describe, expect, it } from 'vitest'
import { detectWorld } from '../../../src/effects/machine/detect.ts'
import { type Fake, fake, nodeAnswer } from './fake.ts'

const node = '/mnt/c/Program Files/nodejs/node.exe'
const cache = '/home/ana/.mcp-twin/cache.json'
const told = nodeAnswer('C:\\Program Files\\nodejs\\node.exe', {
  platform: 'win32',
  variables: { USERNAME: 'Ana', USERPROFILE: 'C:\\Users\\Ana' },
})

interface Situation {
  replies?: boolean
  times?: Record<string, number>
  release?: string
  folder?: boolean
}

function machine(
  { replies = true, times = {}, release = '5.15.0-microsoft-standard-WSL2', folder = true }: Situation = {},
  remembered?: string,
): Fake {
  return fake({
    variables: { USER: 'ana', HOME: '/home/ana', WSL_DISTRO_NAME: 'Ubuntu', PATH: '' },
    files: {
      '/proc/sys/kernel/osrelease': release,
      '/mnt/c/Windows/System32/cmd.exe': '',
      '/home/ana/x': '',
      [node]: '',
      ...(folder && { '/home/ana/.mcp-twin/': '' }),
      ...(remembered !== undefined && { [cache]: remembered }),
    },
    times,
    programs: () => (replies ? told : { trouble: 'ENOEXEC' }),
  })
}

/** What a first detection leaves behind. */
async function remembered(): Promise<string> {
  const system = machine()
  await detectWorld(system)
  return system.contents.get(cache) ?? ''
}

describe('the answers of the other side', () => {
  it('are remembered, and stand the next time without starting anything', async () => {
    const text = await remembered()
    const system = machine({ replies: false }, text)
    const { environments } = await detectWorld(system)
    expect(system.asked).toEqual([])
    expect(environments[1]).toMatchObject({ id: 'windows', home: 'C:\\Users\\Ana', exec: [], node: 'C:\\Program Files\\nodejs\\node.exe' })
  })

  it.each([
    ['on request', {}, { refresh: true }, 0],
    ['when the node has changed', { times: { [node]: 2000 } }, {}, 0],
    ['when the kernel has', { release: '6.6.0-microsoft-standard-WSL2' }, {}, 0],
    ['for another question', {}, { distro: 'Debian' }, 0],
    ['after a week', {}, {}, 8 * 24 * 3600 * 1000],
    ['when the clock went back', {}, {}, -1000],
  ])('are asked for again %s', async (_, situation: Situation, options, passed) => {
    const system = machine(situation, await remembered())
    system.clock += passed
    await detectWorld(system, options)
    expect(system.asked.length).toBeGreaterThan(0)
  })

  it.each(['{', '{"version":2}', ''])('are asked for when what is there is no memory: %j', async (text) => {
    const system = machine({}, text)
    await detectWorld(system)
    expect(system.asked).toHaveLength(1)
  })

  it('that were a trouble are never believed', async () => {
    const broken = machine({ replies: false })
    await detectWorld(broken)
    const system = machine({}, broken.contents.get(cache))
    expect((await detectWorld(system)).environments[1]).toMatchObject({ home: 'C:\\Users\\Ana' })
  })

  it('leave the known folders when Windows no longer answers', async () => {
    const { environments } = await detectWorld(machine({ replies: false }, await remembered()), { refresh: true })
    expect(environments[1]).toMatchObject({
      home: 'C:\\Users\\Ana',
      files: [{ native: 'C:\\', here: '/mnt/c/' }, {}, {}],
      trouble: { reason: expect.stringContaining('ENOEXEC') },
    })
    expect(environments[1]?.exec).toBeUndefined()
  })

  it('make no folder of ours, and need none', async () => {
    const system = machine({ folder: false })
    await detectWorld(system)
    expect([...system.contents.keys()].filter((path) => path.includes('.mcp-twin'))).toEqual([])
  })

  it('never hold what is running', async () => {
    expect(JSON.parse(await remembered()).environments[0].running).toEqual([])
  })
})
