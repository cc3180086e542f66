/** In order of precedence: a User-Agent often also names browsers that it is compatible with. */
const browsers: readonly (readonly [RegExp, string])[] = [
  [/MicroMessenger\//, '微信'],
  [/\bQQ\//, 'QQ'],
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/SamsungBrowser\//, 'Samsung Internet'],
  [/HuaweiBrowser\//, 'Huawei Browser'],
  [/MiuiBrowser\//, 'Mi Browser'],
  [/\b(?:MQQBrowser|QQBrowser)\//, 'QQ Browser'],
  [/\bUC ?Browser\//, 'UC Browser'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bVersion\/[\d.]+.* Safari\//, 'Safari'],
]

const systems: readonly (readonly [RegExp, string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\b(?:HarmonyOS|OpenHarmony)\b/, 'HarmonyOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/** A program other than a browser: `curl/8.14.1`. */
const program = /^[A-Za-z][\w.-]{0,30}(?=\/|$)/
/** Longer than the User-Agent of any browser. */
const maxUserAgentChars = 512

/**
 * A label by which people recognise a device, such as `Chrome · Android`; undefined if the User-Agent is unknown.
 * Contains only our own words, or one word of the client that consists of letters, digits, dots and hyphens.
 */
export function deviceOf(userAgent = ''): string | undefined {
  const told = userAgent.slice(0, maxUserAgentChars)
  const named = (list: typeof browsers) => list.find(([pattern]) => pattern.test(told))?.[1]
  const parts = [named(browsers), named(systems)].filter((part) => part !== undefined)
  return parts.length > 0 ? parts.join(' · ') : program.exec(told)?.[0]
}
