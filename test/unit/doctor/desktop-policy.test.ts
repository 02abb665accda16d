import { describe, expect, it } from 'vitest'
import { situation, windows } from './situation.ts'

const key = 'HKLM\\SOFTWARE\\Policies\\Claude'
const policies = (value: string, more: { key?: string; name?: string } = {}) => [
  { client: 'claude-desktop', environment: windows, values: [{ key, name: 'isLocalDevMcpEnabled', value, ...more }], trouble: null },
]

describe('desktop-policy', () => {
  it.each(['0x0', '0x00000000', '0', 'false', 'False'])(
    'reports that %s keeps our entries from loading, and who can change it',
    (value) => {
      expect(
        situation()
          .with({ policies: policies(value) })
          .find('desktop-policy'),
      ).toMatchObject([
        {
          level: 'error',
          environment: 'windows',
          subject: 'Claude Desktop (Windows)',
          message: expect.stringContaining('tavily and files will not load'),
          detail: [`${key}  isLocalDevMcpEnabled = ${value}`],
          fix: expect.stringContaining('administrator'),
        },
      ])
    },
  )

  it("names the user's own key, which needs no administrator", () => {
    const own = key.replace('HKLM', 'HKCU')
    const [found] = situation()
      .with({ policies: policies('0x0', { key: own }) })
      .find('desktop-policy')
    expect(found?.fix).toContain(own)
    expect(found?.fix).not.toContain('administrator')
  })

  it('takes the name in any case, as Windows does', () => {
    expect(
      situation()
        .with({ policies: policies('0x0', { name: 'IsLocalDevMcpEnabled' }) })
        .find('desktop-policy'),
    ).toHaveLength(1)
  })

  it.each([
    ['a policy that allows them', policies('0x1')],
    ['policies about extensions', policies('0x0', { name: 'isDesktopExtensionEnabled' })],
    ['no policy at all', [{ client: 'claude-desktop', environment: windows, values: [], trouble: null }]],
  ])('has nothing against %s', (_, values) => {
    expect(situation().with({ policies: values }).find('desktop-policy')).toEqual([])
  })

  it('is only a remark where we have nothing in Claude Desktop', () => {
    expect(
      situation()
        .servers({})
        .with({ policies: policies('0x0') })
        .find('desktop-policy'),
    ).toMatchObject([{ level: 'info' }])
  })

  it('is reported to be skipped where nobody asked, and where Windows gives no answer', () => {
    expect(situation().find('desktop-policy')).toMatchObject([{ level: 'skipped', fix: 'mcp-twin doctor --deep' }])
    const silent = [{ client: 'claude-desktop', environment: windows, values: [], trouble: 'reg.exe did not answer within 2 s' }]
    expect(situation().with({ policies: silent }).find('desktop-policy')).toMatchObject([
      { level: 'skipped', message: expect.stringContaining('reg.exe did not answer') },
    ])
  })

  it('has nothing to say without a Windows', () => {
    expect(situation().alone().find('desktop-policy')).toEqual([])
  })
})
