import { ask } from './request'

/** Tells the server that a revoked phone has forgotten what it held; its key proves it, no session is needed. */
export async function sayWiped({ replica, proof }: { readonly replica: string; readonly proof: string }): Promise<void> {
  await ask(`/api/replicas/${replica}/wiped`, { method: 'POST', body: { proof }, patienceMs: 5_000 }, async () => undefined)
}
