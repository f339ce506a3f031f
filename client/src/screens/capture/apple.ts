/** Whether this is an iPhone or an iPad, which calls itself a Mac with fingers. */
export function isApple(): boolean {
  const { userAgent = '', maxTouchPoints = 0 } = navigator
  return /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)
}
