import { between, type Random } from '../../src/tools/simulated-school/random.ts'

type Damage = (image: Buffer, random: Random) => Buffer

const anywhere = (image: Buffer, random: Random) => between(random, 0, image.length - 1)

function cut(image: Buffer, random: Random): Buffer {
  return image.subarray(0, between(random, 0, image.length - 1))
}

function dropped(image: Buffer, random: Random): Buffer {
  const at = anywhere(image, random)
  return Buffer.concat([image.subarray(0, at), image.subarray(at + between(random, 1, 20))])
}

function repeated(image: Buffer, random: Random): Buffer {
  const at = anywhere(image, random)
  return Buffer.concat([image.subarray(0, at), image.subarray(Math.max(0, at - between(random, 1, 200)))])
}

/** Headers are shorter than pixels and break in more ways. */
function corruptedHeader(image: Buffer, random: Random): Buffer {
  const end = image.indexOf(Buffer.from([0xff, 0xda])) + 14
  return corrupted(image, random, () => between(random, 0, end))
}

function corrupted(image: Buffer, random: Random, place = () => anywhere(image, random)): Buffer {
  const copy = Buffer.from(image)
  for (let bytes = between(random, 1, 5); bytes > 0; bytes--) copy[place()] = between(random, 0, 255)
  return copy
}

/** A decoder relies most on sizes, lengths and markers. */
function extreme(image: Buffer, random: Random): Buffer {
  const copy = Buffer.from(image)
  copy.writeUInt16BE(between(random, 0, 1) === 0 ? 0xffff : 0, between(random, 0, image.length - 2))
  return copy
}

function flipped(image: Buffer, random: Random): Buffer {
  const copy = Buffer.from(image)
  const at = anywhere(image, random)
  copy[at] = (copy[at] ?? 0) ^ (1 << between(random, 0, 7))
  return copy
}

function noise(image: Buffer, random: Random): Buffer {
  const copy = Buffer.from(image)
  for (let at = between(random, 0, copy.length - 1); at < copy.length; at++) copy[at] = between(random, 0, 255)
  return copy
}

const damages: readonly Damage[] = [cut, dropped, repeated, corruptedHeader, corrupted, extreme, flipped, noise]

/** The image with one to three kinds of damage. */
export function damaged(image: Buffer, random: Random): Buffer {
  let result = image
  for (let times = between(random, 1, 3); times > 0 && result.length > 2; times--) {
    result = damages[between(random, 0, damages.length - 1)]?.(result, random) ?? result
  }
  return result
}
