// Runs in the page: checks that axe lacks, as two functions that return a list of faults.
;(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })

  const seen = new Map()

  /** Any CSS colour over an opaque one, as [red, green, blue]. */
  function over(colour, [red, green, blue]) {
    canvas.fillStyle = `rgb(${red} ${green} ${blue})`
    canvas.fillRect(0, 0, 1, 1)
    canvas.fillStyle = colour
    canvas.fillRect(0, 0, 1, 1)
    return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)]
  }

  function backgroundOf(element) {
    if (element === null) return [255, 255, 255]
    return over(getComputedStyle(element).backgroundColor, backgroundOf(element.parentElement))
  }

  function luminance(colour) {
    const [red, green, blue] = colour.map((part) => {
      const share = part / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }

  function contrast(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b)
    return (light + 0.05) / (dark + 0.05)
  }

  const nameOf = (element) => `${element.tagName} ${element.getAttribute('class') ?? ''} ${element.textContent.trim()}`
  /** The fill colour, against the page behind the image. */
  function isFaint(element, behind, least) {
    const { fill } = getComputedStyle(element)
    const pair = `${fill} ${behind}`
    if (!seen.has(pair)) seen.set(pair, contrast(over(fill, behind), behind))
    return seen.get(pair) < least
  }

  // Bars and steps carry information; an empty track, a future day and areas that only receive taps do not.
  const silent =
    '.hit, .track, .to-come, .later *, .none *, [fill^=url], .lamp *, defs *, [aria-hidden] > rect:first-child:not([class])'
  function faintIn(svg) {
    const behind = backgroundOf(svg)
    const texts = [...svg.querySelectorAll('text')].filter((text) => isFaint(text, behind, 4.5))
    const shapes = [...svg.querySelectorAll('rect')].filter(
      (shape) => !shape.matches(silent) && isFaint(shape, behind, 3),
    )
    return [...texts, ...shapes].map((element) => `too faint: ${nameOf(element)}`)
  }

  function tooWide() {
    const { scrollWidth, clientWidth } = document.documentElement
    const isOut = (element) => {
      const { left, right, width } = element.getBoundingClientRect()
      const sticksOut = width > 1 && (right > clientWidth + 1 || left < -1)
      return sticksOut && !element.closest('.year-scroll, .skip, .hidden-text, textarea')
    }
    const out = [...document.querySelectorAll('body *')].filter(isOut)
    const whole = scrollWidth > clientWidth ? [`${scrollWidth} px wide on ${clientWidth}`] : []
    return [...whole, ...out.map((element) => `sticks out: ${nameOf(element)}`)]
  }

  /** Whether the focus of the focused element is visible. */
  function focusFault() {
    const element = document.activeElement
    // A title that received the focus because its previous owner was removed.
    if (element.tabIndex < 0) return ''
    const { left, top, width, height } = element.getBoundingClientRect()
    const on = document.elementFromPoint(left + width / 2, top + height / 2)
    if (on === null || !(element.contains(on) || on.contains(element) || element.closest('label')?.contains(on)))
      return 'covered'
    const marks = [element, element.closest('label'), element.querySelector('.hit')].filter((one) => one !== null)
    const isMarked = marks.some((one) => {
      const { outlineStyle, outlineWidth, stroke, strokeWidth } = getComputedStyle(one)
      if (one.matches('.hit')) return stroke !== 'none' && Number.parseFloat(strokeWidth) >= 2
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
    })
    return isMarked ? '' : 'not marked'
  }

  /** Returns controls that Tab never reaches. A chart with many links needs only one. */
  function unreachable() {
    const all = [...document.querySelectorAll('a, button, input, select, textarea, [role=button]')]
    const isLost = (one) => one.tabIndex < 0 && one.dataset.at === undefined && one.closest('[inert]') === null
    return all.filter(isLost).map((one) => `not reached by Tab: ${nameOf(one)}`)
  }

  return { focusFault, unreachable, tooFaint: () => [...document.querySelectorAll('svg')].flatMap(faintIn), tooWide }
})()
