// One voice speaks at a time, whoever was asked to.
let speaking: HTMLAudioElement | null = null

export function speak(audio: HTMLAudioElement): Promise<void> {
  if (speaking !== audio) speaking?.pause()
  speaking = audio
  return audio.play()
}
