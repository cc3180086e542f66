/** The share of frequency u at place x of a line of eight: index 8 * u + x. */
const basis = Float64Array.from({ length: 64 }, (_, index) => {
  const [u, x] = [index >> 3, index & 7]
  return (u === 0 ? Math.SQRT1_2 : 1) * 0.5 * Math.cos(((2 * x + 1) * u * Math.PI) / 16)
})
const lines = new Float64Array(64)

/** Turns 8x8 frequencies into pixels around 0, in place, rows first. */
export function inverseDct(block: Float64Array): void {
  lines.fill(0)
  for (let at = 0; at < 64; at++) {
    const amount = block[at] ?? 0
    if (amount !== 0) addLine(lines, at & 56, 1, amount, at & 7)
  }
  block.fill(0)
  for (let at = 0; at < 64; at++) addLine(block, at & 7, 8, lines[at] ?? 0, at >> 3)
}

function addLine(to: Float64Array, start: number, step: number, amount: number, frequency: number): void {
  for (let x = 0; x < 8; x++)
    to[start + x * step] = (to[start + x * step] ?? 0) + amount * (basis[8 * frequency + x] ?? 0)
}
