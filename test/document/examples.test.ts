import assert from 'node:assert/strict'
import { test } from 'node:test'
import { demoStudents } from '../../src/tools/simulated-school/simulated-school.ts'
import { basic, send } from '../contract/client.ts'
import { startService } from '../support/service.ts'
import { openDescribedApi } from './described-responses.ts'
import type { Operation } from './response-check.ts'

test('the examples of the document work at the demo school, in its order, and record no study time', async (t) => {
  const service = await startService({}, { school: { students: demoStudents } })
  t.after(() => service.close())
  const { document } = await openDescribedApi(service.address)
  const [registration] = Object.values(document.paths['/api/v1.0/register'] ?? {})
  const { username, password } = bodyOf(registration) as { username: string; password: string }
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      if (method === 'delete') await assertNoTimeRecorded()
      const json = bodyOf(operation)
      const reply = await send(method.toUpperCase(), `${service.address}${pathOf(path, operation)}`, {
        as: operation.security?.length === 0 ? {} : basic(username, password),
        ...(json !== undefined && { json }),
      })
      const fine = operation.operationId === 'removeAccount' ? [401] : [200, 201, 204]
      assert.ok(fine.includes(reply.status), `${method} ${path}: ${reply.status} ${reply.text}`)
    }
  }
  await assertNoTimeRecorded()

  async function assertNoTimeRecorded(): Promise<void> {
    const { body } = await send('GET', `${service.address}/api/v1.0/studys`, { as: basic(username, password) })
    const { studys } = body as { studys: { start_time: string; end_time: string }[] }
    for (const { start_time, end_time } of studys) {
      const seconds = (Date.parse(`${end_time}Z`) - Date.parse(`${start_time}Z`)) / 1000
      assert.ok(seconds < 60, `${start_time} to ${end_time}`)
    }
  }
})

function bodyOf(operation: Operation | undefined): unknown {
  const [media] = Object.values(operation?.requestBody?.content ?? {})
  return media?.example
}

function pathOf(path: string, { parameters = [] }: Operation): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name) => {
    const example = parameters.find((parameter) => parameter.name === name)?.example
    assert.ok(example !== undefined, `${path}: an example of ${name}`)
    return String(example)
  })
}

test('every description is in Chinese and English', async (t) => {
  const service = await startService()
  t.after(() => service.close())
  const { document } = await openDescribedApi(service.address)
  assert.deepEqual(document.servers, [{ url: service.address }])
  const texts: [where: string, text: unknown][] = []
  collect(document.paths, '')
  collect(document.components, '')
  assert.ok(texts.length > 100)
  for (const [where, text] of texts) assert.match(String(text), /\p{Script=Han}.*(?: · |\n\n).*[a-z]/su, where)

  function collect(part: unknown, where: string): void {
    if (typeof part !== 'object' || part === null) return
    for (const [name, value] of Object.entries(part)) {
      if ((name === 'description' || name === 'summary') && typeof value === 'string') texts.push([where, value])
      else if (name !== 'examples' && name !== 'example') collect(value, `${where}/${name}`)
    }
  }
})

test('schemas have names, and the parts of a page use the schemas of records', async (t) => {
  const service = await startService()
  t.after(() => service.close())
  const { schemas } = (await openDescribedApi(service.address)).document.components
  const names = [
    'Batch',
    'BatchItem',
    'BatchItemResult',
    'BatchResults',
    'Challenge',
    'Changes',
    'Error',
    'OwnStudy',
    'Recovery',
    'Registration',
    'Settings',
    'Study',
    'StudyChange',
    'StudyPage',
    'Token',
    'User',
  ]
  for (const name of names) assert.ok(schemas[name]?.properties, name)
  const page = schemas.StudyPage?.properties as { studys: { items: object } } | undefined
  assert.deepEqual(page?.studys.items, { $ref: '#/components/schemas/Study' })
})
