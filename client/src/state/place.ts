import { shallowRef, ref } from 'vue'
import type { Fix } from '@shared/types.gen'
import { better, followPosition, type PositionProblem } from '../device/position'
import type { PlaceState } from './contract'
import { useState } from './keys'
import { shown } from './refs'

export function usePlace(): PlaceState {
  return useState().place
}

/** One watch for all that look, ended when nobody does. */
export function makePlace(): PlaceState {
  const fix = shallowRef<Fix | null>(null)
  const problem = ref<PositionProblem | null>(null)
  let lookers = 0
  let end: () => void = () => undefined
  const found = (next: Fix) => {
    fix.value = better(fix.value, next)
    problem.value = null
  }
  return {
    fix,
    problem: shown(problem),
    watch: () => {
      lookers += 1
      if (lookers > 1) return
      end()
      end = followPosition(found, (why) => {
        problem.value = why
        // A place that the person no longer gives is not put on what they report next.
        if (why === 'denied') fix.value = null
      })
    },
    unwatch: () => {
      lookers = Math.max(0, lookers - 1)
      if (lookers === 0) end()
    },
  }
}
