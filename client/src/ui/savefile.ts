// A file that the person keeps where the browser keeps downloads.

/** Hands a file to the person: the browser asks or knows where it goes. */
export function save({ name, content }: { readonly name: string; readonly content: Blob }): void {
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}
