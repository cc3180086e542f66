import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { imageType } from '../../schools/form-login/captcha-image.ts'
import { MAX_IMAGE_BYTES } from '../../tools/captcha/luminance.ts'

export class ImageFilesError extends Error {}

/** A byte more than the reader takes is enough to tell that a file is too large, endless ones too. */
const room = Buffer.alloc(MAX_IMAGE_BYTES + 1)

/** A folder's image files of any format, in the order of their names. @throws what the file system says, ImageFilesError where there are none */
export function imagesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.(?:jpe?g|png|gif|bmp|webp|tiff?|jfif)$/i.test(name))
  if (names.length === 0) throw new ImageFilesError(`${folder}: no image files`)
  return names.sort().map((name) => join(folder, name))
}

/** The files themselves, and those of folders: npm cannot pass more than 128 KiB of names. */
export function imagesAt(path: string): string[] {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? imagesIn(path) : [path]
}

/** The media type of an image that is not JPEG. */
export function otherFormat(image: Uint8Array): string | undefined {
  const type = imageType(image)
  return type === 'image/jpeg' ? undefined : type
}

/** The symbols that a labelled image's name begins with. */
export function labelOf(file: string): string {
  return /^[^\W_]*/.exec(basename(file))?.[0] ?? ''
}

/** @returns bytes that hold until the next call @throws what the file system says */
export function readImage(file: string): Uint8Array {
  const handle = openSync(file, 'r')
  try {
    let length = 0
    for (let more = -1; more !== 0; length += more) more = readSync(handle, room, length, room.length - length, null)
    return room.subarray(0, length)
  } finally {
    closeSync(handle)
  }
}
