import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import { createKingosoftVerifier, type KingosoftOptions } from '../../schools/kingosoft/kingosoft.verifier.ts'
import type { Step } from '../../schools/school-call/step.ts'
import type { Proof, StudentVerifier, UnavailableReason, Verification } from '../../schools/verifier.ts'
import type { StudentNumberForm } from '../../shared/student-number-form.ts'
import { createTerminalPrompt, type TerminalPrompt } from '../terminal-prompt.ts'

/** How to reach the configured school. */
export type SchoolAccess = Pick<
  KingosoftOptions,
  'baseUrl' | 'login' | 'readCaptcha' | 'captchaMode' | 'ca' | 'legacyTls' | 'limits'
> & { studentNumbers: StudentNumberForm }

export interface SchoolCheckStreams {
  input: NodeJS.ReadableStream & { isTTY?: boolean }
  /** Results. */
  output: NodeJS.WritableStream
  /** Prompts and error messages. */
  errors: NodeJS.WritableStream
  exit: (code: 0 | 1 | 2) => void
}

const processStreams: SchoolCheckStreams = {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  exit: (code) => {
    process.exitCode = code
  },
}

/**
 * The `check` subcommand of `school`: inspects the site, performs a login and reports each step. Exits with 0 if the student
 * is verified, 1 if not, 2 for invalid usage.
 * @param readAccess reads the configuration. Its errors are reported as invalid usage
 */
export function schoolCheckCommand(
  readAccess: () => SchoolAccess | Promise<SchoolAccess>,
  streams = processStreams,
): Command {
  return new Command('check')
    .description(
      "check the configured school's site and test a login step by step; asks for a student's number and password",
    )
    .addHelpText('after', '\nExit codes: 0 verified, 1 not verified, 2 invalid usage.')
    .action(async () => {
      const prompt = createTerminalPrompt(streams.input, streams.errors)
      try {
        streams.exit(await check(await readAccess(), prompt, streams))
      } catch (error) {
        streams.errors.write(`${error instanceof Error ? error.message : 'failed'}\n`)
        streams.exit(2)
      } finally {
        prompt.close()
      }
    })
}

async function check(access: SchoolAccess, prompt: TerminalPrompt, { output }: SchoolCheckStreams): Promise<0 | 1> {
  output.write(`Checking ${access.baseUrl} (login: ${access.login}, captchas: ${access.captchaMode})\n`)
  const verifier = createKingosoftVerifier({
    ...access,
    logger: silent,
    onStep: (step) => output.write(stepLine(step)),
  })
  try {
    const site = await verifier.look()
    if (site.outcome === 'unavailable') output.write(`${verdict(site)}\n`)
    if (site.outcome === 'unavailable' || !site.fits) return 1
    const proof = await askForProof(prompt, access.studentNumbers)
    const startedAt = performance.now()
    const result =
      access.captchaMode === 'ask' ? await verifyAsking(verifier, proof, prompt) : await verifier.verify(proof)
    output.write(`${verdict(result)} (${Math.round(performance.now() - startedAt)} ms in all)\n`)
    return result.outcome === 'verified' ? 0 : 1
  } finally {
    await verifier.close()
  }
}

async function askForProof(prompt: TerminalPrompt, studentNumbers: StudentNumberForm): Promise<Proof> {
  const studentNumber = (await prompt.ask('Student number: '))?.trim() ?? ''
  if (!studentNumbers.matches(studentNumber))
    throw new Error(`A student number has the form ${studentNumbers.pattern} (STUDENT_NUMBER).`)
  const schoolPassword = (await prompt.ask('Password at the school (not shown): ', { hidden: true })) ?? ''
  if (schoolPassword === '') throw new Error('A password is needed.')
  return { studentNumber, schoolPassword }
}

async function verifyAsking(verifier: StudentVerifier, proof: Proof, prompt: TerminalPrompt): Promise<Verification> {
  const challenge = await verifier.issueChallenge?.()
  if (challenge?.outcome !== 'challenge') return challenge ?? verifier.verify(proof)
  const folder = await mkdtemp(join(tmpdir(), 'occupy-captcha-'))
  try {
    const file = join(folder, `captcha.${challenge.mediaType.replace('image/', '')}`)
    await writeFile(file, challenge.image)
    const captcha = (await prompt.ask(`What does ${file} say? `)) ?? ''
    return await verifier.verify({ ...proof, answer: { session: challenge.session, captcha } })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function stepLine({ name, saw, ms }: Step): string {
  return `  ${name.padEnd(10)}  ${`${ms.toFixed(0)} ms`.padStart(8)}  ${saw}\n`
}

const verdicts: Record<Exclude<Verification['outcome'], 'unavailable'>, string> = {
  verified: 'verified: the school knows this student',
  rejected: 'rejected: the student number or the password is wrong',
  locked: 'locked: the school has locked this account for now',
  'step-up-wanted': 'step-up-wanted: the school requires a code from the phone, which cannot be entered here',
  'not-admitted': 'not-admitted: the school does not allow this student to log in (frozen, disabled, graduated)',
  'action-wanted': "action-wanted: the student has to do something at the school's own site first",
  'no-student': 'no-student: the account that logged in has no student number',
  'ticket-spent': "ticket-spent: the school's ticket was already used or has expired",
  'captcha-wrong': 'captcha-wrong: the school refused the captcha and did not check the password',
}

const advice: Partial<Record<UnavailableReason, string>> = {
  'captcha-refused': 'the school has another kind of captcha: run captcha learn, or set SCHOOL_CAPTCHA=ask',
  'captcha-unreadable': 'the school has another kind of captcha: run captcha learn, or set SCHOOL_CAPTCHA=ask',
  'connection-refused': 'check that SCHOOL_URL is right and reachable from here. For a private CA, set SCHOOL_CA',
  'not-understood':
    'check that SCHOOL_URL is right, with its web root, and that SCHOOL_LOGIN is the dialect of this site',
  redirected: 'redirects are not followed: set SCHOOL_URL to their target',
}

function verdict(result: Verification): string {
  if (result.outcome !== 'unavailable') return verdicts[result.outcome]
  const parts = [`unavailable, ${result.reason}`, result.detail, advice[result.reason]]
  return parts.filter((part) => part !== undefined).join(': ')
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }
