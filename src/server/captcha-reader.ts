import { readFileSync } from 'node:fs'
import type { CaptchaReader } from '../schools/form-login/captcha-reader.ts'
import { CaptchaError } from '../tools/captcha/captcha-error.ts'
import { type CaptchaProfile, ProfileError, profileOf, readProfile } from '../tools/captcha/profile.ts'
import kingosoftProfile from '../tools/captcha/profiles/kingosoft.json' with { type: 'json' }
import { createReader } from '../tools/captcha/reader.ts'

/** Without a path, the profile of KINGOSOFT's captchas. @throws ProfileError when the file cannot be read or is no profile */
export function loadCaptchaProfile(path?: string | URL): CaptchaProfile {
  return path === undefined ? profileOf(kingosoftProfile) : readProfile(readText(path))
}

/** The reader for a school's captchas; without a path, for those of KINGOSOFT. @throws ProfileError on a bad file */
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
