/** What people call a type of photograph: HEIC, JPEG. */
export function nameOf(type = ''): string {
  return type.replace('image/', '').toUpperCase()
}
