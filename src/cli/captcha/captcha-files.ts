import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { imageType } from '../../schools/form-login/captcha-image.ts'
import { maxImageBytes } from '../../tools/captcha/luminance.ts'

export class ImageFilesError extends Error {}

/** One byte more than the reader accepts is enough to detect a file that is too large, even an endless one. */
const room = Buffer.alloc(maxImageBytes + 1)

/** A folder's image files of any format, sorted by name. @throws file system errors, and ImageFilesError if there are none */
export function imagesIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => /\.(?:jpe?g|png|gif|bmp|webp|tiff?|jfif)$/i.test(name))
  if (names.length === 0) throw new ImageFilesError(`${folder}: no image files`)
  return names.sort().map((name) => join(folder, name))
}

/** The file itself, or the files in the folder. Folders are accepted because npm cannot pass more than 128 KiB of names. */
export function imagesAt(path: string): string[] {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? imagesIn(path) : [path]
}

/** The media type of an image, unless it is a JPEG. */
export function otherFormat(image: Uint8Array): string | undefined {
  const type = imageType(image)
  return type === 'image/jpeg' ? undefined : type
}

/** The symbols that a labelled image's file name starts with. */
export function labelOf(file: string): string {
  return /^[^\W_]*/.exec(basename(file))?.[0] ?? ''
}

/** @returns bytes that are valid until the next call @throws file system errors */
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
