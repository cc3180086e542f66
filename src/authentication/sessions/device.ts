/** The first that a User-Agent names: many name others as well, which they resemble. */
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

/** A program that is no browser: `curl/8.14.1`. */
const program = /^[A-Za-z][\w.-]{0,30}(?=\/|$)/
/** No User-Agent of a browser is longer, and none of its names stands behind this. */
const longest = 512

/**
 * What a person knows a device by, such as `Chrome · Android`; undefined if the User-Agent tells nothing. Holds words of
 * ours, or one word of the client's in letters, digits, dots and hyphens.
 */
export function deviceOf(userAgent = ''): string | undefined {
  const told = userAgent.slice(0, longest)
  const named = (list: typeof browsers) => list.find(([pattern]) => pattern.test(told))?.[1]
  const parts = [named(browsers), named(systems)].filter((part) => part !== undefined)
  return parts.length > 0 ? parts.join(' · ') : program.exec(told)?.[0]
}
