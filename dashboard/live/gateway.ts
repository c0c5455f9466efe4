import { type InjectionKey, inject, type Ref, readonly, ref, shallowRef } from 'vue';
import { askSession } from '../access/session.ts';
import { ask, urlOf } from '../api/client.ts';
import type { Kpi, LocalText, Point, Site } from '../api/types.ts';
import { Feed, type FeedState } from './feed.ts';
import { PointStore } from './point-store.ts';

/** The gateway as the page knows it; there is one for the life of the page. */
export type Gateway = {
  readonly site: Site;
  readonly store: PointStore;
  readonly kpis: readonly Kpi[];
  readonly feed: Feed;
  readonly feedState: Readonly<Ref<FeedState>>;
  /** By the gateway's clock, since that of this machine may be off; UTC epoch ms. */
  readonly nowMs: Readonly<Ref<number>>;
  /** Why it is not ready, in its own words; empty while it is. */
  readonly notReady: Readonly<Ref<readonly LocalText[]>>;
  /** Why the gateway does not send what a view wants to see; undefined while it does. */
  readonly refused: Readonly<Ref<LocalText | undefined>>;
  /** Of the newest event in the journal: a higher one means that there is more to ask for. */
  readonly newestEventSeq: Readonly<Ref<number>>;
};

export const gatewayKey: InjectionKey<Gateway> = Symbol('gateway');

export const useGateway = (): Gateway => {
  const gateway = inject(gatewayKey);
  if (gateway === undefined) throw new Error('there is no gateway to inject');
  return gateway;
};

const retryMs = 1000;

/** Asks again and again; `waiting` is called each time there is no answer. */
export const untilAnswered = async <Answer>(
  question: () => Promise<Answer>,
  waiting: () => void,
): Promise<Answer> => {
  for (;;) {
    try {
      return await question();
    } catch {
      waiting();
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
};

const askWhole = (): Promise<readonly [Site, Point[], Kpi[]]> =>
  Promise.all([ask<Site>('api/v1/site'), ask<Point[]>('api/v1/points'), ask<Kpi[]>('api/v1/kpis')]);

/** Whoever may no longer look is led to the door; a gateway that does not answer is another matter. */
const leaveIfSignedOut = (): void => {
  askSession().then(
    ({ signInNeeded }) => {
      if (signInNeeded) location.reload();
    },
    () => undefined,
  );
};

/** Asks what the site has, opens the live feed and follows both for ever. */
export const openGateway = async (waiting: () => void): Promise<Gateway> => {
  const [site, points, kpis] = await untilAnswered(askWhole, waiting);
  const store = new PointStore(points);
  const feedState = ref<FeedState>('connecting');
  const nowMs = ref(site.nowMs);
  const notReady = shallowRef<readonly LocalText[]>([]);
  const newestEventSeq = ref(0);
  const refused = shallowRef<LocalText>();
  let configurationId: string | undefined;
  const url = urlOf('api/v1/live');
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const feed = new Feed(url, {
    values: (message) => {
      store.apply(message.values);
      nowMs.value = message.nowMs;
    },
    gateway: ({ reasons, configurationId: now, newestEventSeq: seq }) => {
      notReady.value = reasons;
      newestEventSeq.value = seq;
      const before = configurationId;
      configurationId = now;
      // Another configuration may have other points: the page begins anew with them.
      if (before !== undefined && before !== now) location.reload();
    },
    state: (state) => {
      feedState.value = state;
    },
    refused: (words) => {
      refused.value = words;
    },
    closed: leaveIfSignedOut,
  });
  return {
    ...{ site, store, kpis, feed },
    feedState: readonly(feedState),
    nowMs: readonly(nowMs),
    notReady: readonly(notReady),
    newestEventSeq: readonly(newestEventSeq),
    refused: readonly(refused),
  };
};
