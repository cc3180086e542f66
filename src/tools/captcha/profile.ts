/** The positions of the symbols, in pixels. Cell i starts at left + i * pitch. */
export interface CellLayout {
  left: number
  top: number
  pitch: number
  width: number
  height: number
  count: number
}

export interface Template {
  symbol: string
  /** The amount of ink on each pixel of the cell, row by row, 0 to 1. */
  ink: number[]
}

/** Everything specific to the captchas of one kind of school. */
export interface CaptchaProfile {
  name: string
  /** The origin of the templates. */
  source: string
  image: { width: number; height: number }
  cells: CellLayout
  /** Whether the symbols are darker or lighter than the background. */
  ink: 'dark' | 'light'
  templates: Template[]
}

export class ProfileError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ProfileError'
  }
}

const levelCount = 35

/** One line per row of pixels, one base-36 digit per pixel, so that a profile and its diffs are readable. */
export function writtenProfile(profile: CaptchaProfile): string {
  const { templates, ...rest } = profile
  const rows = Object.fromEntries(templates.map(({ symbol, ink }) => [symbol, rowsOf(ink, profile.cells.width)]))
  return `${JSON.stringify({ ...rest, templates: rows }, null, 2)}\n`
}

function rowsOf(ink: readonly number[], width: number): string[] {
  const digits = ink.map((share) => Math.round(share * levelCount).toString(36)).join('')
  return Array.from({ length: ink.length / width }, (_, row) => digits.slice(row * width, (row + 1) * width))
}

/** @throws ProfileError with a message that names the fault */
export function readProfile(text: string): CaptchaProfile {
  return profileOf(parsed(text))
}

/** Takes parsed JSON. @throws ProfileError with a message that names the fault */
export function profileOf(json: unknown): CaptchaProfile {
  const raw = record(json, 'the profile')
  const image = record(raw.image, 'image')
  const profile: CaptchaProfile = {
    name: textOf(raw.name, 'name'),
    source: textOf(raw.source, 'source'),
    image: { width: count(image.width, 'image.width'), height: count(image.height, 'image.height') },
    cells: layoutOf(record(raw.cells, 'cells')),
    ink: raw.ink === 'dark' || raw.ink === 'light' ? raw.ink : fail('ink must be "dark" or "light"'),
    templates: [],
  }
  requireRoom(profile)
  const templates = Object.entries(record(raw.templates, 'templates'))
  if (templates.length < 2) fail('templates must hold at least two symbols')
  profile.templates = templates.map(([symbol, rows]) => templateOf(symbol, rows, profile.cells))
  return profile
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return fail('it is not JSON')
  }
}

function layoutOf(raw: Record<string, unknown>): CellLayout {
  return {
    left: count(raw.left, 'cells.left', 0),
    top: count(raw.top, 'cells.top', 0),
    pitch: count(raw.pitch, 'cells.pitch'),
    width: count(raw.width, 'cells.width'),
    height: count(raw.height, 'cells.height'),
    count: count(raw.count, 'cells.count'),
  }
}

/** @throws ProfileError if a cell extends beyond the image */
export function requireRoom({ image, cells }: Pick<CaptchaProfile, 'image' | 'cells'>): void {
  const right = cells.left + (cells.count - 1) * cells.pitch + cells.width
  if (right > image.width) fail(`the cells end at column ${right}, the image at ${image.width}`)
  const bottom = cells.top + cells.height
  if (bottom > image.height) fail(`the cells end at row ${bottom}, the image at ${image.height}`)
}

function templateOf(symbol: string, rows: unknown, { width, height }: CellLayout): Template {
  if ([...symbol].length !== 1) fail(`templates: "${symbol}" is not one symbol`)
  const isRow = (row: unknown): row is string =>
    typeof row === 'string' && row.length === width && /^[0-9a-z]*$/.test(row)
  if (!Array.isArray(rows) || rows.length !== height || !rows.every(isRow)) {
    return fail(`templates: "${symbol}" must have ${height} rows of ${width} base-36 digits`)
  }
  const ink = Array.from(rows.join(''), (digit) => Number.parseInt(digit, 36) / levelCount)
  if (new Set(ink).size < 2) fail(`templates: "${symbol}" is empty`)
  return { symbol, ink }
}

function record(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(`${name} must be an object`)
  return { ...(value as object) }
}

function textOf(value: unknown, name: string): string {
  return typeof value === 'string' ? value : fail(`${name} must be a text`)
}

function count(value: unknown, name: string, least = 1): number {
  const isCount = typeof value === 'number' && Number.isInteger(value) && value >= least && value <= 1024
  return isCount ? value : fail(`${name} must be a whole number from ${least} to 1024`)
}

function fail(message: string): never {
  throw new ProfileError(`captcha profile: ${message}`)
}
