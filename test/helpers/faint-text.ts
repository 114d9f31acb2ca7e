/** Runs in the page: text with less contrast than WCAG 2.2 asks for (1.4.3: 4.5 to 1). */
export function findFaintText(): string[] {
  // Chromium gives computed colours as rgb(), rgba() or, where they are mixed, color(srgb …).
  const toChannels = (color: string): readonly [number, number, number, number] => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (color.match(/[\d.]+/g) ?? []).map(Number)
    return [red, green, blue, alpha]
  }
  const luminance = (color: string): number => {
    const [red, green, blue] = toChannels(color).map((channel) => {
      const part = channel / 255
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    }) as [number, number, number, number]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  const groundOf = (element: Element | null): string => {
    if (element === null) return 'rgb(255, 255, 255)'
    const { backgroundColor } = getComputedStyle(element)
    return toChannels(backgroundColor)[3] === 0 ? groundOf(element.parentElement) : backgroundColor
  }
  return [...document.querySelectorAll('body *')].flatMap((element) => {
    const text = [...element.childNodes]
      .filter(({ nodeType }) => nodeType === Node.TEXT_NODE)
      .map(({ textContent }) => textContent?.trim() ?? '')
      .join(' ')
      .trim()
    const { color, opacity, visibility } = getComputedStyle(element)
    const seen = element.checkVisibility() && visibility === 'visible' && Number(opacity) > 0
    // WCAG exempts what cannot be used.
    if (text === '' || !seen || element.matches(':disabled, noscript')) return []
    const [high, low] = [luminance(color), luminance(groundOf(element))].toSorted(
      (a, b) => b - a,
    ) as [number, number]
    const contrast = (high + 0.05) / (low + 0.05)
    return contrast >= 4.5
      ? []
      : [`${contrast.toFixed(2)} ${element.className} ${text.slice(0, 40)}`]
  })
}
