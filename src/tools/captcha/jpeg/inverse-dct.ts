const share = (step: number) => Math.cos((step * Math.PI) / 16) / 2
const [c1, c2, c3, c4, c5, c6, c7] = [share(1), share(2), share(3), share(4), share(5), share(6), share(7)] as const

/** Transforms 8x8 frequencies into pixels centred on 0, in place, rows first. */
export function inverseDct(block: Float64Array): void {
  for (let row = 0; row < 64; row += 8) turnLine(block, row, 1)
  for (let column = 0; column < 8; column++) turnLine(block, column, 8)
}

/** Even frequencies are symmetric about the middle of a line, odd ones antisymmetric, so each product is used twice. */
function turnLine(block: Float64Array, start: number, step: number): void {
  const f0 = block[start] ?? 0
  const f1 = block[start + step] ?? 0
  const f2 = block[start + 2 * step] ?? 0
  const f3 = block[start + 3 * step] ?? 0
  const f4 = block[start + 4 * step] ?? 0
  const f5 = block[start + 5 * step] ?? 0
  const f6 = block[start + 6 * step] ?? 0
  const f7 = block[start + 7 * step] ?? 0
  const sum = c4 * (f0 + f4)
  const difference = c4 * (f0 - f4)
  const outer = c2 * f2 + c6 * f6
  const inner = c6 * f2 - c2 * f6
  mirror(block, start, start + 7 * step, sum + outer, c1 * f1 + c3 * f3 + c5 * f5 + c7 * f7)
  mirror(block, start + step, start + 6 * step, difference + inner, c3 * f1 - c7 * f3 - c1 * f5 - c5 * f7)
  mirror(block, start + 2 * step, start + 5 * step, difference - inner, c5 * f1 - c1 * f3 + c7 * f5 + c3 * f7)
  mirror(block, start + 3 * step, start + 4 * step, sum - outer, c7 * f1 - c5 * f3 + c3 * f5 - c1 * f7)
}

function mirror(block: Float64Array, near: number, far: number, even: number, odd: number): void {
  block[near] = even + odd
  block[far] = even - odd
}
