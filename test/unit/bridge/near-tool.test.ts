import { describe, expect, it } from 'vitest'
import { nearTools } from '../../../src/bridge/start/near-tool.ts'
import { tools } from '../../../src/bridge/tools/index.ts'

const names = tools.map(({ name }) => name)

describe('a tool that there is not', () => {
  it.each([
    ['memroy_set', ['memory_set']],
    ['read_flie', ['read_file']],
    ['memory_store', ['memory_set']],
    ['memory_save', ['memory_set']],
    ['memory_write', ['memory_set']],
    ['store_memory', ['memory_set']],
    ['saveMemory', ['memory_set']],
    ['remember', ['memory_set']],
    ['create_entities', ['memory_set']],
    ['add_observations', ['memory_set']],
    ['recall', ['memory_get']],
    ['memory_read', ['memory_get']],
    ['search_nodes', ['memory_search']],
    ['delete_entities', ['memory_delete']],
    ['forget', ['memory_delete']],
    ['create_file', ['write_file']],
    ['cat_file', ['read_file', 'read_files']],
    ['read_text_file', ['read_file', 'read_files']],
    ['list_allowed_directories', ['list_directory']],
    ['mkdir', ['create_directory']],
    ['run_command', ['execute_command']],
    ['bash', ['execute_command']],
    ['mcp__mcp-twin__memory_set', ['memory_set']],
    ['directory_tree', ['create_directory', 'list_directory']],
  ])('is taken for the one that does this: %s', (asked, meant) => {
    expect(nearTools(asked, names).toSorted()).toEqual(meant)
  })

  it.each(['nope', 'ask', '', '漢字', 'x'.repeat(100), '__proto__', 'constructor'])('is like none: %j', (asked) => {
    expect(nearTools(asked, names).filter((name) => name !== 'ask_twin')).toEqual([])
  })
})
