// Keys that take a photo: space and enter, and the volume and camera keys of phones and selfie sticks where a browser passes them.

const hardware = new Set(['AudioVolumeUp', 'AudioVolumeDown', 'VolumeUp', 'VolumeDown', 'Camera', 'MediaPlayPause'])
const controls = 'button, a, input, textarea, select, summary, [role=button]'

type Pressed = Pick<KeyboardEvent, 'key' | 'repeat' | 'isComposing' | 'ctrlKey' | 'altKey' | 'metaKey'> & { readonly target: EventTarget | null }

/** Whether a key that was pressed somewhere on the page is the shutter: space and enter are a control's own while one has the focus. */
export function isShutterKey({ key, repeat, isComposing, ctrlKey, altKey, metaKey, target }: Pressed): boolean {
  if (repeat || isComposing || ctrlKey || altKey || metaKey) return false
  if (hardware.has(key)) return true
  const onControl = (target as Partial<Element> | null)?.closest?.(controls) ?? null
  return (key === ' ' || key === 'Enter') && onControl === null
}
