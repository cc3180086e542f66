export type Colour = readonly [red: number, green: number, blue: number]

/** Pixels in jpeg-js's format: four bytes each, top row first. Dots outside the canvas are ignored. */
export class Canvas {
  readonly width: number
  readonly height: number
  readonly pixels: Buffer

  constructor(width: number, height: number, ground: Colour) {
    this.width = width
    this.height = height
    this.pixels = Buffer.alloc(width * height * 4, 255)
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) this.dot(x, y, ground)
  }

  dot(x: number, y: number, colour: Colour): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return
    this.pixels.set(colour, (y * this.width + x) * 4)
  }

  colourAt(x: number, y: number): Colour {
    const at = (y * this.width + x) * 4
    return [this.pixels[at] ?? 0, this.pixels[at + 1] ?? 0, this.pixels[at + 2] ?? 0]
  }

  frame(colour: Colour): void {
    for (let x = 0; x < this.width; x++) for (const y of [0, this.height - 1]) this.dot(x, y, colour)
    for (let y = 0; y < this.height; y++) for (const x of [0, this.width - 1]) this.dot(x, y, colour)
  }

  /** Gives each 2x2 block the same chroma. It imitates the colour bleeding of the schools' 4:2:0, which jpeg-js cannot encode. */
  shareChroma(): void {
    for (let y = 0; y < this.height; y += 2) for (let x = 0; x < this.width; x += 2) this.shareChromaOf(x, y)
  }

  private shareChromaOf(left: number, top: number): void {
    const spots = [0, 1, 2, 3].map((spot) => ({ x: left + (spot % 2), y: top + (spot >> 1) }))
    const colours = spots.map(({ x, y }) => this.colourAt(x, y))
    const redness = mean(colours.map((colour) => colour[0] - luma(colour)))
    const blueness = mean(colours.map((colour) => colour[2] - luma(colour)))
    const greenness = -(0.299 * redness + 0.114 * blueness) / 0.587
    colours.forEach((colour, spot) => {
      const grey = luma(colour)
      const shared: Colour = [byte(grey + redness), byte(grey + greenness), byte(grey + blueness)]
      this.dot(spots[spot]?.x ?? left, spots[spot]?.y ?? top, shared)
    })
  }
}

function luma([red, green, blue]: Colour): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)))
}
