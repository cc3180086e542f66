import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseStudents } from './student-list.ts'

test('parses a list of students', () => {
  const students = [
    { studentNumber: '2017010101', schoolPassword: 'library', name: '李雷', state: 'locked' },
    { studentNumber: '201701011', schoolPassword: ' ' },
  ]
  assert.partialDeepStrictEqual(parseStudents(JSON.stringify(students)), students)
})

const faulty = [
  { text: '[\n  {"studentNumber": oops}]', message: 'not JSON (line 2, column 21)' },
  { text: '[\n  {"studentNumber": "2017010101",}]', message: 'not JSON (line 2, column 34)' },
  { text: '[', message: 'not JSON (line 1, column 2)' },
  { text: '{}', message: 'expected a list of students: [{"studentNumber": …}, …]' },
  { text: '[1]', message: '[0]: must be an object' },
  {
    text: '[{"studentNumber": 2017010101, "schoolPassword": "a"}]',
    message: '[0].studentNumber: must be a text of nine or ten digits',
  },
  {
    text: '[{"studentNumber": "2017010101", "schoolPassword": ""}]',
    message: '[0].schoolPassword: must be a text that is not empty',
  },
  {
    text: '[{"studentNumber": "2017010101", "schoolPassword": "a", "state": "away"}]',
    message: '[0].state: one of active, locked, step-up is wanted',
  },
  {
    text: '[{"studentNumber": "2017010101", "password": "a"}]',
    message: '[0].password: unknown (known: studentNumber, schoolPassword, name, state)',
  },
  {
    text: '[{"studentNumber": "201701010", "schoolPassword": "a"}, {"studentNumber": "201701010", "schoolPassword": "b"}]',
    message: '[1].studentNumber: the same as of [0]',
  },
]
for (const { text, message } of faulty) {
  test(`reports an invalid list in one line: ${message}`, () => {
    assert.throws(() => parseStudents(text), { message })
  })
}

test('no error message contains a password', () => {
  for (const text of ['[{"schoolPassword": "canary"', '[{"studentNumber": "1", "schoolPassword": "canary"}]']) {
    assert.throws(
      () => parseStudents(text),
      (error) => !String(error).includes('canary'),
    )
  }
})
