// The websocket of a conversation.

import { subprotocol } from '@sync/wire/types.gen'

export interface Socket {
  send(text: string): void
  close(): void
}

export interface Listener {
  opened(): void
  heard(text: string): void
  /** Called once; 1006 where there was no word of farewell. */
  closed(code: number): void
}

export type OpenSocket = (listener: Listener) => Socket

/** Opens the websocket of the server that this page came from. */
export const openSocket: OpenSocket = (listener) => {
  const url = new URL('/api/live', location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url, subprotocol)
  socket.onopen = () => listener.opened()
  socket.onmessage = ({ data }) => {
    if (typeof data === 'string') listener.heard(data)
  }
  socket.onclose = ({ code }) => listener.closed(code)
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    close: () => socket.close(1000),
  }
}
