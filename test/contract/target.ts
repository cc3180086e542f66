import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Student {
  stu_id: string
  stu_pwd: string
}

/** A running implementation of the API, and the students that its school knows. */
export interface Target {
  /** The origin that clients use and with which the service's links start; without a trailing slash. */
  baseUrl: string
  /** A new student known to the school, never used before. */
  takeStudent(): Student
  close(): Promise<void>
}

/**
 * The service at CONTRACT_URL, whose school knows the students of the JSON file CONTRACT_STUDENTS
 * (`[{"stu_id": …, "stu_pwd": …}]`), or else this repository's own application.
 * Another implementation needs a fresh database, its limits of guesses off, loopback as its address,
 * and `--test-concurrency=1`, because the files then share its list of all users.
 */
export async function openTarget(): Promise<Target> {
  const { CONTRACT_URL, CONTRACT_STUDENTS } = process.env
  if (CONTRACT_URL === undefined) {
    const { startTarget } = await import('../support/contract-target.ts')
    return startTarget()
  }
  if (CONTRACT_STUDENTS === undefined) throw new Error('CONTRACT_URL requires CONTRACT_STUDENTS')
  return { baseUrl: new URL(CONTRACT_URL).origin, takeStudent: takeFrom(CONTRACT_STUDENTS), close: async () => {} }
}

function takeFrom(file: string): () => Student {
  const students = studentsIn(file)
  // Each test file is a process, and they share one service: a file lists the students already used.
  const takenFolder = `${file}.taken`
  mkdirSync(takenFolder, { recursive: true })
  return () => {
    for (let student = students.shift(); student !== undefined; student = students.shift()) {
      if (claim(join(takenFolder, student.stu_id))) return student
    }
    throw new Error(`${file} holds no student that was never used`)
  }
}

function claim(path: string): boolean {
  try {
    writeFileSync(path, '', { flag: 'wx' })
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

function studentsIn(file: string): Student[] {
  const entries: unknown = JSON.parse(readFileSync(file, 'utf8'))
  if (!Array.isArray(entries) || !entries.every(isStudent)) throw new Error(`${file} is not a list of students`)
  return entries
}

function isStudent(entry: unknown): entry is Student {
  return (
    typeof entry === 'object' &&
    entry !== null &&
    'stu_id' in entry &&
    typeof entry.stu_id === 'string' &&
    'stu_pwd' in entry &&
    typeof entry.stu_pwd === 'string'
  )
}
