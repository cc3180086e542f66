export interface SourceFunction {
  name: string
  /** 1-based. */
  line: number
  /** Without nested functions, which are counted separately. */
  lines: number
}

const header =
  /^(?<indent> *)(?:.*\bfunction\b.*|.*=> \{|(?!.*\b(?:if|for|while|switch|catch|try|else|class|interface)\b)(?:async |static |get |set |override )*#?\w+\(.*\{)$/

interface Block {
  name: string
  start: number
  end: number
}

/** The functions of a file formatted by Biome: each ends where a brace closes at the indentation of its start. */
export function functionsIn(text: string): SourceFunction[] {
  const blocks = text.split('\n').flatMap((_, start, lines) => blockAt(lines, start))
  return blocks.map(({ name, start, end }) => {
    const inside = blocks.filter((other) => other.start > start && other.end <= end)
    const direct = inside.filter((one) => !inside.some((other) => other.start < one.start && one.end <= other.end))
    const nested = direct.reduce((sum, one) => sum + one.end - one.start + 1, 0)
    return { name, line: start + 1, lines: end - start + 1 - nested }
  })
}

function blockAt(lines: readonly string[], start: number): Block[] {
  const line = lines[start] ?? ''
  const indent = header.exec(line)?.groups?.indent
  if (indent === undefined || /^\s*(\/\/|\*|\/\*)/.test(line)) return []
  const end = lines.findIndex((other, at) => at > start && other.startsWith(`${indent}}`) && !other.endsWith('{'))
  return end < 0 ? [] : [{ name: line.trim(), start, end }]
}
