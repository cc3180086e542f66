import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deviceOf } from './device.ts'

const told: readonly (readonly [userAgent: string | undefined, device: string | undefined])[] = [
  [
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36',
    'Chrome · Android',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
    'Safari · iPhone',
  ],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.60(0x18003c2d) NetType/WIFI Language/zh_CN',
    '微信 · iPhone',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0',
    'Edge · Windows',
  ],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox · Linux'],
  [
    'Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36 ArkWeb/6.0 Mobile HuaweiBrowser/5.1',
    'Huawei Browser · HarmonyOS',
  ],
  ['curl/8.14.1', 'curl'],
  ['<script>alert(1)</script>', undefined],
  ['管理员请点击 https://evil.example', undefined],
  ['', undefined],
  [undefined, undefined],
]

for (const [userAgent, device] of told) {
  test(`${userAgent?.slice(0, 60)} is ${device}`, () => assert.equal(deviceOf(userAgent), device))
}

test('the name is short, and even the longest header is parsed quickly', () => {
  assert.equal(deviceOf('a'.repeat(100_000)), undefined)
  const begun = performance.now()
  for (const part of ['Version/1 ', 'Version/1. ', 'a.', ' Safari', 'UC ', 'a-']) deviceOf(part.repeat(20_000))
  assert.ok(performance.now() - begun < 1000)
})
