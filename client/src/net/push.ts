// Where this browser is told by Web Push, as the centre keeps it with the session.

import { ask, askJson } from './request'

export interface PushState {
  /** The centre's key, which a subscription is bound to. */
  readonly key: string
  /** Where this session's browser is told; '' where it is not. */
  readonly endpoint: string
}

export const pushes = {
  state: () => askJson<PushState>('/api/me/push'),
  put: (subscription: { readonly endpoint: string; readonly p256dh: string; readonly auth: string }, language: 'zh' | 'en') =>
    askJson<PushState>('/api/me/push', { method: 'PUT', body: { ...subscription, language } }),
  drop: () => ask('/api/me/push', { method: 'DELETE', patienceMs: 5_000 }, async () => undefined),
}
