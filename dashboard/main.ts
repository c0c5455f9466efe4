import { connectionSections } from './connections.ts';
import { byId, element, setText } from './dom.ts';
import { type Choices, equipmentSection } from './equipment.ts';
import { eventSection, shownEvents } from './events.ts';
import { type FeedState, openFeed } from './feed.ts';
import { formatTime } from './format.ts';
import { kpiSection } from './kpis.ts';
import {
  type GatewayEvent,
  getJson,
  getReadiness,
  type Kpi,
  type Point,
  PointStore,
  type Readiness,
  type ReloadState,
  type Site,
} from './store.ts';
import { type Language, text } from './texts.ts';
import { seamSection, type TileSpec, tileSection } from './tiles.ts';

const lineTiles: readonly TileSpec[] = [
  { path: 'welding/mpm01/line/panelId', label: 'panelId' },
  { path: 'welding/mpm01/line/state', label: 'lineState' },
  { path: 'welding/mpm01/line/panelPosition', label: 'panelPosition' },
  { path: 'welding/mpm01/line/travelSpeed', label: 'travelSpeed' },
  { path: 'welding/mpm01/line/deformationMax', label: 'deformationMax' },
  { path: 'welding/mpm01/line/ambientTemperature', label: 'ambientTemperature' },
  { path: 'welding/mpm01/line/linePower', label: 'linePower' },
];

const parkTiles: readonly TileSpec[] = [
  // The meter counts what it draws from the bus.
  { path: 'park/meters/pv/power', label: 'pvPower', sign: -1 },
  { path: 'park/meters/grid/power', label: 'gridPower' },
  { path: 'park/meters/load/power', label: 'loadPower' },
  { path: 'park/meters/ev/power', label: 'evPower' },
  { path: 'park/storage/bess01/power', label: 'storagePower' },
  { path: 'park/storage/bess01/stateOfCharge', label: 'storageLevel' },
];

const connectionRefreshMs = 2000;

const storedLanguage = (): Language => {
  const stored = localStorage.getItem('seamwatt-language');
  if (stored === 'zh' || stored === 'en') return stored;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
};

class Page {
  readonly #site: Site;
  readonly #store: PointStore;
  readonly #kpis: readonly Kpi[];
  readonly #connections = element('div', { class: 'connections' });
  readonly #events = element('div', { class: 'events' });
  #language: Language = storedLanguage();
  #feedState: FeedState = 'connecting';
  /** Of the configuration whose points are shown. */
  #configurationId: string | undefined;
  /** Why the gateway is not ready, in its own words. */
  #notReady: Readiness['reasons'] = [];
  readonly #choices: Choices = new Map();
  /** The gateway's, since the clock of this machine may be off. */
  #nowMs: number;

  constructor(site: Site, points: readonly Point[], kpis: readonly Kpi[]) {
    this.#site = site;
    this.#nowMs = site.nowMs;
    this.#store = new PointStore(points);
    this.#kpis = kpis;
    byId('language').addEventListener('click', () => {
      this.#language = this.#language === 'zh' ? 'en' : 'zh';
      localStorage.setItem('seamwatt-language', this.#language);
      this.build();
    });
  }

  build(): void {
    const language = this.#language;
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    setText(byId('site-name'), this.#site.name[language]);
    setText(byId('simulated'), text('simulated', language));
    byId('simulated').hidden = !this.#site.simulated;
    setText(byId('note'), this.#site.note?.[language] ?? '');
    byId('note').hidden = this.#site.note === undefined;
    setText(byId('language'), text('otherLanguage', language));
    this.#store.unwatchAll();
    const views = [
      tileSection(this.#store, text('line', language), lineTiles, language),
      seamSection(this.#store, language),
      tileSection(this.#store, text('park', language), parkTiles, language),
      kpiSection(this.#store, this.#kpis, language),
    ].filter((view) => view !== undefined);
    const equipment = equipmentSection(this.#store, this.#choices, language);
    byId('views').replaceChildren(...views, this.#connections, this.#events, equipment);
    this.#showFeed();
    this.refreshConnections();
    this.#refreshEvents();
  }

  start(): void {
    const url = new URL('api/v1/live', document.baseURI);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    openFeed(url, {
      values: (message) => {
        this.#store.apply(message.values);
        this.#nowMs = message.nowMs;
        setText(byId('clock'), formatTime(message.nowMs, this.#site.timeZone, this.#language));
      },
      state: (state) => {
        this.#feedState = state;
        this.#showFeed();
      },
    });
    this.#refreshReadiness();
    this.#followConfiguration();
    setInterval(() => {
      this.refreshConnections();
      this.#refreshEvents();
      this.#refreshReadiness();
      this.#followConfiguration();
    }, connectionRefreshMs);
  }

  refreshConnections(): void {
    connectionSections(this.#language, this.#nowMs).then(
      (sections) => this.#connections.replaceChildren(...sections),
      // The banner of the feed already says that the gateway does not answer.
      () => this.#connections.replaceChildren(),
    );
  }

  #refreshEvents(): void {
    getJson<GatewayEvent[]>(`api/v1/events?limit=${shownEvents}`).then(
      (events) => {
        const shown = eventSection(events, this.#language, this.#site.timeZone);
        // What somebody reads or selects is left alone while nothing is new.
        if (this.#events.firstElementChild?.isEqualNode(shown) === true) return;
        this.#events.replaceChildren(shown);
      },
      // The banner of the feed already says that the gateway does not answer.
      () => this.#events.replaceChildren(),
    );
  }

  #refreshReadiness(): void {
    const show = (reasons: Readiness['reasons']): void => {
      this.#notReady = reasons;
      this.#showFeed();
    };
    getReadiness().then(
      ({ reasons }) => show(reasons),
      // The banner of the feed already says that the gateway does not answer.
      () => show([]),
    );
  }

  /** Another configuration may have other points: the page begins anew with them. */
  #followConfiguration(): void {
    getJson<ReloadState>('api/v1/reload').then(
      ({ configurationId }) => {
        const before = this.#configurationId;
        this.#configurationId = configurationId;
        if (before !== undefined && before !== configurationId) location.reload();
      },
      // The banner of the feed already says that the gateway does not answer.
      () => undefined,
    );
  }

  /**
   * A lost feed must be seen, and a gateway that sends but does not record: numbers that stand still look alive.
   */
  #showFeed(): void {
    const trouble = this.#trouble();
    const current = trouble === '';
    const banner = byId('banner');
    banner.hidden = current;
    if (!current) setText(banner, trouble);
    byId('views').classList.toggle('not-current', !current);
    setText(
      byId('feed'),
      current ? text(this.#feedState === 'live' ? 'live' : 'connecting', this.#language) : '',
    );
  }

  /** In words; empty when there is none. */
  #trouble(): string {
    if (this.#feedState === 'lost') return text('lost', this.#language);
    if (this.#feedState === 'stale') return text('stale', this.#language);
    if (this.#notReady.length === 0) return '';
    const reasons = this.#notReady.map((reason) => reason[this.#language]);
    return text('notReady', this.#language) + reasons.join(text('semicolon', this.#language));
  }
}

const retryMs = 1000;

/** The page may be opened before the gateway is up. */
const loadSite = async (): Promise<readonly [Site, Point[], Kpi[]]> => {
  for (;;) {
    try {
      return await Promise.all([
        getJson<Site>('api/v1/site'),
        getJson<Point[]>('api/v1/points'),
        getJson<Kpi[]>('api/v1/kpis'),
      ]);
    } catch {
      setText(byId('banner'), text('unreachable', storedLanguage()));
      byId('banner').hidden = false;
      await new Promise((resolve) => setTimeout(resolve, retryMs));
    }
  }
};

const page = new Page(...(await loadSite()));
page.build();
page.start();
