import { type DoctorDocument, type FindingDocument, troubles, type Twins } from './place.ts'

/** What a person does where a remedy is a sentence: found by its words, which must be exactly these. */
export interface Hand {
  readonly words: RegExp
  act(finding: FindingDocument, said: RegExpExecArray): Promise<string>
}

/** Remedies that are a line for a shell, as they stand. */
const isCommand = (fix: string): boolean => /^(?:mcp-twin|chmod|mkdir|mv|rm|sudo|git|cd|echo|iconv) /.test(fix)

/** Every remedy for what is wrong, each once, in the order in which it is printed. */
export const remedies = (document: Pick<DoctorDocument, 'findings'>): string[] => [
  ...new Set(troubles(document).map(({ fix }) => fix ?? '')),
]

/** Follows every remedy to the letter. One that is neither a command nor a sentence that the test knows is a fault of doctor. */
export async function follow(place: Twins, document: Pick<DoctorDocument, 'findings'>, hands: readonly Hand[]): Promise<string> {
  const said: string[] = []
  for (const fix of remedies(document)) {
    const finding = troubles(document).find((each) => each.fix === fix)
    const hand = hands.find(({ words }) => words.test(fix))
    const found = hand?.words.exec(fix)
    if (finding === undefined || fix === '') throw new Error(`no remedy: ${JSON.stringify(troubles(document), null, 2)}`)
    if (hand !== undefined && found) said.push(`# ${fix}\n${await hand.act(finding, found)}`)
    else if (isCommand(fix)) said.push(`$ ${fix}\n${await place.type(fix)}`)
    else throw new Error(`this remedy cannot be followed: ${fix}`)
  }
  return said.join('\n')
}
