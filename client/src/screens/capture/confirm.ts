// A sign in the hand that it is saved, for who does not look: the phone shakes; where it cannot (iPhones), it sounds.

const shakeMs = 60
const soundSeconds = 0.09
const hertz = 880
let sound: AudioContext | null = null

/** Called after a tap, so that browsers let it. Where nothing is possible the screen's tick says it. */
export function confirmSaved(): void {
  if ('vibrate' in navigator) navigator.vibrate(shakeMs)
  else void chime().catch(() => undefined)
}

async function chime(): Promise<void> {
  sound ??= new AudioContext()
  await sound.resume()
  const tone = sound.createOscillator()
  const volume = sound.createGain()
  tone.frequency.value = hertz
  volume.gain.setValueAtTime(0.2, sound.currentTime)
  volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + soundSeconds)
  tone.connect(volume).connect(sound.destination)
  tone.start()
  tone.stop(sound.currentTime + soundSeconds)
}
