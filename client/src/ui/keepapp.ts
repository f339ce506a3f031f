// A new version is stored in the background and waits. It takes over at a safe moment: nobody writes in any page of this phone,
// nothing is just on its way, and nobody looks; or when the person lets it in. Nothing interrupts a patrol.

/** What the page that asks cannot see from here. */
export interface Moment {
  /** Something is photographed or written that goes with the page. */
  writing(): boolean
  /** Records or photos are just going to the centre, or a decision may still be taken back. */
  sending(): boolean
  /** The person let the new version in. */
  wanted(): boolean
  /** A new version is ready; `take` lets it in. */
  offer(take: () => void): void
}

type Word = { readonly ask: string; readonly gently: boolean } | { readonly no: string }

/** A page that has not said no by then agrees: it sleeps, and what it was given is stored. It looks for itself once more before it goes. */
const answerMs = 400
const againMs = 3_000
/** The worker's file is asked for anew at most so often. */
const lookMs = 60_000

/** Stores the app for offline use. Returns what looks for a new version. */
export async function keepApp(moment: Moment): Promise<() => void> {
  const worker = navigator.serviceWorker
  const pages = new BroadcastChannel('buxun.update')
  const registration = await worker.register('/sw.js')
  let known = worker.controller !== null
  let former = false
  let served = Infinity
  let offered = false
  let asking = false
  let looked = Date.now()

  const writing = () => moment.writing() || typing()

  function agreed(gently: boolean): Promise<boolean> {
    const id = crypto.randomUUID()
    return new Promise((resolve) => {
      const heard = ({ data }: MessageEvent<Word>) => {
        if ('no' in data && data.no === id) done(false)
      }
      const timer = setTimeout(() => done(true), answerMs)
      const done = (all: boolean) => {
        clearTimeout(timer)
        pages.removeEventListener('message', heard)
        resolve(all)
      }
      pages.addEventListener('message', heard)
      pages.postMessage({ ask: id, gently } satisfies Word)
    })
  }

  async function attempt(gently: boolean): Promise<void> {
    const may = () => !writing() && !(gently && moment.sending())
    if (asking || registration.waiting === null || !may()) return
    asking = true
    if ((await agreed(gently)) && may()) registration.waiting?.postMessage('take-over')
    asking = false
  }

  function turn(): void {
    if (former && !writing()) location.reload()
    else if (moment.wanted()) void attempt(false)
    else if (document.hidden) void attempt(true)
  }

  function found(): void {
    if (worker.controller === null || registration.waiting === null || offered) return
    offered = true
    moment.offer(turn)
    setInterval(turn, againMs)
  }

  pages.addEventListener('message', ({ data }: MessageEvent<Word>) => {
    if ('ask' in data && (writing() || (data.gently && moment.sending()))) pages.postMessage({ no: data.ask } satisfies Word)
  })
  registration.addEventListener('updatefound', () => registration.installing?.addEventListener('statechange', found))
  document.addEventListener('visibilitychange', turn)
  worker.addEventListener('controllerchange', () => {
    // The first worker of all serves the version that is on the screen already.
    former = known
    known = true
    served = performance.now()
    if (former && !writing()) location.reload()
    else if (former) setInterval(turn, againMs)
  })
  if (!known) {
    void worker.ready.then(({ active }) => {
      // What is only just on its way comes past the worker too, however long it takes.
      const seen = new PerformanceObserver((list) => {
        const past = list.getEntries().filter(({ startTime }) => startTime <= served)
        active?.postMessage({ keep: past.map(({ name }) => new URL(name).pathname) })
      })
      seen.observe({ type: 'resource', buffered: true })
    })
  }
  found()
  // Nothing was done in this page yet.
  void attempt(true)
  return () => {
    if (Date.now() - looked < lookMs) return
    looked = Date.now()
    void registration.update().catch(() => undefined) // out of reach
  }
}

/** Somebody types or decides something that only this page holds. */
function typing(): boolean {
  const fields = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('textarea, input:not([type=checkbox], [type=radio], [type=range], [type=search])')
  return document.querySelector('dialog[open], html[data-unsaved]') !== null || [...fields].some((field) => field.value !== '' && field.getClientRects().length > 0)
}
