import type { LiveFailure, LiveValues } from '../gateway/api/contract.ts';

export type FeedState = 'connecting' | 'live' | 'stale' | 'lost';

export type FeedHandlers = {
  values(message: LiveValues): void;
  state(state: FeedState): void;
};

/** Without a message for this long, what is on the screen is not current. */
const staleAfterMs = 2000;
const reconnectMs = 1000;
const pageIntervalMs = 500;

/** Keeps one WebSocket to the live feed, and says at once when its values are no longer current. */
export const openFeed = (url: URL, handlers: FeedHandlers): void => {
  let lastMessageMs = performance.now();
  let state: FeedState = 'connecting';
  const enter = (next: FeedState): void => {
    if (next === state) return;
    state = next;
    handlers.state(state);
  };
  const connect = (): void => {
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => {
      socket.send(
        JSON.stringify({ type: 'subscribe', points: ['*/*/*/*/*/*'], intervalMs: pageIntervalMs }),
      );
    });
    socket.addEventListener('message', (event) => {
      const message = JSON.parse(String(event.data)) as LiveValues | LiveFailure;
      if (message.type !== 'values') throw new Error(message.message);
      lastMessageMs = performance.now();
      enter('live');
      handlers.values(message);
    });
    socket.addEventListener('close', () => {
      enter('lost');
      setTimeout(connect, reconnectMs);
    });
  };
  setInterval(() => {
    if (state === 'live' && performance.now() - lastMessageMs > staleAfterMs) enter('stale');
  }, 250);
  connect();
};
