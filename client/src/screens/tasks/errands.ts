import { computed, onMounted, onUnmounted } from 'vue'
import { useCases } from '../../state/cases'
import { usePlace } from '../../state/place'
import { useSession } from '../../state/session'
import { errandsOf } from '../../state/tasks'
import { now } from '../../ui/now'
import { usePrefetch } from '../review/prefetch'

/** So many first photos are kept at hand for where there is no line. */
const mostPhotos = 12

/** What waits for the person, in the order in which it is best done, with the first photos of all on the phone. */
export function useErrands() {
  const { cases } = useCases()
  const { person } = useSession()
  const { fix, watch, unwatch } = usePlace()
  onMounted(watch)
  onUnmounted(unwatch)
  const errands = computed(() => errandsOf(cases.value, person.value, fix.value, now.value))
  usePrefetch(() => errands.value.slice(0, mostPhotos).flatMap(({ view }) => view.case.photos?.[0]?.hash ?? []))
  return { errands, fix }
}
