import { rolldown } from '/work/bridge/node_modules/rolldown/dist/index.mjs'
for (const [name, file, alias] of [['floor','floor.mjs',false],['low','low.mjs',false],['lowshim','low.mjs',true]]) {
  const b = await rolldown({ input: '/work/bridge/.exp/'+file, platform: 'node', resolve: alias ? { alias: { '@modelcontextprotocol/server/_shims': '/work/bridge/.exp/shim.mjs' } } : {} })
  await b.write({ dir: '/tmp/exp/out-'+name, format: 'esm', minify: true, entryFileNames: 'main.mjs' })
  await b.close()
}
