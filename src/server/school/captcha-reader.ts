import { readFileSync } from 'node:fs'
import type { CaptchaReader } from '../../schools/form-login/captcha-reader.ts'
import { CaptchaError } from '../../tools/captcha/captcha-error.ts'
import { type CaptchaProfile, ProfileError, profileOf, readProfile } from '../../tools/captcha/profile.ts'
import kingosoftProfile from '../../tools/captcha/profiles/kingosoft.json' with { type: 'json' }
import { createReader } from '../../tools/captcha/reader.ts'

/** Loads the profile at `path`, by default the one for KINGOSOFT. @throws ProfileError if the file cannot be read or is invalid */
export function loadCaptchaProfile(path?: string | URL): CaptchaProfile {
  return path === undefined ? profileOf(kingosoftProfile) : readProfile(readText(path))
}

/** Creates the reader for a school's captchas, by default for those of KINGOSOFT. @throws ProfileError if the file is invalid */
export function loadCaptchaReader(profilePath?: string): CaptchaReader {
  const read = createReader(loadCaptchaProfile(profilePath))
  return (image) => {
    try {
      return read(image)
    } catch (error) {
      if (error instanceof CaptchaError) return undefined
      throw error
    }
  }
}

function readText(path: string | URL): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ProfileError(`captcha profile: ${error instanceof Error ? error.message : 'cannot be read'}`)
  }
}
