export type Charset = 'utf-8' | 'gbk'

export function encodeText(text: string, charset: Charset): Buffer {
  return charset === 'gbk' ? encodeGbk(text) : Buffer.from(text, 'utf8')
}

let gbkTable: Map<string, readonly [number, number]> | undefined

/** Characters that are not in GBK become question marks. */
function encodeGbk(text: string): Buffer {
  gbkTable ??= readGbkTable()
  const table = gbkTable
  const bytesOf = (character: string) => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x80 ? [code] : (table.get(character) ?? [0x3f])
  }
  return Buffer.from([...text].flatMap(bytesOf))
}

/** Node.js decodes GBK but cannot encode it, so the table is built from the decoder. */
function readGbkTable(): Map<string, readonly [number, number]> {
  const decoder = new TextDecoder('gbk')
  const table = new Map<string, readonly [number, number]>()
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue
      const character = decoder.decode(Uint8Array.of(lead, trail))
      if ([...character].length === 1 && character !== '\uFFFD' && !table.has(character)) {
        table.set(character, [lead, trail])
      }
    }
  }
  return table
}
