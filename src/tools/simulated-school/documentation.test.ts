import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { faultForms } from './faults/fault-text.ts'
import { demoStudents } from './students/student.ts'

const page = readFileSync(new URL('../../../docs/simulated-school.md', import.meta.url), 'utf8')

test('every fault is documented under its name', () => {
  for (const [name, { parameter }] of Object.entries(faultForms)) {
    const spelling = `\`${parameter ? `${name}[:${parameter}]` : name}\``
    assert.ok(page.includes(spelling), spelling)
  }
})

test('every demo student is documented with the password', () => {
  for (const { studentNumber, schoolPassword } of demoStudents) {
    assert.ok(page.includes(`| \`${studentNumber}\` | \`${schoolPassword}\` |`), studentNumber)
  }
})
